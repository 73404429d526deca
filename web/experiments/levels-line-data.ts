/** The levels on the number line: which are used, how dense the weights are about them, and one block by its scale. */
import { bisectLeft } from 'd3-array';
import type { Domain } from '../components/chart/axes';
import type { Analysis, Histogram, Levels, Segment } from '../core/report';
import type { Scene } from './experiment';
import { binSize, total } from './noise-histogram';
import { windowAround } from './treads';

/** How many times as near one may look. */
export const ZOOMS = Array.from({ length: 13 }, (_, i) => 2 ** i);
export const zoomLevel = ({ settings }: Scene): number => settings?.['zoom'] ?? 0;
export const blockIndex = ({ settings }: Scene): number => settings?.['block'] ?? 0;

/** The levels are in units of the weights; otherwise each weight is seen in the scale of its block. */
export const inWeights = ({ report: { quantizer } }: Analysis): boolean => quantizer.scales === 1;

/** How many codes are used, how many lie unused between those that are, and how many further out. */
export interface Use {
  used: number;
  between: number;
  beyond: number;
  /** Places of the outermost used levels. */
  first: number;
  last: number;
}

export function useOf({ counts }: Levels): Use {
  const taken = (n: number) => n > 0;
  const used = counts.reduce((sum, n) => sum + Number(taken(n)), 0);
  const first = counts.findIndex(taken);
  const last = counts.findLastIndex(taken);
  const between = used ? last - first + 1 - used : 0;
  return { used, between, beyond: counts.length - used - between, first, last };
}

/** All that is worth seeing: the weights and the levels they take, with room around them. */
export function wholeOf({ report, levels }: Analysis): Domain | null {
  if (!levels?.values.length) return null;
  const { used, first, last } = useOf(levels);
  if (!used) return null;
  const seen = [levels.values[first]!, levels.values[last]!];
  const { tensor, quantizer } = report;
  if (quantizer.scales === 1 && quantizer.transform === 'none') seen.push(tensor.min!, tensor.max!);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const room = 0.06 * (high - low) || Math.abs(low) || 1;
  return [low - room, high + room];
}

/** What is looked at. */
export function viewOf(scene: Scene, whole: Domain): Domain {
  const width = (whole[1] - whole[0]) / ZOOMS[zoomLevel(scene)]!;
  const middle = whole[0] < 0 && whole[1] > 0 ? 0 : (whole[0] + whole[1]) / 2;
  return windowAround(scene.settings?.['at'] ?? middle, width, whole, scene.memory.get('view'));
}

export interface Density {
  /** Bin i is edges[i] to edges[i + 1]. */
  edges: number[];
  /** Share of the weights per unit of the line. */
  values: number[];
}

/** The weights' density in a view: by the bins of the histogram, or where the cells are finer by the cells. */
export function densityIn(
  { report, weights, levels }: Analysis,
  [low, high]: Domain,
  least: number,
): Density {
  const cells = levels ? cellBins(levels) : [];
  const inView = (bins: Bin[]) => bins.filter((bin) => bin.high > low && bin.low < high);
  const own = inView(cells);
  const plain = report.quantizer.scales === 1 && report.quantizer.transform === 'none';
  const fine = plain && weights ? inView(histogramBins(weights)) : [];
  const merged = mergedTo(fine.length >= own.length ? fine : own, least);
  const sum = plain && weights ? total(weights) : cells.reduce((all, { count }) => all + count, 0);
  if (!merged.length || !sum) return { edges: [], values: [] };
  return {
    edges: [...merged.map((bin) => bin.low), merged.at(-1)!.high],
    values: merged.map((bin) => bin.count / sum / (bin.high - bin.low)),
  };
}

interface Bin {
  low: number;
  high: number;
  count: number;
}

const histogramBins = (histogram: Histogram): Bin[] =>
  Array.from(histogram.counts, (count, i) => ({
    low: histogram.low + i * binSize(histogram),
    high: histogram.low + (i + 1) * binSize(histogram),
    count,
  }));

/** The quantizer's cells; an outer one, which has no end, reaches as far out as it does in. */
function cellBins({ values, edges, counts }: Levels): Bin[] {
  const last = values.length - 1;
  if (last < 1) return [];
  return Array.from(values, (value, k) => ({
    low: k === 0 ? 2 * value - edges[1]! : edges[k]!,
    high: k === last ? 2 * value - edges[last]! : edges[k + 1]!,
    count: counts[k]!,
  }));
}

/** Neighbours put together until each is at least so wide. */
function mergedTo(bins: Bin[], least: number): Bin[] {
  const merged: Bin[] = [];
  for (const bin of bins) {
    const before = merged.at(-1);
    if (before && before.high - before.low < least)
      merged[merged.length - 1] = { low: before.low, high: bin.high, count: before.count + bin.count };
    else merged.push(bin);
  }
  return merged.filter(({ low, high }) => high > low);
}

/** The level nearest to x. */
export function nearestLevel({ values }: Levels, x: number): number {
  const above = Math.min(values.length - 1, bisectLeft(values, x));
  return above > 0 && x - values[above - 1]! < values[above]! - x ? above - 1 : above;
}

/** The least and the greatest distance of neighbouring levels that are both used or between used ones. */
export function spacing({ values }: Levels, { first, last }: Use): [least: number, greatest: number] | null {
  if (last <= first) return null;
  let [least, greatest] = [Infinity, 0];
  for (let k = first; k < last; k++) {
    const gap = values[k + 1]! - values[k]!;
    least = Math.min(least, gap);
    greatest = Math.max(greatest, gap);
  }
  return [least, greatest];
}

/** How many blocks there are to choose from. */
export const blocksOf = ({ report }: Analysis, { scales }: Segment): number =>
  Math.max(1, Math.round(report.quantizer.scales / scales.length));

/** A weight of a block, in the words of its scale. */
export interface Seen {
  x: number;
  q: number;
  n: number;
  /** The place of its code among the levels, and what the code stands for; null of a lattice. */
  code: number | null;
  level: number | null;
  scale: number;
  offset: number;
}

export function seenAt(segment: Segment, i: number): Seen {
  const { weights, quantized, codes, levels, scales, offsets, part } = segment;
  const [x, q] = [weights[i]!, quantized[i]!];
  const at = Math.floor(i / part);
  const code = codes.length ? codes[i]! : null;
  return {
    x,
    q,
    n: x - q,
    code,
    level: code === null ? null : levels[code]!,
    scale: scales[at]!,
    offset: offsets[at]!,
  };
}

/** Weights of a block that are drawn: more could not be told apart. */
const MOST_DRAWN = 64;
export const drawnOf = ({ weights }: Segment): number => Math.min(MOST_DRAWN, weights.length);

/** The weight of a block that is looked at: the worst off of those drawn until the reader chooses another. */
export function weightIndex({ settings }: Scene, segment: Segment): number {
  const { weights, quantized } = segment;
  const drawn = drawnOf(segment);
  const chosen = settings?.['weight'];
  if (chosen !== undefined && chosen < drawn) return chosen;
  let worst = 0;
  weights.subarray(0, drawn).forEach((x, i) => {
    if (Math.abs(x - quantized[i]!) > Math.abs(weights[worst]! - quantized[worst]!)) worst = i;
  });
  return worst;
}

/** SNR in dB of the weights seen; null where there is no signal, ∞ where there is no noise. */
export function blockSnr({ weights, quantized }: Segment): number | null {
  let [signal, noise] = [0, 0];
  weights.forEach((x, i) => {
    if (!Number.isFinite(x)) return;
    signal += x ** 2;
    noise += (x - quantized[i]!) ** 2;
  });
  return signal > 0 ? 10 * Math.log10(signal / noise) : null;
}
