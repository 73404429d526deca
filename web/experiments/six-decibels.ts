/** Six decibels a bit: the SNR of every bit width beside its prediction, and the two powers whose ratio it is. */
import { extent } from 'd3-array';
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Scale } from '../components/chart/axes';
import { bottomOf, columns, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label } from '../components/chart/labels';
import { arrowsUp, bar, circles, diamonds, polyline, sampled, strokes, type Point } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, signed, significant } from '../components/format';
import type { Analysis, Measured, Report } from '../core/report';
import { failures, markText } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import { meanSquare, noiseLaw } from './law';
import formula from './six-decibels.tex?mathml';

const BITS = Array.from({ length: 16 }, (_, i) => i + 1);

const known = (value: Measured): value is number => value !== null && Number.isFinite(value);
const db = (power: Measured): number | null => (known(power) && power > 0 ? 10 * Math.log10(power) : null);
const signalPower = ({ tensor }: Report): number | null => (tensor.rms === null ? null : tensor.rms ** 2);

/** "49.89 dB"; "∞ dB" when there is no noise at all. */
export const snrText = ({ noise }: Report, digits = 2): string =>
  noise.exact ? '∞' : known(noise.snr_db) ? `${fixed(noise.snr_db, digits)} dB` : '–';

/** What the next bit adds to the predicted SNR at this width, from the predictions themselves. */
export function gainOf(sweep: Report[], bits: number): { from: Report; to: Report; predicted: number; measured: number | null } | null {
  const at = sweep.findIndex((report) => report.quantizer.bits === bits);
  const from = sweep[at + 1] ? at : at - 1;
  const [low, high] = [sweep[from], sweep[from + 1]];
  if (!low || !high || low.prediction.snr_db === null || high.prediction.snr_db === null) return null;
  const measured = known(low.noise.snr_db) && known(high.noise.snr_db) ? high.noise.snr_db - low.noise.snr_db : null;
  return { from: low, to: high, predicted: high.prediction.snr_db - low.prediction.snr_db, measured };
}

const sweepOf = (analysis: Analysis): Report[] => analysis.sweep ?? [analysis.report];

function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const wide = scene.width > 44 * em;
  const [left, side] = wide ? columns(page, 2 * em, 2.6, 1) : rows(page, 0.8 * em, 2.4, 1);
  const box = inset(left!, { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 3 * em });
  const sweep = sweepOf(a);
  const sweepB = b ? sweepOf(b) : [];
  const everything = [...sweep, ...sweepB].flatMap(({ noise, prediction }) => [noise.snr_db, prediction.snr_db]).filter(known);
  const [least = 0, most = 6] = extent(everything);
  const domain = hold(memory, moving, 'snr', [Math.min(0, least - 3), Math.max(6, most) * 1.08]);
  const x = horizontal(box, [0.4, 16.6]);
  const y = vertical(box, domain);

  const bits = a.report.quantizer.bits;
  const current = a.report;
  const top = box.y + 0.7 * em;
  const height = ({ noise }: Report): number => (noise.exact ? top : known(noise.snr_db) ? y(noise.snr_db) : NaN);
  const predicted = (reports: Report[]): Point[] =>
    reports.map(({ quantizer, prediction }) => [x(quantizer.bits), prediction.snr_db === null ? NaN : y(prediction.snr_db)]);
  const measured = (reports: Report[], exact: boolean): Point[] =>
    reports.filter(({ noise }) => noise.exact === exact).map((report) => [x(report.quantizer.bits), height(report)]);
  const misses = sweep.filter(({ noise, prediction }) => known(noise.snr_db) && known(prediction.snr_db));
  const atX = x(bits);
  const atY = height(current);

  const pointed = scene.cursor === null ? null : (sweep.find(({ quantizer }) => quantizer.bits === scene.cursor) ?? null);
  const gain = gainOf(sweep, bits);
  const stair = gain && bracket(gain, x, y);
  const worst = misses
    .filter(({ prediction }) => prediction.conditions.length > 0)
    .sort((p, q) => Math.abs(q.noise.snr_db! - q.prediction.snr_db!) - Math.abs(p.noise.snr_db! - p.prediction.snr_db!))[0];

  const labels: Label[] = [
    {
      text: [`${bits} bit: ${snrText(current)}, predicted ${fixed(current.prediction.snr_db, 2)}`, `${bits} bit: ${snrText(current)}`],
      mark: 'quantized strong',
      at: [
        { x: atX - 1 * em, y: atY - 0.7 * em, align: 'end' },
        { x: atX + 1 * em, y: atY + 1.4 * em },
        { x: atX + 1 * em, y: atY + 3 * em },
        { x: atX - 1 * em, y: atY - 2 * em, align: 'end' },
        { x: box.x + 0.5 * em, y: box.y + 1.2 * em },
      ],
    },
    ...(pointed && pointed.quantizer.bits !== bits
      ? [{
          text: [`${pointed.quantizer.bits} bit: ${snrText(pointed)}, predicted ${fixed(pointed.prediction.snr_db, 2)}`, `${pointed.quantizer.bits} bit: ${snrText(pointed)}`],
          mark: 'ink strong',
          at: [
            { x: x(pointed.quantizer.bits) + em, y: height(pointed) + 1.5 * em },
            { x: x(pointed.quantizer.bits) - em, y: height(pointed) - 0.7 * em, align: 'end' as const },
          ],
        }]
      : []),
    ...(gain && stair
      ? [{
          text: [`one bit more: ${signed(gain.predicted, 2)} dB`, `${signed(gain.predicted, 2)} dB`],
          mark: 'ink strong',
          at: [
            { x: stair.right + 0.5 * em, y: stair.middle + 0.35 * em },
            { x: stair.right - 0.3 * em, y: stair.top - 0.9 * em, align: 'end' as const },
            { x: stair.right - 0.3 * em, y: stair.top - 2.4 * em, align: 'end' as const },
            { x: stair.right + 0.5 * em, y: stair.middle + 1.6 * em },
            { x: rightOf(box), y: stair.middle + 3 * em, align: 'end' as const },
          ],
        }]
      : []),
    ...predictedLabel(sweep, x, y, em, 'predicted'),
    ...(b ? measuredLabel(sweepB, x, y, em, `B: ${b.report.quantizer.format} ${b.report.quantizer.bits} bit, ${snrText(b.report)}`) : []),
    ...(worst
      ? [{
          text: [
            `${worst.quantizer.bits} bit: ${markText(worst)[0]![1]!.toLowerCase()}, ${signed(worst.noise.snr_db! - worst.prediction.snr_db!, 1)} dB from the prediction`,
            `${markText(worst)[0]![1]!.toLowerCase()}, ${signed(worst.noise.snr_db! - worst.prediction.snr_db!, 1)} dB`,
          ],
          mark: 'warn',
          at: [
            { x: x(worst.quantizer.bits) + 0.8 * em, y: Math.max(height(worst), y(worst.prediction.snr_db!)) + 1.6 * em },
            { x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' as const },
            { x: box.x + 0.5 * em, y: box.y + 2.6 * em },
          ],
        }]
      : []),
    ...(sweep.some(({ noise }) => noise.exact) ? [{ text: ['∞: no noise at all', '∞'], mark: 'quantized', at: [{ x: rightOf(box), y: top + 1.6 * em, align: 'end' as const }] }] : []),
  ];
  const obstacles = {
    taken: [textBox('●', { x: atX, y: atY + 0.4 * em, align: 'middle' as const }, 1.3 * em)],
    marks: [predicted(sweep), predicted(sweepB), measured(sweep, false), measured(sweepB, false)].flatMap((points) => sampled(points, 0.6 * em)),
  };

  const target = (value: number) => Math.min(16, Math.max(1, Math.round(value)));
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(domain, box.height, em, 'y'), label: 'SNR, dB', em, grid: true, labelX: 0.4 * em })}
    ${bottomAxis({ box, scale: x, ticks: { values: BITS, text: String, factor: '' }, label: 'bits a code', em })}
    <path class="miss" d=${strokes(misses.map((report) => [x(report.quantizer.bits), y(report.prediction.snr_db!), x(report.quantizer.bits), height(report)]))}></path>
    <path class="guide quantized" d=${strokes([[atX, bottomOf(box), atX, atY]])}></path>
    ${b ? svg`<path class="theory dashed b" d=${polyline(predicted(sweepB))}></path>` : null}
    <path class="theory dashed" d=${polyline(predicted(sweep))}></path>
    ${stair ? svg`<path class="bracket" d=${stair.path}></path>` : null}
    ${b ? svg`<path class="dot quantized b" d=${diamonds(measured(sweepB, false), 0.42 * em) + arrowsUp(measured(sweepB, true), 0.42 * em)}></path>` : null}
    <path class="dot quantized" d=${circles(measured(sweep, false), 0.32 * em) + arrowsUp(measured(sweep, true), 0.36 * em)}></path>
    <path class="current" d=${circles([[atX, atY]], 0.62 * em)}></path>
    ${drawLabels(labels, box, em, obstacles)}
    ${wide ? powers(scene, inset(side!, { top: 1.9 * em, bottom: 2.8 * em, left: 3.2 * em, right: 0.6 * em }), y) : flatPowers(scene, side!)}
    ${slider({
      box,
      label: 'Bits',
      low: 1,
      high: 16,
      value: bits,
      step: 1,
      text: `${bits} bit: SNR ${snrText(current)}, predicted ${fixed(current.prediction.snr_db, 2)} dB`,
      invert: x.invert,
      moved(value, gesture) {
        scene.point(gesture === 'leave' ? null : target(value));
        if (gesture === 'drag' || gesture === 'drop') scene.change({ bits: target(value) }, gesture === 'drop');
      },
    })}`;
}

function bracket({ from, to }: NonNullable<ReturnType<typeof gainOf>>, x: Scale, y: Scale) {
  const [x0, x1] = [x(from.quantizer.bits), x(to.quantizer.bits)];
  const [y0, y1] = [y(from.prediction.snr_db!), y(to.prediction.snr_db!)];
  return { right: x1, top: Math.min(y0, y1), middle: (y0 + y1) / 2, path: polyline([[x0, y0], [x1, y0], [x1, y1]]) };
}

function predictedLabel(sweep: Report[], x: Scale, y: Scale, em: number, text: string): Label[] {
  const places = [13, 11, 14, 6, 4].flatMap((bits) => {
    const report = sweep.find(({ quantizer }) => quantizer.bits === bits);
    if (!report || report.prediction.snr_db === null) return [];
    return [{ x: x(bits) - 0.9 * em, y: y(report.prediction.snr_db) - 0.9 * em, align: 'end' as const }];
  });
  return [{ text, mark: 'theory', at: places }];
}

function measuredLabel(sweep: Report[], x: Scale, y: Scale, em: number, text: string): Label[] {
  const places = [12, 10, 14, 8, 6].flatMap((bits) => {
    const report = sweep.find(({ quantizer }) => quantizer.bits === bits);
    if (!report || !known(report.noise.snr_db)) return [];
    return [{ x: x(bits) + 0.9 * em, y: y(report.noise.snr_db) + 1.6 * em }];
  });
  return [{ text: [text, 'B'], mark: 'quantized', at: places }];
}

/** Two bars on a dB axis drawn to the SNR axis's measure: what stands above the noise bar is the SNR. */
function powers(scene: Scene, box: Box, snr: Scale) {
  const { a, b, em, memory, moving } = scene;
  const signal = db(signalPower(a.report));
  const error = db(a.report.noise.mse);
  const page: Box = { x: box.x - 3.2 * em, y: 0, width: box.width + 3.8 * em, height: scene.height };
  if (signal === null) return drawLabels([{ text: ['There is no signal: its power is 0.', 'no signal'], mark: 'ink', at: [{ x: box.x, y: box.y + em }] }], page, em);
  const [low, high] = snr.domain() as [number, number];
  const y = vertical(box, hold(memory, moving, 'power', [signal - high, signal - low]));
  const slot = box.width / 2;
  const wide = 0.72 * slot;
  const base = bottomOf(box);
  const noiseTop = error === null ? base : Math.min(base, y(error));
  const noiseB = b && db(b.report.noise.mse);
  const x0 = box.x + 0.14 * slot;
  const x1 = x0 + slot;
  const middle = x1 + wide / 2;
  const labels: Label[] = [
    {
      text: [`SNR ${snrText(a.report)}`, snrText(a.report)],
      mark: 'quantized strong',
      at: [{ x: middle, y: (y(signal) + noiseTop) / 2 + 0.3 * em, align: 'middle' }, { x: middle, y: y(signal) - 0.5 * em, align: 'middle' }],
    },
    { text: ['signal, mean x²', 'signal'], mark: 'signal', at: [-0.5, 1.3].map((down) => ({ x: x0 + wide / 2, y: y(signal) + down * em, align: 'middle' as const })) },
    {
      text: error === null ? ['no noise at all', 'no noise'] : ['noise, mean n²', 'noise'],
      mark: 'noise',
      at: [{ x: middle, y: noiseTop + 1.2 * em, align: 'middle' }, { x: middle, y: noiseTop - 0.5 * em, align: 'middle' }],
    },
    ...(noiseB ? [{ text: 'B', mark: 'noise', at: [{ x: x1 - 0.2 * em, y: y(noiseB) + 0.3 * em, align: 'end' as const }] }] : []),
  ];
  const spine = x1 + wide / 2;
  const gap = error === null ? '' : strokes([[x0, y(signal), x1 + wide, y(signal)], [spine, y(signal), spine, noiseTop]]);
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: 'power, dB re 1', em, grid: true, labelX: box.x - 2.6 * em })}
    <path class="area signal" d=${bar(x0, x0 + wide, y(signal), base - y(signal))}></path>
    <path class="area noise" d=${bar(x1, x1 + wide, noiseTop, base - noiseTop)}></path>
    ${noiseB ? svg`<path class="line noise b" d=${bar(x1, x1 + wide, Math.min(base, y(noiseB)), base - Math.min(base, y(noiseB)))}></path>` : null}
    <path class="bracket" d=${gap}></path>
    <path class="rule" d=${strokes([[box.x, base, rightOf(box), base]])}></path>
    ${drawLabels(labels, page, em, { taken: [{ x: page.x, y: 0, width: page.width, height: box.y - 0.3 * em }] })}`;
}

/** The same two bars lying down, for a narrow picture. */
function flatPowers(scene: Scene, side: Box) {
  const { a, b, em, memory, moving } = scene;
  const signal = db(signalPower(a.report));
  const error = db(a.report.noise.mse);
  const page = { ...side, x: 0, width: scene.width };
  if (signal === null) return drawLabels([{ text: 'There is no signal: its power is 0.', mark: 'ink', at: [{ x: em, y: side.y + em }] }], page, em);
  const box = inset(side, { left: em, right: 1.4 * em, bottom: 2.8 * em, top: 0.2 * em });
  const noises = [...sweepOf(a), ...(b ? sweepOf(b) : [])].map(({ noise }) => db(noise.mse)).filter(known);
  const [least = signal - 6, most = signal] = extent([...noises, signal]);
  const x = horizontal(box, hold(memory, moving, 'power', [least - 4, most + 2]));
  const [top, bottom] = rows(box, 0.3 * em, 1, 1) as [Box, Box];
  const end = error === null ? box.x : x(error);
  const noiseB = b && db(b.report.noise.mse);
  const labels: Label[] = [
    { text: ['signal power, mean x²', 'signal'], mark: 'signal', at: [{ x: box.x + 0.5 * em, y: top.y + top.height / 2 + 0.35 * em }] },
    { text: [`SNR ${snrText(a.report)}`, snrText(a.report)], mark: 'quantized strong', at: [{ x: (end + x(signal)) / 2, y: bottom.y + bottom.height / 2 - 0.3 * em, align: 'middle' }] },
    { text: error === null ? 'no noise' : ['noise power, mean n²', 'noise, mean n²', 'noise'], mark: 'noise', at: [{ x: box.x + 0.5 * em, y: bottom.y + bottom.height / 2 + 0.35 * em }] },
  ];
  const mid = bottom.y + bottom.height / 2 + 0.35 * em;
  return svg`
    <path class="area signal" d=${bar(box.x, x(signal), top.y, top.height)}></path>
    <path class="area noise" d=${bar(box.x, end, bottom.y, bottom.height)}></path>
    ${noiseB ? svg`<path class="line noise b" d=${bar(box.x, x(noiseB), bottom.y, bottom.height)}></path>` : null}
    <path class="bracket" d=${error === null ? '' : strokes([[end, mid, x(signal), mid], [x(signal), top.y, x(signal), bottomOf(bottom)]])}></path>
    ${bottomAxis({ box, scale: x, ticks: ticksFor(x.domain() as [number, number], box.width, em), label: 'power, dB re 1', em })}
    ${drawLabels(labels, page, em)}`;
}

function facts({ a, b }: Scene): Fact[] {
  const { noise, prediction, tensor, quantizer } = a.report;
  const gain = gainOf(sweepOf(a), quantizer.bits);
  const gainB = b && gainOf(sweepOf(b), b.report.quantizer.bits);
  return [
    {
      label: 'SNR',
      measured: snrText(a.report),
      predicted: `${fixed(prediction.snr_db, 2)} dB`,
      b: b ? snrText(b.report) : undefined,
      note: noise.exact ? 'every weight is a level: no noise at all' : tensor.rms === 0 ? 'there is no signal' : undefined,
    },
    { label: 'Signal power, mean x²', measured: significant(signalPower(a.report)) },
    {
      label: 'Noise power, mean n²',
      measured: significant(noise.mse),
      predicted: significant(prediction.mse),
      b: b ? significant(b.report.noise.mse) : undefined,
    },
    {
      label: gain ? `From ${gain.from.quantizer.bits} to ${gain.to.quantizer.bits} bit` : 'One bit more',
      measured: gain?.measured == null ? '–' : `${signed(gain.measured, 2)} dB`,
      predicted: gain ? `${signed(gain.predicted, 2)} dB` : undefined,
      b: gainB?.measured == null ? (b ? '–' : undefined) : `${signed(gainB.measured, 2)} dB`,
      note: gain && gain.measured === null ? 'one of the two has no finite SNR' : undefined,
    },
  ];
}

export const sixDecibels: Experiment = {
  id: 'six-decibels',
  title: 'Six decibels',
  question: 'What does one more bit buy?',
  wants: () => ({ sweep: BITS }),
  picture,
  describe({ a }) {
    const gain = gainOf(sweepOf(a), a.report.quantizer.bits);
    return (
      `Signal to noise ratio against bits from 1 to 16. At ${a.report.quantizer.bits} bit it is ${snrText(a.report)}, ` +
      `predicted ${fixed(a.report.prediction.snr_db, 2)} dB.` +
      (gain ? ` One bit from ${gain.from.quantizer.bits} to ${gain.to.quantizer.bits} is predicted to add ${fixed(gain.predicted, 2)} dB, measured ${fixed(gain.measured, 2)} dB.` : '') +
      ` Signal power ${significant(signalPower(a.report))}, noise power ${significant(a.report.noise.mse)}.`
    );
  },
  facts,
  formula,
  slots({ a }) {
    const { noise } = a.report;
    return {
      signal: significant(signalPower(a.report)),
      noise: significant(noise.mse),
      snr: noise.exact ? '∞' : fixed(noise.snr_db, 2),
      predicted: fixed(a.report.prediction.snr_db, 2),
      // The mean square of the noise's law: Δ²/12 for nearest.
      divisor: String(Math.round(1 / meanSquare(noiseLaw(a.report)))),
    };
  },
  why({ a }) {
    const { noise, prediction, quantizer } = a.report;
    const gain = gainOf(sweepOf(a), quantizer.bits);
    const sentences = [
      gain
        ? `One bit more makes Δ about half, so the noise power Δ²/12 falls to about a quarter: ${signed(gain.predicted, 2)} dB from ${gain.from.quantizer.bits} to ${gain.to.quantizer.bits} bit.`
        : 'One bit more makes Δ about half, so the noise power Δ²/12 falls to about a quarter.',
    ];
    if (noise.exact) sentences.push('Every weight is exactly a level here: there is no noise, and the SNR is infinite.');
    else if (known(noise.snr_db) && known(prediction.snr_db) && prediction.conditions.length === 0) {
      sentences.push(`At ${quantizer.bits} bit the measured SNR is ${fixed(Math.abs(noise.snr_db - prediction.snr_db), 3)} dB from its prediction.`);
    }
    return [...sentences, ...failures(a)].slice(0, 3);
  },
  table({ a, b }) {
    const sweepB = b ? sweepOf(b) : [];
    return {
      caption: `SNR for each bit width, ${count(a.report.tensor.count)} weights`,
      columns: ['bits', 'SNR, dB', 'predicted, dB', 'exact', 'mean n²', 'conditions that fail', ...(b ? ['SNR of B, dB'] : [])],
      rows: sweepOf(a).map(({ quantizer, noise, prediction }) => [
        quantizer.bits,
        noise.snr_db,
        prediction.snr_db,
        noise.exact ? 'yes' : 'no',
        noise.mse,
        prediction.conditions.join(' '),
        ...(b ? [sweepB.find((report) => report.quantizer.bits === quantizer.bits)?.noise.snr_db ?? null] : []),
      ]),
    };
  },
};
