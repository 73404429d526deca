/** What the levels are compared on: three quantizers of one size, the density of the weights, Lloyd's steps. */
import type { Domain } from '../components/chart/axes';
import type { Analysis, Design, FormatInfo, Histogram, Levels, QuantizerSpec, Report } from '../core/report';
import { isEven } from './codebook';
import { binSize } from './noise-histogram';

/** More levels than this are a grey line to the eye. */
export const MOST_BITS = 6;
/** Steps of Lloyd's iteration that are shown at most. */
export const MOST_STEPS = 80;

export const bitsShown = ({ bits }: QuantizerSpec): number => Math.min(bits, MOST_BITS);

const CODEBOOKS = [
  { format: 'lloyd-max', name: 'Lloyd–Max' },
  { format: 'ecsq', name: 'ECSQ' },
];
/** The present quantizer at the shown size; where its levels are not even, the int of least noise. */
const uniformOf = (quantizer: QuantizerSpec, formats: readonly FormatInfo[]): Partial<QuantizerSpec> => ({
  bits: bitsShown(quantizer),
  granularity: 'tensor',
  ...(isEven(quantizer, formats)
    ? {}
    : { format: 'int', range: 'mse', rounding: 'nearest', scale_type: 'float32' }),
});
const bookOf = (quantizer: QuantizerSpec, format: string): Partial<QuantizerSpec> => ({
  format,
  bits: bitsShown(quantizer),
  granularity: 'tensor',
});

/** Uniform, Lloyd–Max and ECSQ. */
export const compared = (
  quantizer: QuantizerSpec,
  formats: readonly FormatInfo[],
): Partial<QuantizerSpec>[] => [
  uniformOf(quantizer, formats),
  ...CODEBOOKS.map(({ format }) => bookOf(quantizer, format)),
];

/** Cells of a fine mid-rise quantizer count the weights' body where an outlier leaves the histogram a few bins. */
export const BODY: Partial<QuantizerSpec> = {
  format: 'midrise',
  bits: 9,
  granularity: 'tensor',
  range: 'percentile:99',
  rounding: 'nearest',
};

export interface Lane {
  name: string;
  report: Report;
  levels: Levels;
}

/** "int 4 bit, absmax". */
const nameOf = ({ quantizer: { format, bits, range } }: Report): string => `${format} ${bits} bit, ${range}`;

/** The quantizers compared: the uniform one, Lloyd–Max, ECSQ. */
export function lanesOf({ others = [], other_levels = [] }: Analysis): Lane[] {
  return others.map((report, i) => ({
    name: i === 0 ? nameOf(report) : CODEBOOKS[i - 1]!.name,
    report,
    levels: other_levels[i]!,
  }));
}

export interface Density {
  /** Bin i is edges[i] to edges[i + 1]. */
  edges: number[];
  /** Share of the weights per unit of the weights. */
  values: number[];
}

interface Bin {
  low: number;
  high: number;
  count: number;
}

/** The body in fine bins, the tails beside it in those of the histogram. */
export function densityOf({ weights, other_levels = [] }: Analysis, most: number): Density {
  const body = other_levels[other_levels.length - 1];
  const fine = body ? bodyBins(body, most) : [];
  const coarse = weights ? histogramBins(weights) : [];
  const [low, high] = fine.length ? [fine[0]!.low, fine.at(-1)!.high] : [Infinity, Infinity];
  const bins = [
    ...coarse.filter((bin) => bin.high <= low),
    ...fine,
    ...coarse.filter((bin) => bin.low >= high),
  ];
  const total = coarse.reduce((sum, { count }) => sum + count, 0);
  if (bins.length === 0 || total === 0) return { edges: [], values: [] };
  return {
    edges: [...bins.map((bin) => bin.low), bins.at(-1)!.high],
    values: bins.map(({ low: from, high: to, count }) => count / total / (to - from)),
  };
}

const histogramBins = (histogram: Histogram): Bin[] =>
  Array.from(histogram.counts, (count, i) => ({
    low: histogram.low + i * binSize(histogram),
    high: histogram.low + (i + 1) * binSize(histogram),
    count,
  }));

/** At most so many bins of whole cells; the end cells hold the tails and are left out. */
function bodyBins({ edges, counts }: Levels, most: number): Bin[] {
  const cells = counts.length - 2;
  const each = Math.max(1, Math.ceil(cells / most));
  const bins: Bin[] = [];
  for (let first = 1; first + each <= cells + 1; first += each) {
    let count = 0;
    for (let i = first; i < first + each; i++) count += counts[i]!;
    const [low, high] = [edges[first]!, edges[first + each]!];
    if (high > low) bins.push({ low, high, count });
  }
  return bins;
}

/** What is looked at: the weights' body and room around it; an outlier far off is named, not shown. */
export function shownOf({ report, other_levels = [] }: Analysis): Domain {
  const min = report.tensor.min ?? 0;
  const max = report.tensor.max ?? 0;
  if (min === max) return [min - Math.abs(min || 1) / 2, max + Math.abs(max || 1) / 2];
  const body = other_levels[other_levels.length - 1]?.edges;
  const reach = body && body.length > 3 ? 2 * body[body.length - 2]! : 0;
  const [low, high] = reach > 0 ? [Math.max(min, -reach), Math.min(max, reach)] : [min, max];
  const room = 0.03 * (high - low);
  return high > low ? [low - room, high + room] : [min, max];
}

/** 10 log₁₀ of the signal over a design's noise; null without noise or signal. */
export function snrOf({ tensor }: Report, { mse }: Design): number | null {
  return tensor.rms && mse > 0 ? 10 * Math.log10(tensor.rms ** 2 / mse) : null;
}

/** The step of Lloyd's iteration that is looked at: the last until a hand chooses another. */
export const stepOf = (frames: Design[], cursor: number | null): number =>
  Math.max(0, Math.min(frames.length - 1, Math.round(cursor ?? frames.length - 1)));

/** Whether most neighbours are as far from each other as the rest: the middle half of the gaps within 1 : 1.25. */
export function even({ values }: Levels): boolean {
  const gaps = Array.from(values.subarray(1), (value, i) => value - values[i]!).sort((p, q) => p - q);
  if (gaps.length < 4) return false;
  return gaps[Math.floor(0.75 * gaps.length)]! <= 1.25 * gaps[Math.floor(0.25 * gaps.length)]!;
}

/** The half of the levels that the fewest weights take, and the share of the weights that they serve. */
export function idleHalf({ counts }: Levels): { levels: number; share: number } {
  const rising = [...counts].sort((p, q) => p - q);
  const levels = rising.length >> 1;
  const sum = (list: number[]) => list.reduce((total, n) => total + n, 0);
  return { levels, share: sum(rising.slice(0, levels)) / (sum(rising) || 1) };
}
