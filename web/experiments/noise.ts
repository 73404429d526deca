/** The noise: the histogram of n/Δ stands within its walls, and under fine steps it is uniform. */
import { max } from 'd3-array';
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Domain } from '../components/chart/axes';
import { bottomOf, inset, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label, type Place } from '../components/chart/labels';
import { circles, polyline, sampled, steps, strokes, type Point } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, percent, significant } from '../components/format';
import type { Analysis, Histogram } from '../core/report';
import { failures, markText } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import { noiseLaw, stepOf, type NoiseLaw } from './law';
import formula from './noise.tex?mathml';

/** Mean and standard deviation of the noise in steps. */
function momentsInSteps(analysis: Analysis): { mean: number; deviation: number } | null {
  const { bias, variance } = analysis.report.noise;
  const step = stepOf(analysis.report);
  if (!step || bias === null || variance === null) return null;
  return { mean: bias / step, deviation: Math.sqrt(variance) / step };
}

const binSize = ({ low, high, counts }: Histogram): number => (high - low) / counts.length;

function total({ counts, below, above }: Histogram): number {
  let sum = below + above;
  for (const n of counts) sum += n;
  return sum;
}

/** Density per step of each bin. */
export function densities(histogram: Histogram): Float64Array {
  const unit = total(histogram) * binSize(histogram);
  return histogram.counts.map((n) => (unit ? n / unit : 0));
}

/** The bins that hold the law's support and all the noise in reach, with a margin to see the walls from. */
function shownBins(histograms: Histogram[], law: NoiseLaw): Domain {
  const margin = 0.14 * (law.high - law.low);
  let low = law.low - margin;
  let high = law.high + margin;
  for (const histogram of histograms) {
    const first = histogram.counts.findIndex((n) => n > 0);
    if (first < 0) continue;
    const last = histogram.counts.findLastIndex((n) => n > 0);
    low = Math.min(low, histogram.low + first * binSize(histogram));
    high = Math.max(high, histogram.low + (last + 1) * binSize(histogram));
  }
  return [low, high];
}

interface Plot {
  box: Box;
  x: (value: number) => number;
  y: (value: number) => number;
}

/** The tops of the bins, as what labels keep away from. */
const skyline = (histogram: Histogram, { x, y }: Plot): Point[] =>
  Array.from(densities(histogram), (density, i): Point => [x(histogram.low + (i + 0.5) * binSize(histogram)), y(density)]);

const outline = (histogram: Histogram, { box, x, y }: Plot): string => {
  const size = binSize(histogram);
  const density = densities(histogram);
  const first = density.findIndex((d) => d > 0);
  if (first < 0) return '';
  const last = density.findLastIndex((d) => d > 0);
  const edges = Array.from({ length: last - first + 2 }, (_, i) => x(histogram.low + (first + i) * size));
  return steps(edges, Array.from(density.subarray(first, last + 1), y), bottomOf(box));
};

const lawPath = (law: NoiseLaw, { x, y }: Plot): string => polyline(law.outline.map(([at, density]) => [x(at), y(density)]));

const wallName = (value: number): string => {
  const text = Math.abs(value) === 0.5 ? '½' : String(Math.abs(value));
  return value === 0 ? '0' : `${value < 0 ? '−' : '+'}${text} Δ`;
};

function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const histogram = a.noise;
  const law = noiseLaw(a.report);
  if (!histogram || total(histogram) === 0) {
    const text = 'There is no noise to show: no finite weights.';
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  const rowCount = b ? 3 : 2;
  const box = inset(page, { top: 1.9 * em, right: 1.2 * em, left: 3 * em, bottom: (3.8 + 1.7 * rowCount) * em });
  const strip: Box = { ...box, y: bottomOf(box) + 0.6 * em, height: (1.7 * rowCount + 0.3) * em };

  const histograms = b?.noise ? [histogram, b.noise] : [histogram];
  const lawB = b && noiseLaw(b.report);
  const tallest = max(histograms, (h) => max(densities(h))) ?? 1;
  const peak = max(law.outline, ([, density]) => density)!;
  const domain = hold(memory, moving, 'x', shownBins(histograms, law));
  const x = horizontal(box, domain);
  // Above the histogram there is a line for what is pointed at, and one for each failing condition.
  const failing = markText(a.report).slice(0, 2);
  const headroom = box.height / (box.height - (2 + 1.4 * failing.length) * em);
  const y = vertical(box, hold(memory, moving, 'y', [0, headroom * Math.max(tallest, 1.06 * peak)]));
  const plot = { box, x, y };

  const cursor = scene.cursor === null ? null : Math.min(domain[1], Math.max(domain[0], scene.cursor));
  const size = binSize(histogram);
  const bin = cursor === null ? -1 : Math.floor((cursor - histogram.low) / size);
  const density = densities(histogram);
  const atBin = density[bin];
  const binLow = histogram.low + bin * size;
  const readout =
    atBin === undefined
      ? null
      : `n/Δ from ${fixed(binLow, 3)} to ${fixed(binLow + size, 3)}: density ${fixed(atBin, 3)}, ${count(histogram.counts[bin]!)} weights`;

  const walls = [law.low, law.high];
  const wallTop = box.y;
  const labels: Label[] = [
    ...(cursor !== null && atBin !== undefined
      ? [{
          text: [readout!, `${fixed(binLow + size / 2, 3)} Δ: density ${fixed(atBin, 3)}`],
          mark: 'ink strong',
          at: [{ x: x(cursor), y: box.y + 1.1 * em, align: 'middle' as const }],
        }]
      : []),
    ...walls.map((wall, side): Label => ({
      text: wallName(wall),
      mark: 'ink strong',
      at: [0, 1.4, 2.8].map((down) => ({
        x: x(wall) + (side ? 0.5 : -0.5) * em,
        y: wallTop + (1.1 + down) * em,
        align: side ? ('start' as const) : ('end' as const),
      })),
    })),
    ...failing.map((text, i): Label => ({
      text,
      mark: 'warn',
      at: [{ x: x((law.low + law.high) / 2), y: box.y + (2.5 + 1.4 * i) * em, align: 'middle' }],
    })),
    {
      text: [`predicted: ${law.shape}, ${law.shape === 'uniform' ? 'density' : 'peak'} ${peak}`, `predicted ${peak}`],
      mark: 'theory',
      at: theoryPlaces(law, density, histogram, plot, em),
    },
    {
      text: [`measured n/Δ of ${count(total(histogram))} weights`, 'measured n/Δ', 'n/Δ'],
      mark: 'noise',
      at: measuredPlaces(density, histogram, plot, em),
    },
    ...(b?.noise ? [{ text: ['B', 'B'], mark: 'noise', at: measuredPlaces(densities(b.noise), b.noise, plot, em, 0.8) }] : []),
    ...outside(histogram, box, em),
  ];

  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: 'density, per step Δ', em, grid: true, labelX: 0.4 * em })}
    <path class="area noise" d=${outline(histogram, plot)}></path>
    ${b?.noise ? svg`<path class="line noise b" d=${outline(b.noise, plot)}></path>` : null}
    <path class="wall" d=${strokes(walls.map((wall) => [x(wall), box.y, x(wall), bottomOf(box)]))}></path>
    ${lawB && (lawB.low !== law.low || lawB.shape !== law.shape) ? svg`<path class="theory dashed b" d=${lawPath(lawB, plot)}></path>` : null}
    <path class="theory dashed" d=${lawPath(law, plot)}></path>
    ${cursor === null ? null : svg`<path class="guide ink" d=${strokes([[x(cursor), box.y, x(cursor), bottomOf(box)]])}></path>`}
    ${drawLabels(labels, box, em, { marks: sampled(skyline(histogram, plot), 0.6 * em) })}
    ${spread(scene, law, strip, x)}
    ${bottomAxis({ box: strip, scale: x, ticks: ticksFor(domain, box.width, em), label: 'noise n = x − Q(x), in steps Δ', em })}
    ${slider({
      box,
      label: 'Read the histogram at n/Δ',
      low: domain[0],
      high: domain[1],
      value: cursor ?? 0,
      step: size,
      text: readout ?? `${fixed(cursor ?? 0, 3)} steps: nothing counted here`,
      invert: x.invert,
      moved: (value, gesture) => scene.point(gesture === 'leave' ? null : value),
    })}`;
}

/** Under the histogram: mean ± σ as measured and as predicted, on the same axis. */
function spread(scene: Scene, law: NoiseLaw, strip: Box, x: (value: number) => number) {
  const { a, b, em } = scene;
  const rows = [
    { mark: 'noise', line: 'line noise', name: 'mean ± σ', moments: momentsInSteps(a) },
    ...(b ? [{ mark: 'noise', line: 'line noise b', name: 'B', moments: momentsInSteps(b) }] : []),
    { mark: 'theory', line: 'theory dashed', name: 'predicted', moments: { mean: law.mean, deviation: Math.sqrt(law.variance) } },
  ];
  const low = strip.x;
  const high = rightOf(strip);
  const clamp = (value: number) => Math.min(high, Math.max(low, x(value)));
  return rows.map(({ mark, line, name, moments }, i) => {
    const y = strip.y + (i + 0.75) * 1.7 * em;
    if (!moments) return null;
    const { mean, deviation } = moments;
    const labels: Label[] = [
      {
        text: [`${name}: ${fixed(mean, 4)} ± ${fixed(deviation, 4)} Δ`, `${fixed(mean, 4)} ± ${fixed(deviation, 4)} Δ`, `σ ${fixed(deviation, 3)}`],
        mark,
        at: [
          { x: clamp(mean + deviation) + 0.8 * em, y: y + 0.35 * em },
          { x: clamp(mean - deviation) - 0.8 * em, y: y + 0.35 * em, align: 'end' },
        ],
      },
    ];
    const from = clamp(mean - deviation);
    const to = clamp(mean + deviation);
    const seen = x(mean) >= low && x(mean) <= high;
    const row = { x: 0, y: y - 0.9 * em, width: scene.width, height: 1.7 * em };
    return svg`
      <path class=${line} d=${seen ? strokes([[from, y, to, y], [from, y - 0.35 * em, from, y + 0.35 * em], [to, y - 0.35 * em, to, y + 0.35 * em]]) : ''}></path>
      <path class="dot ${mark}" d=${seen ? circles([[x(mean), y]], 0.3 * em) : ''}></path>
      ${drawLabels(labels, row, em, { taken: [{ x: from, y: y - 0.5 * em, width: to - from, height: em }] })}`;
  });
}

/** On the law's line near its walls, else over it and the histogram in the middle. */
function theoryPlaces(law: NoiseLaw, density: Float64Array, histogram: Histogram, { box, x, y }: Plot, em: number): Place[] {
  const peak = max(law.outline, ([, value]) => value)!;
  const middle = (law.low + law.high) / 2;
  const here = density[Math.floor((middle - histogram.low) / binSize(histogram))] ?? 0;
  const over: Place = { x: x(middle), y: Math.max(box.y + em, Math.min(y(peak), y(here)) - 0.7 * em), align: 'middle' };
  if (law.shape !== 'uniform' || here <= 1.1 * peak) return [over];
  return [
    { x: x(law.low) + 0.6 * em, y: y(peak) - 0.7 * em },
    { x: x(law.high) - 0.6 * em, y: y(peak) - 0.7 * em, align: 'end' },
    over,
  ];
}

/** Inside the bars where they are tall, else beside them. */
function measuredPlaces(density: Float64Array, histogram: Histogram, { box, x, y }: Plot, em: number, t = 0.5) {
  const tallest = density.indexOf(Math.max(...density));
  const peakX = x(histogram.low + (tallest + 0.5) * binSize(histogram));
  const first = density.findIndex((d) => d > 0);
  if (first < 0) return [];
  const last = density.findLastIndex((d) => d > 0);
  const middle = x(histogram.low + (first + t * (last + 1 - first)) * binSize(histogram));
  const level = Math.max(box.y + 3 * em, y(0.45 * density[Math.floor((first + last) / 2)]!));
  return [
    { x: middle, y: Math.min(level, bottomOf(box) - 0.8 * em), align: 'middle' as const },
    { x: peakX + em, y: y(density[tallest]!) + 1.4 * em },
    { x: peakX - em, y: y(density[tallest]!) + 1.4 * em, align: 'end' as const },
  ];
}

/** What lies beyond the histogram, said at its ends. */
function outside({ below, above, counts }: Histogram, box: Box, em: number): Label[] {
  const sum = below + above + counts.reduce((s, n) => s + n, 0);
  const y = bottomOf(box) - 0.7 * em;
  const labels: Label[] = [];
  if (below) labels.push({ text: [`← ${percent(below / sum)} further out`, `← ${percent(below / sum)}`], mark: 'warn', at: [{ x: box.x + 0.3 * em, y }] });
  if (above) labels.push({ text: [`${percent(above / sum)} further out →`, `${percent(above / sum)} →`], mark: 'warn', at: [{ x: rightOf(box), y, align: 'end' }] });
  return labels;
}

/** The law's variance in the weights' unit: Δ²/12 for nearest, summed over the scales where there are several. */
function predictedVariance({ report }: Analysis): number | null {
  const law = noiseLaw(report);
  const step = stepOf(report);
  return step === null ? null : law.variance * step * step;
}

function facts({ a, b }: Scene): Fact[] {
  const law = noiseLaw(a.report);
  const step = stepOf(a.report);
  const { noise } = a.report;
  return [
    {
      label: 'Variance of n',
      measured: significant(noise.variance),
      predicted: significant(predictedVariance(a)),
      b: b ? significant(b.report.noise.variance) : undefined,
    },
    {
      label: 'Mean of n',
      measured: significant(noise.bias, 3),
      predicted: law.mean === 0 ? '0' : significant(step === null ? null : law.mean * step, 3),
      b: b ? significant(b.report.noise.bias, 3) : undefined,
    },
    {
      label: 'Largest |n|',
      measured: `${fixed(noise.max_error_in_steps, 4)} Δ`,
      predicted: `≤ ${fixed(noise.bound_in_steps, 1)} Δ`,
      b: b ? `${fixed(b.report.noise.max_error_in_steps, 4)} Δ` : undefined,
      note: noise.overload ? `${fixed(noise.granular_max_error_in_steps, 4)} Δ inside the range` : undefined,
    },
    {
      label: 'Correlation of n with x',
      measured: fixed(noise.correlation, 4),
      predicted: '0',
      b: b ? fixed(b.report.noise.correlation, 4) : undefined,
      note: noise.correlation === null ? 'one of them does not vary' : undefined,
    },
  ];
}

export const noise: Experiment = {
  id: 'noise',
  title: 'Noise',
  question: 'What does the error of many weights look like?',
  wants: () => ({ noise: true }),
  picture,
  describe({ a }) {
    const { noise: measured, prediction } = a.report;
    const law = noiseLaw(a.report);
    return (
      `Histogram of the noise in steps against the ${law.shape} density from ${wallName(law.low)} to ${wallName(law.high)}. ` +
      `Variance ${significant(measured.variance)}, predicted ${significant(predictedVariance(a))}; ` +
      `largest error ${fixed(measured.max_error_in_steps, 4)} steps; correlation with the signal ${fixed(measured.correlation, 4)}. ` +
      (prediction.conditions.length
        ? `The prediction is not to be trusted here: ${markText(a.report).map(([text]) => text).join('; ')}.`
        : 'The prediction holds here.')
    );
  },
  facts,
  formula,
  slots({ a }) {
    const law = noiseLaw(a.report);
    const step = stepOf(a.report);
    return {
      divisor: String(Math.round(1 / law.variance)),
      divisor2: String(Math.round(1 / law.variance)),
      step: significant(step),
      predicted: significant(predictedVariance(a)),
      measured: significant(a.report.noise.variance),
    };
  },
  why({ a }) {
    const law = noiseLaw(a.report);
    const { rounding } = a.report.quantizer;
    const holds =
      law.shape === 'triangular'
        ? 'Stochastic rounding takes the level below or above by chance, so the error reaches a whole Δ, is zero on average for every weight, and has twice the variance.'
        : law.low === 0
          ? 'Floor always takes the level below, so the error runs evenly from 0 to Δ: its mean is half a step, and that bias costs more than the spread.'
          : 'Steps that are small beside the spread of the weights cut it into nearly flat slices: within each cell every error from −Δ/2 to Δ/2 is as likely as any other, and the variance of that is Δ²/12.';
    const failing = failures(a);
    if (failing.length) return [...failing.slice(0, 2), `Were Δ small enough: ${holds.charAt(0).toLowerCase()}${holds.slice(1)}`];
    const corr = a.report.noise.correlation;
    return [holds, corr === null || rounding === 'floor' ? '' : `The noise does not follow the signal: their correlation is ${fixed(corr, 4)}.`].filter(Boolean);
  },
  table({ a, b }) {
    const histogram = a.noise;
    const size = histogram ? binSize(histogram) : 0;
    const density = histogram ? densities(histogram) : [];
    const densityB = b?.noise ? densities(b.noise) : null;
    const law = noiseLaw(a.report);
    return {
      caption: 'The noise in steps: density measured and predicted',
      columns: ['n/Δ from', 'n/Δ to', 'weights', 'density', 'predicted', ...(densityB ? ['density B'] : [])],
      rows: Array.from(density, (value, i) => {
        const from = histogram!.low + i * size;
        return [from, from + size, histogram!.counts[i]!, value, densityAt(law, from + size / 2), ...(densityB ? [densityB[i] ?? null] : [])];
      }),
    };
  },
};

/** The law's density at u, from its outline. */
export function densityAt(law: NoiseLaw, u: number): number {
  if (u < law.low || u >= law.high) return 0;
  return law.shape === 'uniform' ? 1 : 1 - Math.abs(u);
}

