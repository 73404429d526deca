/** The best levels: where the weights are dense, and how Lloyd's iteration finds them. */
import { isCodebook } from './codebook';
import { html, nothing } from 'lit';
import type { Analysis, OptimalDesign } from '../core/report';
import { count, fixed, percent, signed, significant } from '../components/format';
import '../components/player';
import type { FrameEvent } from '../components/player';
import formula from './best-levels.tex?mathml';
import {
  bitsShown,
  BODY,
  compared,
  even,
  idleHalf,
  lanesOf,
  MOST_BITS,
  MOST_STEPS,
  snrOf,
  stepOf,
  type Lane,
} from './best-levels-data';
import { frameText, picture } from './best-levels-picture';
import { markText, noiseOf } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import { known, snrText } from './sweep';

/** What a quantizer gains over another, in dB. */
const gainOf = (lane: Lane | undefined, over: Lane | undefined): number | null => {
  const [p, q] = [lane?.report.noise.snr_db ?? null, over?.report.noise.snr_db ?? null];
  return known(p) && known(q) ? p - q : null;
};

function facts({ a, b, cursor }: Scene): Fact[] {
  const lanes = lanesOf(a);
  const lanesB = b ? lanesOf(b) : [];
  const frames = a.lloyd ?? [];
  const at = stepOf(frames, cursor);
  const snr = frames[at] ? snrOf(a.report, frames[at]) : null;
  return [
    ...lanes.map((lane, i): Fact => {
      const { report, levels, name } = lane;
      const gain = i > 0 ? gainOf(lane, lanes[0]) : null;
      // Why its prediction is off, in a word.
      const failing = markText(noiseOf(report))
        .slice(0, 1)
        .map(([, word]) => word!.toLowerCase());
      const size = `${count(levels.values.length)} levels, H = ${fixed(report.entropy.bits, 2)} bit`;
      return {
        label: name,
        measured: snrText(report),
        predicted: known(report.prediction.snr_db) ? `${fixed(report.prediction.snr_db, 2)} dB` : undefined,
        b: b ? (lanesB[i] ? snrText(lanesB[i].report) : '–') : undefined,
        note: [...(gain === null ? [] : [`${signed(gain, 2)} dB`]), size, ...failing].join('; '),
      };
    }),
    {
      label: `Lloyd’s step ${at} of ${Math.max(0, frames.length - 1)}`,
      measured: known(snr) ? `${fixed(snr, 2)} dB` : frames[at]?.mse === 0 ? '∞' : '–',
      note: 'from levels spread evenly over all weights',
    },
  ];
}

/** What is compared where it is not the present quantizer itself. */
function aside({ a }: Scene): string[] {
  const { quantizer } = a.report;
  const words: string[] = [];
  if (quantizer.bits > MOST_BITS)
    words.push(`at ${MOST_BITS} bits and not ${quantizer.bits}, where levels would be too many to see`);
  if (quantizer.granularity !== 'tensor') words.push('with one scale for the whole tensor');
  if (isCodebook(a)) words.push('beside int with the range of least noise');
  return words.length ? [`The levels are compared ${words.join(', ')}.`] : [];
}

function why(scene: Scene): string[] {
  const { a } = scene;
  const [uniform, lloyd, ecsq] = lanesOf(a);
  const frames = a.lloyd ?? [];
  const [first, last] = [frames[0], frames.at(-1)];
  if (!uniform || !lloyd || !ecsq || !first || !last) return ['There are no weights to place levels for.'];
  const sentences = aside(scene);
  const gain = gainOf(lloyd, uniform);
  if (gain !== null) {
    const idle = idleHalf(uniform.levels);
    sentences.push(
      `Of the ${count(uniform.levels.values.length)} even levels the less used half serves ${percent(idle.share)} of the weights. ` +
        `Lloyd–Max puts levels where the weights are dense: ${signed(gain, 2)} dB with as many bits.`,
    );
  }
  const [from, to] = [snrOf(a.report, first), snrOf(a.report, last)];
  if (known(from) && known(to)) {
    const count = frames.length - 1;
    const short = (lloyd.report.noise.snr_db ?? to) - to;
    const rest =
      short < 0.1
        ? ''
        : count < MOST_STEPS
          ? ` It rests ${fixed(short, 2)} dB short of Lloyd–Max, the best of several starts: a minimum, and not the least.`
          : ` It is ${fixed(short, 2)} dB short of Lloyd–Max, and still on its way.`;
    sentences.push(
      `Lloyd moves every level to the mean of its cell and every edge midway between two levels, by turns. Neither can add noise: ${fixed(from, 2)} dB became ${fixed(to, 2)} in ${count} steps.${rest}`,
    );
  } else sentences.push('Here the levels can stand on every weight there is: no noise at all is left.');
  const more = gainOf(ecsq, lloyd);
  if (more !== null)
    sentences.push(
      `With an entropy coder it is not levels that cost, but bits: ECSQ takes ${count(ecsq.levels.values.length)} levels${even(ecsq.levels) ? ', nearly even again,' : ''} at H = ${fixed(ecsq.report.entropy.bits, 2)} bit, ${signed(more, 2)} dB from Lloyd–Max.`,
    );
  return sentences.slice(0, 3);
}

/** What the button found: of which weights and how many levels, so that it is not shown for others. */
interface Optimum {
  tensor: Analysis['report']['tensor'];
  levels: number;
  design: OptimalDesign;
}

/** What the table proves: neighbours merged into points leave a little in doubt. */
export function proven(levels: number, { points, merge_mse, mse, least_mse }: OptimalDesign): string {
  const doubt = 10 * Math.log10(mse / least_mse);
  if (merge_mse === 0) return `No ${count(levels)} levels do better.`;
  const merged = `The weights were merged into ${count(points)} points, ${significant(merge_mse)} from them in the mean square`;
  return Number.isFinite(doubt)
    ? `${merged}: no ${count(levels)} levels do more than ${fixed(Math.ceil(doubt * 1000) / 1000, 3)} dB better.`
    : `${merged}, too far to prove these levels the best.`;
}

/** Computes the provably best levels, on request: it takes seconds. */
function optimum({ a, quantizer, task }: Scene) {
  if (!task) return nothing;
  const levels = 2 ** bitsShown(quantizer);
  const { tensor } = a.report;
  const work = () =>
    void task.run(async (lab, progress): Promise<Optimum> => {
      return { tensor, levels, design: await lab.optimal(levels, progress) };
    });
  const found = task.result as Optimum | undefined;
  const current = found?.design && found.levels === levels && sameWeights(found.tensor, tensor);
  const snr = current && snrOf(a.report, found.design);
  const text = task.running
    ? `${count(levels)} levels, row by row`
    : current
      ? `Optimal: ${known(snr || null) ? `${fixed(snr || null, 3)} dB` : 'no noise'}. ${proven(levels, found.design)}`
      : task.trouble;
  return html`<div class="workings" role="group" aria-label="The optimal levels">
    ${
      task.running
        ? html`<button type="button" @click=${() => task.lab.stopTask()}>Cancel</button>
            <progress max="1" .value=${task.fraction ?? 0} aria-label="The optimal levels"></progress>`
        : html`<button type="button" @click=${work}>Prove the best</button>`
    }
    <output class="told">${text || nothing}</output>
  </div>`;
}

const sameWeights = (one: Optimum['tensor'], other: Optimum['tensor']) =>
  one.name === other.name && one.count === other.count && one.rms === other.rms && one.mean === other.mean;

export const bestLevels: Experiment = {
  id: 'best-levels',
  title: 'Best levels',
  question: 'Where should the levels stand?',
  tall: true,
  wants: (quantizer, formats) => ({
    weights: true,
    others: compared(quantizer, formats),
    other_levels: [...compared(quantizer, formats), BODY],
    lloyd: { levels: 2 ** bitsShown(quantizer), most: MOST_STEPS + 1 },
  }),
  picture,
  controls: (scene) => {
    const frames = scene.a.lloyd ?? [];
    return html`${optimum(scene)}<hs-player
        .frame=${stepOf(frames, scene.cursor)}
        .last=${Math.max(0, frames.length - 1)}
        .label=${'Lloyd’s iteration'}
        .text=${`Lloyd’s ${frameText(scene)}`}
        @frame=${(event: FrameEvent) => scene.point(event.frame)}
      ></hs-player>`;
  },
  facts,
  formula,
  why,
  describe(scene) {
    const lanes = lanesOf(scene.a).map(
      ({ name, report, levels }) =>
        `${name} with ${count(levels.values.length)} levels, ${snrText(report)}, entropy ${fixed(report.entropy.bits, 2)} bit`,
    );
    return `The density of the weights with the levels of ${lanes.join('; ')}. Lloyd’s ${frameText(scene)}.`;
  },
  slots({ a, cursor }) {
    const frames = a.lloyd ?? [];
    const at = stepOf(frames, cursor);
    const [uniform, lloyd] = lanesOf(a);
    return {
      step: String(at),
      mse: significant(frames[at]?.mse ?? null),
      snr: fixed(frames[at] ? snrOf(a.report, frames[at]) : null, 2),
      best: fixed(lloyd?.report.noise.snr_db, 2),
      uniform: fixed(uniform?.report.noise.snr_db, 2),
      gain: signed(gainOf(lloyd, uniform), 2),
    };
  },
  table({ a }) {
    const frames = a.lloyd ?? [];
    return {
      caption: `Levels of each quantizer, and the steps of Lloyd’s iteration, ${count(a.report.tensor.count)} weights`,
      columns: ['quantizer', 'k', 'level', 'cell from', 'weights', 'SNR, dB'],
      rows: [
        ...lanesOf(a).flatMap(({ name, levels, report }) =>
          Array.from(levels.values, (value, i) => [
            name,
            levels.codes[i]!,
            value,
            Number.isFinite(levels.edges[i]!) ? levels.edges[i]! : null,
            levels.counts[i]!,
            report.noise.snr_db,
          ]),
        ),
        ...frames.map((frame, i) => [`Lloyd’s step ${i}`, null, null, null, null, snrOf(a.report, frame)]),
      ],
    };
  },
};
