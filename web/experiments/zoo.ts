/** Every format of the table on one plane: what each really costs, and what it buys on the present weights. */
import { html, nothing } from 'lit';
import { zoomButtons } from '../components/chart/zoom';
import { bytes, count, fixed, percent, short, signed, significant } from '../components/format';
import '../components/sortable';
import type { Column, RowEvent } from '../components/sortable';
import { nameOf } from '../core/compare';
import type { Experiment, Fact, Scene } from './experiment';
import { ceilingOf, DB_A_BIT, LIMIT_RATES, nameOfLimit } from './plane-data';
import { known, snrText } from './sweep';
import { withUnit } from './unit';
import {
  beginsByItself,
  bestFor,
  BY_ITSELF,
  cheapestFor,
  entriesOf,
  formatsOf,
  foundOf,
  start,
  type Entry,
} from './zoo-data';
import { choose, entryText, picture, zoomOf } from './zoo-picture';
import formula from './zoo.tex?mathml';

const bitText = (value: number | null): string => withUnit(fixed(value, 3), 'bit');

/** The limit's SNR in dB at so many bits. */
function boundAt({ a }: Scene, bits: number | null): number | null {
  const { from } = ceilingOf(a);
  return from === null || !known(bits) ? null : from + DB_A_BIT * bits;
}

const OF_LATTICES = 'Levels of a lattice are the points of a whole vector';

const COLUMNS: Column[] = [
  { label: 'levels', write: (value) => (value < 1e9 ? count(value) : significant(value, 3)) },
  { label: 'bits per weight', write: (value) => fixed(value, 3) },
  { label: 'SNR, dB', write: (value) => (value === Infinity ? '∞' : fixed(value, 2)) },
  { label: 'largest error', write: (value) => significant(value, 3) },
  { label: 'H, bit', write: (value) => fixed(value, 3) },
  { label: 'size', write: bytes },
];

const cells = ({ report: { quantizer, noise, entropy }, bits, snr }: Entry) => [
  quantizer.levels || null,
  bits,
  snr,
  noise.max_error,
  entropy.bits,
  quantizer.bytes,
];

function controls(scene: Scene) {
  const { task, a } = scene;
  const found = foundOf(scene);
  const entries = entriesOf(scene);
  const present = nameOf(a.report.quantizer, formatsOf(scene));
  // Not while the page is being drawn.
  if (task && beginsByItself(scene, task)) queueMicrotask(() => start(scene));
  return html`${task ? working(scene) : nothing}${zoomButtons(zoomOf(scene))}
  ${
    found && entries.length
      ? html`<hs-sortable
          .caption=${`${count(entries.length)} quantizers on ${count(a.report.tensor.count)} weights; a press chooses one. ${OF_LATTICES}`}
          .columns=${COLUMNS}
          .rows=${entries.map((entry) => ({
            name: entry.name,
            cells: cells(entry),
            mark: entry.pareto ? 'front' : undefined,
            current: entry.name === present && entry.report.noise.mse === a.report.noise.mse,
          }))}
          @row=${(event: RowEvent) => choose(scene, entries[event.row]!)}
        ></hs-sortable>`
      : nothing
  }`;
}

function working(scene: Scene) {
  const task = scene.task!;
  const found = foundOf(scene);
  const weights = short(scene.a.report.tensor.count);
  const absent = found?.outcomes.filter(({ report }) => !report) ?? [];
  const told = task.running
    ? `${found?.outcomes.length ?? 0} of ${found?.total ?? '…'} measured`
    : task.trouble ||
      (found === null
        ? `${weights} weights: it takes a while`
        : found.outcomes.length < found.total
          ? `stopped: ${found.outcomes.length} of ${found.total} measured`
          : absent.length
            ? `${absent[0]!.quantizer.format} is left out: ${absent[0]!.reason}`
            : `${count(found.total)} measured`);
  return html`<div class="workings" role="group" aria-label="The comparison">
    ${
      task.running
        ? html`<button type="button" @click=${() => task.lab.stopTask()}>Cancel</button>
            <progress max="1" .value=${task.fraction ?? 0} aria-label="The comparison"></progress>`
        : html`<button type="button" @click=${() => start(scene)}>
            ${found ? 'Compare again' : 'Compare all formats'}
          </button>`
    }
    <output class="told">${told}</output>
  </div>`;
}

function facts(scene: Scene): Fact[] {
  const { a, b } = scene;
  const entries = entriesOf(scene);
  const { quantizer, noise, prediction } = a.report;
  const bits = quantizer.bits_per_weight;
  const bound = boundAt(scene, bits);
  const best = known(bits) ? bestFor(entries, bits) : null;
  const cheapest = known(noise.snr_db) ? cheapestFor(entries, noise.snr_db) : null;
  const gain = best && known(noise.snr_db) ? best.snr - noise.snr_db : null;
  return [
    {
      label: 'SNR of the present quantizer',
      measured: snrText(a.report),
      predicted: known(prediction.snr_db) ? `${fixed(prediction.snr_db, 2)} dB` : undefined,
      b: b ? snrText(b.report) : undefined,
    },
    {
      label: 'Its bits per weight',
      measured: bitText(bits),
      b: b ? bitText(b.report.quantizer.bits_per_weight) : undefined,
      note: `${bytes(quantizer.bytes)}: codes, scales, zero points and levels`,
    },
    {
      label: `Below ${nameOfLimit(ceilingOf(a))} at as many bits`,
      measured: bound !== null && known(noise.snr_db) ? `${fixed(bound - noise.snr_db, 2)} dB` : '–',
      note: bound === null ? 'these weights have no spread' : `D(R) allows ${fixed(bound, 2)} dB`,
    },
    {
      label: 'The best with no more bits',
      measured: best ? snrText(best.report) : '–',
      note: best
        ? `${best.name}, ${bitText(best.bits)}${known(gain) ? `; ${signed(gain, 2)} dB` : ''}`
        : undefined,
    },
    {
      label: 'The cheapest with as much SNR',
      measured: cheapest ? bitText(cheapest.bits) : '–',
      note: cheapest ? `${cheapest.name}, ${snrText(cheapest.report)}` : undefined,
    },
  ];
}

/** What was compared stands for nothing, for a part, or for other weights: said before all else. */
function aside(scene: Scene): string[] {
  const found = foundOf(scene);
  if (found && (found.outcomes.length === found.total || scene.task?.running)) return [];
  if (found)
    return [`The comparison was stopped after ${found.outcomes.length} of ${found.total} quantizers.`];
  const many = scene.a.report.tensor.count > BY_ITSELF;
  return [
    `No format was compared on these weights yet${many ? ': they are many, so it waits to be asked' : ''}.`,
  ];
}

function why(scene: Scene): string[] {
  const { a } = scene;
  const entries = entriesOf(scene);
  const { quantizer, noise } = a.report;
  const sentences = aside(scene);
  const bits = quantizer.bits_per_weight;
  const best = known(bits) ? bestFor(entries, bits) : null;
  if (best && known(noise.snr_db)) {
    const gain = best.snr - noise.snr_db;
    const present = nameOf(quantizer, formatsOf(scene));
    sentences.push(
      gain <= 0
        ? `${present} is on the front: of all these none has as much SNR with as few bits.`
        : `${present} is under the front: ${best.name} has ${gain === Infinity ? 'no noise at all' : `${fixed(gain, 2)} dB more`} at ${fixed(best.bits, 3)} bits per weight.`,
    );
  }
  const front = entries.filter(({ pareto, snr }) => pareto && Number.isFinite(snr));
  const coded = front.filter(
    ({ quantizer: { format } }) => formatsOf(scene).find(({ name }) => name === format)?.entropy_coded,
  );
  if (coded.length)
    sentences.push(
      `${coded.map(({ name }) => name).join(', ')} ${coded.length > 1 ? 'count' : 'counts'} the bits of an entropy coder, all others those of codes of one length.`,
    );
  const nearest = front
    .map((entry) => ({ entry, gap: (boundAt(scene, entry.bits) ?? Infinity) - entry.snr }))
    .sort((p, q) => p.gap - q.gap)[0];
  if (nearest && Number.isFinite(nearest.gap))
    sentences.push(
      ceilingOf(a).shannon === null
        ? 'The entropy h of these weights is not known, so the line is that of a normal law of their power, which other laws may pass.'
        : nearest.gap < 0
          ? `${nearest.entry.name} passes the limit, which is for weights that know nothing of each other: these have rows or blocks of one size, and scales tell of that.`
          : `The nearest to the limit is ${nearest.entry.name}, ${fixed(nearest.gap, 2)} dB below. The line is for weights that know nothing of each other; ${percent(front.length / entries.length)} of the quantizers are on the front.`,
    );
  return (sentences.length ? sentences : ['There is no noise to compare.']).slice(0, 3);
}

export const zoo: Experiment = {
  id: 'zoo',
  title: 'Formats',
  question: 'Which format buys the most for its bits?',
  wants: () => ({ limit: LIMIT_RATES }),
  picture,
  controls,
  facts,
  formula,
  why,
  describe(scene) {
    const entries = entriesOf(scene);
    const front = entries.filter(({ pareto }) => pareto);
    const present = `The present quantizer, ${nameOf(scene.a.report.quantizer, formatsOf(scene))}, has ${snrText(scene.a.report)} at ${bitText(scene.a.report.quantizer.bits_per_weight)} per weight.`;
    if (front.length === 0) return `SNR against bits per weight; nothing was compared yet. ${present}`;
    return `SNR against bits per weight of ${entries.length} quantizers. The ${front.length} on the front: ${front.map(entryText).join('; ')}. ${present}`;
  },
  slots(scene) {
    const { quantizer, noise, tensor } = scene.a.report;
    const bound = boundAt(scene, quantizer.bits_per_weight);
    return {
      bytes: known(quantizer.bytes) ? count(quantizer.bytes) : '–',
      n: count(tensor.count),
      bits: fixed(quantizer.bits_per_weight, 3),
      snr: noise.exact ? '∞' : fixed(noise.snr_db, 2),
      bound: fixed(bound, 2),
      gap: fixed(known(bound) && known(noise.snr_db) ? bound - noise.snr_db : null, 2),
    };
  },
  table(scene) {
    const entries = entriesOf(scene);
    return {
      caption: `Every format on ${count(scene.a.report.tensor.count)} weights, the cheapest first. ${OF_LATTICES}`,
      columns: [
        'format',
        'family',
        'levels',
        'bits per weight',
        'SNR, dB',
        'largest error',
        'entropy, bit',
        'bytes',
        'on the front',
      ],
      rows: entries.map((entry) => [
        entry.name,
        formatsOf(scene).find(({ name }) => name === entry.quantizer.format)?.family ?? '',
        ...cells(entry).map((cell) => (cell === Infinity ? '∞' : cell)),
        entry.pareto ? 'yes' : 'no',
      ]),
    };
  },
};
