/** Entropy: how often each level is used, what the codes therefore carry, and what they could. */
import { max } from 'd3-array';
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Domain, type Ticks } from '../components/chart/axes';
import { bottomOf, columns, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label } from '../components/chart/labels';
import { bar, bars, circles, diamonds, polyline, sampled, steps, strokes, type Point } from '../components/chart/paths';
import { pointerArea, slider } from '../components/chart/pointer';
import { bytes, count, fixed, percent, signed } from '../components/format';
import type { Analysis, Levels, Report } from '../core/report';
import { failures, finiteCount, markText } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import formula from './entropy.tex?mathml';

const BITS = Array.from({ length: 16 }, (_, i) => i + 1);
// Beyond this many levels bars would be thinner than a line.
const MOST_BARS = 64;

const sweepOf = (analysis: Analysis): Report[] => analysis.sweep ?? [analysis.report];

/** Bytes that N codes could tell apart, N log2(levels), and that they carry, N H. */
export function capacity(report: Report): { states: number; carried: number | null } {
  const weights = finiteCount(report);
  return {
    states: (weights * Math.log2(report.quantizer.levels)) / 8,
    carried: report.entropy.bits === null ? null : (weights * report.entropy.bits) / 8,
  };
}

/** The share of each code, and the place of the greatest. */
export interface Shares {
  p: Float64Array;
  top: number;
}

// A drawing asks for them several times, and there may be 65,536.
const known = new WeakMap<Levels, Shares>();

export function shares(levels: Levels): Shares {
  let found = known.get(levels);
  if (!found) known.set(levels, (found = share(levels.counts)));
  return found;
}

function share(counts: Float64Array): Shares {
  let sum = 0;
  let top = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i]!;
    if (counts[i]! > counts[top]!) top = i;
  }
  const p = new Float64Array(counts.length);
  if (sum > 0) for (let i = 0; i < counts.length; i++) p[i] = counts[i]! / sum;
  return { p, top };
}

/** The greatest of each of at most `most` equal runs: an envelope for more levels than pixels. */
export function envelope(values: Float64Array, most: number): { run: number; tops: Float64Array } {
  const run = Math.max(1, Math.ceil(values.length / most));
  if (run === 1) return { run, tops: values };
  const tops = new Float64Array(Math.ceil(values.length / run));
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(i / run);
    if (values[i]! > tops[at]!) tops[at] = values[i]!;
  }
  return { run, tops };
}

function picture(scene: Scene) {
  const { em } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const wide = scene.width > 48 * em;
  const stripHeight = (scene.b ? 7.4 : 5.2) * em;
  const upper = inset(page, { bottom: stripHeight + 0.6 * em });
  const strip = inset(page, { top: scene.height - stripHeight, left: 0.4 * em, right: 0.4 * em });
  const [left, right] = wide ? columns(upper, 1.5 * em, 1.25, 1) : rows(upper, 0.6 * em, 1, 1.1);
  const margin = { top: 1.9 * em, right: 1 * em, bottom: 2.8 * em, left: 3.4 * em };
  return svg`
    ${levelsPanel(scene, inset(left!, margin))}
    ${entropyPanel(scene, inset(right!, { ...margin, left: 2.6 * em }))}
    ${lengths(scene, strip)}`;
}

/** p(k): bars for few levels, the envelope for many, against all levels used alike. */
function levelsPanel(scene: Scene, box: Box) {
  const { a, b, em, memory, moving } = scene;
  const { levels, report } = a;
  if (!levels || levels.values.length === 0 || finiteCount(report) === 0) {
    return drawLabels([{ text: ['There are no codes to count.', 'no codes'], mark: 'ink', at: [{ x: box.x, y: box.y + em }] }], box, em);
  }
  const { p, top } = shares(levels);
  const { codes } = levels;
  const codesB = b?.levels?.codes;
  const first = Math.min(codes[0]!, codesB?.[0] ?? Infinity) - 0.5;
  const last = Math.max(codes[codes.length - 1]!, codesB?.[codesB.length - 1] ?? -Infinity) + 0.5;
  const sharesB = b?.levels ? shares(b.levels) : null;
  const pB = sharesB?.p;
  const domain: Domain = hold(memory, moving, 'k', [first, last]);
  const tallest = Math.max(p[top]!, sharesB ? sharesB.p[sharesB.top]! : 0);
  const x = horizontal(box, domain);
  const y = vertical(box, hold(memory, moving, 'p', [0, 1.2 * Math.max(tallest, 1 / p.length)]));
  const alike = 1 / p.length;

  const cursor = scene.cursor === null ? null : Math.min(p.length - 1, Math.max(0, Math.round(scene.cursor - codes[0]!)));
  const readout = cursor === null ? null : `k = ${fixed(codes[cursor], 0)}: ${percent(p[cursor])}, ${count(levels.counts[cursor]!)} weights`;
  const labels: Label[] = [
    ...(cursor !== null
      ? [{ text: [readout!, `k = ${fixed(codes[cursor], 0)}: ${percent(p[cursor])}`], mark: 'ink strong', at: [{ x: x(codes[cursor]!), y: Math.max(box.y + em, y(p[cursor]!) - 0.5 * em), align: 'middle' as const }, { x: box.x, y: box.y + em }] }]
      : []),
    {
      text: [`all alike: 1/${count(p.length)} = ${percent(alike)}`, `1/${count(p.length)}`],
      mark: 'theory',
      at: [
        { x: rightOf(box), y: y(alike) - 0.5 * em, align: 'end' },
        { x: box.x + 0.3 * em, y: y(alike) - 0.5 * em },
      ],
    },
    {
      text: [`most used: k = ${fixed(codes[top], 0)}, ${percent(p[top])}`, `${percent(p[top])}`],
      mark: 'quantized',
      at: [
        { x: x(codes[top]!), y: y(p[top]!) - 0.5 * em, align: 'middle' },
        { x: box.x + 0.3 * em, y: box.y + 1.1 * em },
      ],
    },
    ...(pB && codesB
      ? [{
          text: [`B: ${b!.report.quantizer.format} ${b!.report.quantizer.bits} bit`, 'B'],
          mark: 'quantized',
          at: [0.25, 0.7, 0.1, 0.9].map((t) => {
            const i = Math.floor(t * (pB.length - 1));
            return { x: x(codesB[i]!), y: y(pB[i]!) - 0.8 * em, align: 'middle' as const };
          }),
        }]
      : []),
  ];
  return svg`
    ${leftAxis({ box, scale: y, ticks: percentTicks(y.domain() as [number, number], box.height, em), label: 'share of the weights, %', em, grid: true, labelX: box.x - 3 * em })}
    <path class="area quantized" d=${shape(levels, p, x, y, box)}></path>
    ${pB && b?.levels ? svg`<path class="line quantized b" d=${shape(b.levels, pB, x, y, box)}></path>` : null}
    <path class="theory dashed" d=${strokes([[x(codes[0]! - 0.5), y(alike), x(codes[codes.length - 1]! + 0.5), y(alike)]])}></path>
    ${cursor === null ? null : svg`<path class="guide ink" d=${strokes([[x(codes[cursor]!), box.y, x(codes[cursor]!), bottomOf(box)]])}></path>`}
    ${bottomAxis({ box, scale: x, ticks: wholeTicks(ticksFor(domain, box.width, em)), label: 'code k', em })}
    ${drawLabels(labels, box, em)}
    ${slider({
      box,
      label: 'Read the share of a code',
      low: codes[0]!,
      high: codes[codes.length - 1]!,
      value: cursor === null ? codes[top]! : codes[cursor]!,
      step: 1,
      text: readout ?? `most used: k = ${fixed(codes[top], 0)}, ${percent(p[top])}`,
      invert: x.invert,
      moved: (value, gesture) => scene.point(gesture === 'leave' ? null : value),
    })}`;
}

function shape(levels: Levels, p: Float64Array, x: (v: number) => number, y: (v: number) => number, box: Box): string {
  const { codes } = levels;
  const base = bottomOf(box);
  if (p.length <= MOST_BARS) {
    const inner = p.length <= 24 ? 0.42 : 0.46;
    return bars(Array.from(p, (value, i) => [x(codes[i]! - inner), x(codes[i]! + inner), y(value)] as const), base);
  }
  const { run, tops } = envelope(p, box.width);
  const edges = Array.from({ length: tops.length + 1 }, (_, i) => x(codes[0]! - 0.5 + Math.min(i * run, p.length)));
  return steps(edges, Array.from(tops, y), base);
}

const percentTicks = ([low, high]: Domain, pixels: number, em: number) => {
  const ticks = ticksFor([100 * low, 100 * high], pixels, em, 'y');
  return { ...ticks, values: ticks.values.map((value) => value / 100), text: (value: number) => ticks.text(100 * value) };
};

const wholeTicks = (ticks: Ticks): Ticks => ({
  ...ticks,
  values: ticks.values.filter(Number.isInteger),
  text: (value) => String(value).replace('-', '−'),
});

/** H against the bits: measured points, h − log2 Δ, and the b that the codes could hold. */
function entropyPanel(scene: Scene, box: Box) {
  const { a, b, em, memory, moving } = scene;
  const sweep = sweepOf(a);
  const sweepB = b ? sweepOf(b) : [];
  const lowest = Math.min(0, ...[...sweep, ...sweepB].map(({ prediction }) => prediction.entropy_bits ?? 0));
  const x = horizontal(box, [0.4, 16.6]);
  const y = vertical(box, hold(memory, moving, 'h', [Math.max(-6, lowest), 16.8]));
  const bits = a.report.quantizer.bits;
  const { entropy, prediction } = a.report;
  const measured = (reports: Report[]): Point[] => reports.map((report) => [x(report.quantizer.bits), y(report.entropy.bits ?? NaN)]);
  const expected = (reports: Report[]): Point[] =>
    reports.map((report) => {
      const value = report.prediction.entropy_bits;
      return [x(report.quantizer.bits), value === null || value < y.domain()[0]! ? NaN : y(value)];
    });
  const atX = x(bits);
  const atY = y(entropy.bits ?? 0);
  const full = sweep.map((report): Point => [x(report.quantizer.bits), y(Math.log2(report.quantizer.levels))]);
  const current = y(Math.log2(a.report.quantizer.levels));
  const idle = Math.log2(a.report.quantizer.levels) - (entropy.bits ?? 0);
  const place = (bitsAt: number, value: number | null, dx: number, dy: number, align: 'start' | 'end') =>
    value === null ? [] : [{ x: x(bitsAt) + dx * em, y: y(value) + dy * em, align }];
  const labels: Label[] = [
    {
      text: [`H = ${fixed(entropy.bits, 3)} bit, predicted ${fixed(prediction.entropy_bits, 3)}`, `H = ${fixed(entropy.bits, 3)} bit`],
      mark: 'quantized strong',
      at: [
        { x: atX + 0.9 * em, y: atY + 1.5 * em },
        { x: atX + 1.2 * em, y: atY + 2.6 * em },
        { x: atX - 0.9 * em, y: current - 2 * em, align: 'end' },
        { x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' },
        { x: box.x + 0.4 * em, y: box.y + 1.1 * em },
      ],
    },
    {
      text: [`${fixed(idle, 2)} bit unused`, fixed(idle, 2)],
      mark: 'ink',
      at: idle * (y(0) - y(1)) > 1.4 * em
        ? [
            { x: atX - 0.6 * em, y: (atY + current) / 2 + 0.35 * em, align: 'end' },
            { x: atX - 0.6 * em, y: current - 0.6 * em, align: 'end' },
            { x: atX + 0.6 * em, y: (atY + current) / 2 + 0.35 * em },
          ]
        : [],
    },
    { text: ['could hold: log₂ levels', 'could hold'], mark: 'ink', at: [12, 14, 9, 7].flatMap((at) => place(at, at, -0.8, -0.8, 'end')) },
    {
      text: ['predicted: h − log₂ Δ', 'h − log₂ Δ'],
      mark: 'theory',
      at: [
        ...[11, 10, 12, 6, 4].flatMap((at) => place(at, sweep.find(({ quantizer }) => quantizer.bits === at)?.prediction.entropy_bits ?? null, 0.9, 1.9, 'start')),
      ],
    },
    ...(b ? [{ text: [`B: H = ${fixed(b.report.entropy.bits, 3)}`, 'B'], mark: 'quantized', at: place(b.report.quantizer.bits, b.report.entropy.bits, 0.8, 1.6, 'start') }] : []),
    ...(prediction.conditions.length
      ? [{ text: markText(a.report)[0]!, mark: 'warn', at: [{ x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' as const }, { x: box.x + 0.4 * em, y: box.y + 1.1 * em }] }]
      : []),
  ];
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: 'entropy H, bits a weight', em, grid: true, labelX: box.x - 2.2 * em })}
    ${bottomAxis({ box, scale: x, ticks: { values: box.width > 26 * em ? BITS : BITS.filter((n) => n % 2 === 0), text: String, factor: '' }, label: 'bits a code', em })}
    <path class="line ink thin" d=${polyline(full)}></path>
    <path class="theory dashed" d=${polyline(expected(sweep))}></path>
    <path class="bracket" d=${strokes([[atX, atY, atX, current]])}></path>
    ${b ? svg`<path class="dot quantized b" d=${diamonds(measured(sweepB), 0.4 * em)}></path>` : null}
    <path class="dot quantized" d=${circles(measured(sweep), 0.3 * em)}></path>
    <path class="current" d=${circles([[atX, atY]], 0.55 * em)}></path>
    ${drawLabels(labels, box, em, {
      taken: [textBox('●', { x: atX, y: atY + 0.4 * em, align: 'middle' }, 1.2 * em)],
      marks: [full, expected(sweep), measured(sweep)].flatMap((points) => sampled(points, 0.6 * em)),
    })}
    ${pointerArea({
      box,
      invert: x.invert,
      moved(value, gesture) {
        const target = Math.min(16, Math.max(1, Math.round(value)));
        if (gesture === 'drag' || gesture === 'drop') scene.change({ bits: target }, gesture === 'drop');
      },
    })}`;
}

/** What the codes could hold and what they carry, as two lengths in bytes. */
function lengths(scene: Scene, strip: Box) {
  const { a, b, em, memory, moving } = scene;
  const rowsOf = (analysis: Analysis, prefix: string) => {
    const { states, carried } = capacity(analysis.report);
    return { states, carried, prefix, levels: analysis.report.quantizer.levels, h: analysis.report.entropy.bits };
  };
  const all = [rowsOf(a, ''), ...(b ? [rowsOf(b, 'B: ')] : [])];
  const most = hold(memory, moving, 'bytes', [0, max(all, ({ states }) => states) || 1])[1];
  const x = horizontal(strip, [0, most]);
  const tall = 1.9 * em;
  const drawn = all.flatMap(({ states, carried, prefix, h, levels }, i) => {
    const y = strip.y + i * 2.5 * em;
    const yCarried = i === 0 ? strip.y + 2.4 * em : y + 2.4 * em;
    const hold = `could hold N log₂ ${count(levels)} = ${bytes(states)}`;
    const carry = carried === null ? 'carry –' : `carry N H = ${bytes(carried)}, ${percent(states ? carried / states : null)}`;
    if (i === 1) {
      const at = strip.y + 4.9 * em;
      return [svg`
        <path class="line ink thin b" d=${bar(x(0), x(states), at, tall)}></path>
        <path class="line quantized b" d=${bar(x(0), x(carried ?? 0), at, tall)}></path>
        ${drawLabels([{ text: [`${prefix}${carry} of ${bytes(states)}`, `${prefix}${bytes(carried)} of ${bytes(states)}`], mark: 'quantized', at: [{ x: strip.x + 0.5 * em, y: at + 1.3 * em }] }], strip, em)}`];
    }
    return [svg`
      <path class="outline" d=${bar(x(0), x(states), y, tall)}></path>
      <path class="area quantized" d=${bar(x(0), x(carried ?? 0), yCarried, tall)}></path>
      ${drawLabels([
        { text: [`the codes ${hold}`, hold, `could hold ${bytes(states)}`], mark: 'ink', at: [{ x: strip.x + 0.5 * em, y: y + 1.3 * em }] },
        { text: [`the codes ${carry} (H = ${fixed(h, 3)} bit)`, carry, `carry ${bytes(carried)}`], mark: 'quantized strong', at: [{ x: strip.x + 0.5 * em, y: yCarried + 1.3 * em }] },
      ], strip, em)}`];
  });
  return drawn;
}

function facts({ a, b }: Scene): Fact[] {
  const { entropy, prediction, quantizer } = a.report;
  const own = capacity(a.report);
  const other = b && capacity(b.report);
  const few = (report: Report) => `${count(report.entropy.occupied_levels)} of ${count(report.quantizer.levels)}`;
  return [
    {
      label: 'Entropy H of the codes',
      measured: `${fixed(entropy.bits, 3)} bit`,
      predicted: `${fixed(prediction.entropy_bits, 3)} bit`,
      b: b ? `${fixed(b.report.entropy.bits, 3)} bit` : undefined,
      note: prediction.entropy_bits === null ? 'the weights have no density to take h of' : undefined,
    },
    {
      label: 'Differential entropy h of the weights',
      measured: entropy.differential_bits === null ? '–' : `${signed(entropy.differential_bits, 3)} bit`,
    },
    { label: 'Levels in use', measured: few(a.report), b: b ? few(b.report) : undefined },
    { label: 'The codes carry', measured: bytes(own.carried), b: other ? bytes(other.carried) : undefined, note: `of ${bytes(own.states)} that ${count(quantizer.levels)} levels could hold` },
  ];
}

export const entropy: Experiment = {
  id: 'entropy',
  title: 'Entropy',
  question: 'How much do the codes really carry?',
  wants: () => ({ levels: true, sweep: BITS }),
  picture,
  describe({ a }) {
    const { states, carried } = capacity(a.report);
    return (
      `Shares of the ${count(a.report.quantizer.levels)} codes, and their entropy against bits. At ${a.report.quantizer.bits} bit H is ` +
      `${fixed(a.report.entropy.bits, 3)} bits a weight, predicted ${fixed(a.report.prediction.entropy_bits, 3)}. ` +
      `The codes could hold ${bytes(states)} and carry ${bytes(carried)}.`
    );
  },
  facts,
  formula,
  slots({ a }) {
    const { entropy: measured, prediction, quantizer } = a.report;
    const step = quantizer.step;
    return {
      h: fixed(measured.differential_bits, 3),
      logstep: step === null || step <= 0 || measured.differential_bits === null || prediction.entropy_bits === null
        ? '–'
        : bracketed(measured.differential_bits - prediction.entropy_bits),
      predicted: fixed(prediction.entropy_bits, 3),
      measured: fixed(measured.bits, 3),
    };
  },
  why({ a }) {
    const { entropy: measured, quantizer } = a.report;
    const { states, carried } = capacity(a.report);
    const idle = carried === null || !states ? null : 1 - carried / states;
    const sentences = [
      `A code of ${count(quantizer.levels)} levels could tell ${fixed(Math.log2(quantizer.levels), 2)} bits; used as unevenly as here it tells ${fixed(measured.bits, 2)}` +
        (idle === null ? '.' : `, so an ideal coder would save ${percent(idle)} of them.`),
    ];
    const failing = failures(a);
    if (!failing.length) sentences.push('Half the step splits every cell in two nearly even ones, and each such choice is one bit: H grows by one with every bit, at a fixed distance h − log₂ Δ.');
    return [...sentences, ...failing].slice(0, 3);
  },
  table({ a }) {
    const p = a.levels ? shares(a.levels).p : [];
    return {
      caption: 'How often each code occurs',
      columns: ['code k', 'Q(x)', 'weights', 'share', 'information −log₂ p, bits'],
      rows: Array.from(p, (share, i) => {
        const { codes, values, counts } = a.levels!;
        return [codes[i]!, values[i]!, counts[i]!, share, share ? -Math.log2(share) : null];
      }),
    };
  },
};

const bracketed = (value: number): string => (value < 0 ? `(${fixed(value, 3)})` : fixed(value, 3));
