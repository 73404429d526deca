/** A codebook: levels where the weights asked for them. It has no step, and so no bound common to its cells. */
import { bisector } from 'd3-array';
import type { Analysis, FormatInfo, Levels, QuantizerSpec } from '../core/report';
import { shares } from './codes';
import type { NoiseLaw } from './law';

export const isCodebook = ({ format }: Analysis): boolean => format?.codebook ?? false;

/** The formula that fits the format on the bench: that of even levels, or that of a codebook. */
export const byLevels =
  (even: string, codebook: string) =>
  (a: Analysis | null): string =>
    a && isCodebook(a) ? codebook : even;

/** A code belongs to several weights at once: a lattice, without levels of one weight. */
export const isVector = ({ format }: Analysis): boolean => (format?.in_blocks && !format.codebook) ?? false;

/** The quantizer's levels are evenly spaced at every bit width. */
export function isEven({ format }: Pick<QuantizerSpec, 'format'>, formats: readonly FormatInfo[]): boolean {
  const row = formats.find(({ name }) => name === format);
  return !row?.codebook && !row?.in_blocks;
}

/** Distances between neighbouring levels. */
export const gaps = ({ values }: Levels): Float64Array =>
  values.subarray(1).map((value, i) => value - values[i]!);

/** The mean distance between neighbouring levels, the unit of the core's noise histogram; 1 for a level alone. */
export function meanStep({ values }: Levels): number {
  const last = values.length - 1;
  return last > 0 ? (values[last]! - values[0]!) / last : 1;
}

/** The middle one of the distances between neighbouring levels: outliers do not widen it. */
export function medianGap(levels: Levels): number {
  const rising = gaps(levels).sort();
  return rising.length ? rising[rising.length >> 1]! : 1;
}

/** The width that the prediction takes a cell for: an outer cell has no end and counts as symmetric about its level. */
export function widths({ values, edges }: Levels): Float64Array {
  const last = values.length - 1;
  return values.map((value, k) => {
    if (last === 0) return 0;
    if (k === 0) return 2 * (edges[1]! - value);
    return k === last ? 2 * (value - edges[last]!) : edges[k + 1]! - edges[k]!;
  });
}

/** The noise predicted of a codebook, in mean steps: a uniform law for each cell, weighed by the cell's share. */
export function codebookLaw(levels: Levels): NoiseLaw {
  const step = meanStep(levels);
  const { p } = shares(levels);
  const halves = Array.from(widths(levels), (width, k) => ({ half: width / 2 / step, share: p[k]! }))
    .filter(({ half, share }) => half > 0 && share > 0)
    .sort((a, b) => b.half - a.half);
  // From the outermost end inward: within ±half each cell adds its share over its width.
  const rising: [number, number][] = [];
  let density = 0;
  let variance = 0;
  for (const { half, share } of halves) {
    rising.push([-half, density]);
    density += share / (2 * half);
    rising.push([-half, density]);
    variance += (share * half ** 2) / 3;
  }
  const high = halves[0]?.half ?? 0.5;
  const falling = rising.map(([at, value]): [number, number] => [-at, value]).reverse();
  return { shape: 'layered', low: -high, high, outline: [...rising, ...falling], mean: 0, variance };
}

const byPlace = bisector(([at]: readonly [number, number]) => at);

/** The density of a layered law: flat between the corners of its outline. */
export const layerAt = ({ outline }: NoiseLaw, u: number): number =>
  outline[byPlace.right(outline, u) - 1]?.[1] ?? 0;

/** How far a weight of each cell can be from its level; the outer cells have no end. */
export const reaches = ({ values, edges }: Levels): Float64Array =>
  values.map((value, k) => Math.max(value - edges[k]!, edges[k + 1]! - value));
