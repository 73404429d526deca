/** What the staircase is drawn in: the weights' unit or steps, how far it reaches, and the dragged weight. */
import { bisectLeft, bisectRight } from 'd3-array';
import type { Domain } from '../components/chart/axes';
import { significant } from '../components/format';
import type { Analysis, Levels } from '../core/report';
import { isRandom } from '../core/rounding';
import { isCodebook, medianGap } from './codebook';
import type { Scene } from './experiment';
import { cellOf, eitherTreads, nearTreads, read, treads, type Reading, type Tread } from './treads';

/** With several scales x is counted in steps, each weight in its own; levels without a step in scales. */
export const inSteps = (analysis: Analysis): boolean =>
  (analysis.report.quantizer.scales > 1 && !hasBooks(analysis)) || (analysis.format?.in_blocks ?? false);
/** Each group has a codebook of its own: the levels are where these stand on average. */
export const hasBooks = ({ report, format }: Analysis): boolean =>
  report.quantizer.scales > 1 && (format?.designed ?? false);
/** The distance from level to level: 1 in steps, the middle one of a codebook's. */
export function stepIn(analysis: Analysis): number {
  if (isCodebook(analysis)) return analysis.levels ? medianGap(analysis.levels) : 0;
  return inSteps(analysis) ? 1 : (analysis.report.quantizer.step ?? 0);
}

/** The distance from level to level around x: some formats have levels from very near to very far. */
export function stepAt(analysis: Drawable, x: number): number {
  const { values } = analysis.levels;
  const cell = cellOf(analysis.levels, x);
  const [low, high] = [Math.max(0, cell - 4), Math.min(values.length - 1, cell + 4)];
  if (!isCodebook(analysis) || low === high) return stepIn(analysis);
  // To a power of two, so that a window so many steps wide does not breathe while the weight moves.
  return 2 ** Math.round(Math.log2((values[high]! - values[low]!) / (high - low)));
}

/** What is done to the weights before they come here; '' where nothing is. */
const before = ({ report: { quantizer } }: Analysis): string =>
  quantizer.transform === 'none' ? '' : quantizer.transform === 'columns' ? 'scaled ' : 'rotated ';
/** The weights' own histogram fits the picture: they are neither counted in steps nor transformed. */
export const asStored = (analysis: Analysis): boolean => !inSteps(analysis) && !before(analysis);
/** "rotated weight x, in steps Δ of its own scale". */
export const weightLabel = (analysis: Analysis): string =>
  `${before(analysis)}weight ${!inSteps(analysis) ? 'x' : isCodebook(analysis) ? (offset(analysis) ? '(x − m)/s, by its own offset m and scale s' : 'x/s, over its own scale s') : 'x, in steps Δ of its own scale'}`;
/** Whether a scale has an offset beside it: levels that begin at 0 are then weights of either sign. */
export const offset = ({ format, levels }: Analysis): boolean =>
  (format?.in_blocks && levels?.values[0] === 0) ?? false;

export type Drawable = Analysis & { levels: Levels };
/** There are levels, and they are apart. */
export const drawable = (analysis: Analysis | null): analysis is Drawable =>
  analysis !== null && (analysis.levels?.values.length ?? 0) > 0 && stepIn(analysis) > 0;

/** Everything from the first level to the last and every weight, with room to see the error run off. */
export function wholeOf(analysis: Drawable): Domain {
  const { values } = analysis.levels;
  const { min, max } = analysis.report.tensor;
  const step = stepIn(analysis);
  let low = values[0]! - step;
  let high = values[values.length - 1]! + step;
  if (asStored(analysis) && min !== null && max !== null) {
    // Levels that stand for themselves may reach 10³⁸.
    const far = isCodebook(analysis) && max > min && high - low > FAR * (max - min);
    low = far ? min : Math.min(low, min);
    high = far ? max : Math.max(high, max);
  }
  const room = (high - low) * 0.03;
  return [low - room, high + room];
}

// Levels over so many times the weights' reach are not all shown.
const FAR = 8;

/** The analysis with only the levels that are shown. */
export function near(analysis: Drawable): Drawable {
  const [low, high] = wholeOf(analysis);
  const { codes, values, edges, counts } = analysis.levels;
  const [first, after] = [bisectLeft(values, low), bisectRight(values, high)];
  if (after - first === values.length || after === first) return analysis;
  const part = <T extends Int32Array | Float64Array>(list: T, end = after) => list.subarray(first, end) as T;
  const levels = {
    codes: part(codes),
    values: part(values),
    edges: part(edges, after + 1),
    counts: part(counts),
  };
  return { ...analysis, levels };
}

// Where the weight stands until a hand moves it, between the lowest level and the highest: not on a level
// for most numbers of bits, and the same weight for all of them.
const RESTING_PLACE = 0.69;
// A share of the weights: the resting one stands above the mean size.
const OFTEN = 0.84;

function restingWeight({ levels: { values, counts }, format }: Drawable): number {
  // Among the levels by their number, so that a few far ones of a codebook do not draw it out to them. Of a
  // format's own levels most may be crowded where few weights are: among them by the weights.
  let at = RESTING_PLACE * (values.length - 1);
  if (format?.codebook && !format.designed) {
    let left = OFTEN * counts.reduce((sum, n) => sum + n, 0);
    at = counts.findIndex((n) => (left -= n) < 0) + 0.3;
    if (at < 0 || at > values.length - 1) at = 0;
  }
  const below = values[Math.floor(at)]!;
  return below + (at % 1) * (values[Math.ceil(at)]! - below);
}

/** The dragged weight, kept within what is drawn of A. */
export function weightOf(scene: Scene, a: Drawable): number {
  const [low, high] = wholeOf(a);
  return Math.min(high, Math.max(low, scene.cursor ?? restingWeight(a)));
}

/** Code, level and noise of a weight: the core's word, and until it comes the levels'. */
export function readingOf(scene: Scene, slot: 'a' | 'b', analysis: Drawable, x: number): Reading {
  return (inSteps(analysis) || hasBooks(analysis) ? null : scene.probe(slot, x)) ?? read(analysis.levels, x);
}

/** A level or an error; of a weight that is lost ∞, or in words that there is none. */
export const valueText = (value: number, digits = 4): string =>
  Number.isNaN(value)
    ? 'not a number'
    : Number.isFinite(value)
      ? significant(value, digits)
      : value < 0
        ? '−∞'
        : '∞';

export function treadsOf(analysis: Drawable, domain: Domain, limit: number): Tread[] {
  const { quantizer, noise } = analysis.report;
  const drawn = isRandom(quantizer.rounding);
  if (drawn && noise.bound_in_steps === 1.5)
    return nearTreads(analysis.levels, domain, 1.5 * stepIn(analysis), limit);
  return (drawn && noise.bound_in_steps === 1 ? eitherTreads : treads)(analysis.levels, domain, limit);
}

export const name = ({ report: { quantizer } }: Analysis): string =>
  `${quantizer.format} ${quantizer.bits} bit`;
/** Why a lattice has no staircase: "lattice A2 takes pairs of weights to …". */
export const noLevels = ({ format }: Analysis): string =>
  `There is no staircase of one weight: ${format!.label} takes ${format!.summary.replace(/,.*/, '')}.`;

/** What a number of the picture is followed by. */
export const unit = (analysis: Analysis): string =>
  inSteps(analysis) ? (isCodebook(analysis) ? ' s' : ' Δ') : '';
/** B where it can stand on A's axes: both in the weights' unit, in steps or in scales. */
export const besideOf = ({ a, b }: Scene): Drawable | null => (drawable(b) && unit(a) === unit(b) ? b : null);
