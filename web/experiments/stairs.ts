/** What the staircase is drawn in: the weights' unit or steps, how far it reaches, and the dragged weight. */
import type { Domain } from '../components/chart/axes';
import type { Analysis, Levels } from '../core/report';
import { isRandom } from '../core/rounding';
import { isCodebook, medianGap } from './codebook';
import type { Scene } from './experiment';
import { eitherTreads, nearTreads, read, treads, type Reading, type Tread } from './treads';

/** With several scales x is counted in steps, each weight in its own. */
export const inSteps = ({ report }: Analysis): boolean => report.quantizer.scales > 1;
/** The distance from level to level: 1 in steps, the middle one of a codebook's. */
export function stepIn(analysis: Analysis): number {
  if (inSteps(analysis)) return 1;
  if (isCodebook(analysis)) return analysis.levels ? medianGap(analysis.levels) : 0;
  return analysis.report.quantizer.step ?? 0;
}

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
  if (!inSteps(analysis)) {
    low = Math.min(low, min ?? low);
    high = Math.max(high, max ?? high);
  }
  const room = (high - low) * 0.03;
  return [low - room, high + room];
}

// Where the weight stands until a hand moves it, between the lowest level and the highest: not on a level
// for most numbers of bits, and the same weight for all of them.
const RESTING_PLACE = 0.69;

function restingWeight({ levels: { values } }: Drawable): number {
  // Among the levels by their number, so that a few far ones of a codebook do not draw it out to them.
  const at = RESTING_PLACE * (values.length - 1);
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
  return (inSteps(analysis) ? null : scene.probe(slot, x)) ?? read(analysis.levels, x);
}

export function treadsOf(analysis: Drawable, domain: Domain, limit: number): Tread[] {
  const { quantizer, noise } = analysis.report;
  const drawn = isRandom(quantizer.rounding);
  if (drawn && noise.bound_in_steps === 1.5)
    return nearTreads(analysis.levels, domain, 1.5 * stepIn(analysis), limit);
  return (drawn && noise.bound_in_steps === 1 ? eitherTreads : treads)(analysis.levels, domain, limit);
}

export const name = ({ report: { quantizer } }: Analysis): string =>
  `${quantizer.format} ${quantizer.bits} bit`;
/** What a number of the picture is followed by. */
export const unit = (analysis: Analysis): string => (inSteps(analysis) ? ' Δ' : '');
/** B where it can stand on A's axes: both in the weights' unit, or both in steps. */
export const besideOf = ({ a, b }: Scene): Drawable | null =>
  drawable(b) && inSteps(a) === inSteps(b) ? b : null;
