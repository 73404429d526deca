/** The staircase's marks that are not its treads: the weights behind it, the bound's band, places for labels. */
import { bisectLeft, bisectRight, max } from 'd3-array';
import type { Domain, Scale } from '../components/chart/axes';
import { bottomOf, type Box } from '../components/chart/box';
import type { Label, Place } from '../components/chart/labels';
import { band, bars, steps, type Point } from '../components/chart/paths';
import { percent } from '../components/format';
import { isCodebook } from './codebook';
import { noiseLaw } from './law';
import type { Levels } from '../core/report';
import { asStored, inSteps, stepIn, type Drawable } from './stairs';
import type { Tread } from './treads';

export interface Panel {
  box: Box;
  x: Scale;
  y: Scale;
}

/**
 * The weights at each level as bars over its cell, by their density; an outer cell has no end and counts as symmetric
 * about its level. At most about `most` bars: beyond that neighbours are one.
 */
export function cellBars({ values, edges, counts }: Levels, [low, high]: Domain, most: number) {
  const last = values.length - 1;
  const end = (i: number) =>
    i > 0 && i <= last
      ? edges[i]!
      : last === 0
        ? values[0]! + i - 0.5
        : i === 0
          ? 2 * values[0]! - edges[1]!
          : 2 * values[last]! - edges[last]!;
  const first = bisectLeft(values, low);
  const after = bisectRight(values, high);
  const run = Math.max(1, Math.ceil((after - first) / most));
  const cells: { from: number; to: number; density: number }[] = [];
  for (let i = first; i < after; i += run) {
    const next = Math.min(i + run, after);
    const [from, to] = [Math.max(low, end(i)), Math.min(high, end(next))];
    let sum = 0;
    for (let k = i; k < next; k++) sum += counts[k]!;
    if (end(next) > end(i)) cells.push({ from, to, density: sum / (end(next) - end(i)) });
  }
  return cells;
}

/** The weights' histogram on the panel's floor, `share` of its height; in steps, that of the cells. */
export function histogram(
  analysis: Drawable,
  domain: Domain,
  { box, x }: Omit<Panel, 'y'>,
  share: number,
): string {
  const base = bottomOf(box);
  const { weights } = analysis;
  const top = (count: number, tallest: number) => base - (share * box.height * count) / tallest;
  if (!asStored(analysis) || !weights) {
    const cells = cellBars(analysis.levels, domain, box.width);
    const tallest = max(cells, ({ density }) => density) || 1;
    return bars(
      cells.map(({ from, to, density }) => [x(from), x(to), top(density, tallest)] as const),
      base,
    );
  }
  const { low, high, counts } = weights;
  const size = (high - low) / counts.length;
  const first = Math.max(0, Math.floor((domain[0] - low) / size));
  const last = Math.min(counts.length, Math.ceil((domain[1] - low) / size));
  if (!(first < last)) return '';
  const shown = counts.subarray(first, last);
  const tallest = max(shown) || 1;
  const edge = (i: number) => x(Math.min(domain[1], Math.max(domain[0], low + (first + i) * size)));
  const edges = Array.from({ length: shown.length + 1 }, (_, i) => edge(i));
  return steps(
    edges,
    Array.from(shown, (count) => top(count, tallest)),
    base,
  );
}

/** Where Q lies when the noise keeps its law: between x − high and x − low, over the levels' own cells. */
export function boundBand(analysis: Drawable, domain: Domain, { box, x, y }: Panel): string {
  const { values } = analysis.levels;
  const law = noiseLaw(analysis.report);
  const step = stepIn(analysis);
  const from = Math.max(domain[0], values[0]! + law.low * step);
  const to = Math.min(domain[1], values[values.length - 1]! + law.high * step);
  if (from >= to) return '';
  // The corners: its ends, and where its edges meet the panel's.
  const [top, bottom] = [y.invert(box.y), y.invert(bottomOf(box))];
  const meets = [top, bottom].flatMap((edge) => [edge + law.low * step, edge + law.high * step]);
  const corners = [from, ...meets.filter((at) => at > from && at < to).sort((p, q) => p - q), to];
  const inside = (value: number) => y(Math.min(top, Math.max(bottom, value)));
  return band(
    corners.map((at) => [x(at), inside(at - law.high * step), inside(at - law.low * step)] as const),
  );
}

/** The line Q = x as far as it lies in the panel. */
export function diagonal(window: Domain, [low, high]: Domain, { x, y }: Panel): Point[] {
  const from = Math.max(window[0], low);
  const to = Math.min(window[1], high);
  return from < to
    ? [
        [x(from), y(from)],
        [x(to), y(to)],
      ]
    : [];
}

/** Places under the diagonal, from its upper end downward. */
export function diagonalPlaces([low, high]: Domain, { box, x, y }: Panel, em: number): Place[] {
  return [0.9, 0.8, 0.7, 0.3, 0.2]
    .map((share) => low + share * (high - low))
    .filter((value) => y(value) > box.y + em && y(value) < bottomOf(box) - 2 * em)
    .flatMap((value) => [
      { x: x(value) + em, y: y(value) + 1.6 * em },
      { x: x(value) - em, y: y(value) - 0.9 * em, align: 'end' as const },
      { x: x(value) + 1.5 * em, y: y(value) + 2.6 * em },
    ]);
}

/** Places over a tread, beginning near its left end; the treads nearest to the wanted share of the width first. */
export function treadPlaces(found: Tread[], { box, x, y }: Panel, em: number, ...shares: number[]): Place[] {
  return shares.flatMap((share) => {
    const at = box.x + share * box.width;
    const tread = found.find(({ from, to }) => x(from) <= at && at < x(to));
    return tread ? [{ x: Math.max(x(tread.from), box.x) + 0.4 * em, y: y(tread.value) - 0.7 * em }] : [];
  });
}

/** The ends of the granular region, in the picture's unit; a codebook has none. */
export function rangeEdges(analysis: Drawable): number[] {
  const { range_low, range_high } = analysis.report.quantizer;
  if (inSteps(analysis) || isCodebook(analysis) || range_low === null || range_high === null) return [];
  return [range_low, range_high];
}

/** How many weights lie beyond the range, said outside of it. */
export function overloadLabels(analysis: Drawable, window: Domain, { box, x }: Panel, em: number): Label[] {
  const { overload } = analysis.report.noise;
  const [low, high] = rangeEdges(analysis);
  if (!overload || low === undefined || high === undefined) return [];
  const y = box.y + 1.2 * em;
  const at: Place[] = [];
  if (high < window[1]) at.push({ x: x(high) + 0.4 * em, y });
  if (low > window[0]) at.push({ x: x(low) - 0.4 * em, y, align: 'end' });
  return [
    { text: [`${percent(overload)} beyond the range`, 'beyond the range', 'overload'], mark: 'warn', at },
  ];
}
