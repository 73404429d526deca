/** The noise of every range, as read from the core's scan, and the rules that choose one. */
import type { Domain } from '../components/chart/axes';
import { isRandom } from '../core/rounding';
import { isVector } from './codebook';
import type { Analysis, QuantizerSpec, RangePoint, Report } from '../core/report';

/** Points of a scan of 11 octaves: fewer where each is a measure of thousands of levels; absmax is one of them. */
export const pointsOf = ({ bits }: QuantizerSpec): number => 1 + 11 * (bits <= 8 ? 14 : bits <= 12 ? 7 : 3);

/** The rules compared on the curve, the best last. */
export const RULES = ['absmax', 'percentile:99.9', 'mse'] as const;
export const RULE_NAMES = ['absmax', '99.9 %', 'mse'] as const;

/** The curve is of one scale for the whole tensor and the weights as they are, and rounds to nearest in place of at random. */
export const curveOf = ({ rounding }: QuantizerSpec): Partial<QuantizerSpec> => ({
  granularity: 'tensor',
  transform: 'none',
  rounding: isRandom(rounding) ? 'nearest' : rounding,
});

/** Whether the present quantizer is a point of its curve. */
export const onCurve = ({ report: { quantizer } }: Analysis): boolean =>
  quantizer.granularity === 'tensor' && quantizer.transform === 'none' && !isRandom(quantizer.rounding);

/** The scan where it has points to draw: not of a codebook without a range, a lattice, or weights of zero. */
export const scanOf = (analysis: Analysis | null): RangePoint[] =>
  (analysis && isVector(analysis) ? undefined : analysis?.range_scan)?.filter(({ mse }) => mse > 0) ?? [];

/** Where the granular region ends: the widest of several scales. */
export function rangeOf({ quantizer: { range_low, range_high } }: Report): number | null {
  if (range_low === null || range_high === null) return null;
  const range = Math.max(-range_low, range_high);
  return range > 0 ? range : null;
}

export interface Rule {
  name: (typeof RULE_NAMES)[number];
  report: Report;
  range: number;
  mse: number;
}

/** The rules that have a place on the curve. */
export const rulesOf = (analysis: Analysis): Rule[] =>
  (analysis.others ?? []).flatMap((report, i) => {
    const range = rangeOf(report);
    const { mse } = report.noise;
    return range && mse ? [{ name: RULE_NAMES[i]!, report, range, mse }] : [];
  });

/** The least noise of the scan and the rules: the scan has gaps, the rule `mse` looks between its points. */
export function leastOf(analysis: Analysis): { range: number; mse: number } | null {
  let least: { range: number; mse: number } | null = null;
  for (const place of [...scanOf(analysis), ...rulesOf(analysis)])
    if (!least || place.mse < least.mse) least = place;
  return least;
}

/** 10 log₁₀ of how much more noise than the least. */
export const lossDb = (mse: number, least: number): number => 10 * Math.log10(mse / least);

/** Δ²/12 at a range, from what the core predicts for absmax: Δ grows with the range's width. */
export function predictedAt(analysis: Analysis, range: number): number | null {
  const absmax = analysis.others?.[0];
  if (!absmax) return null;
  const { range_low, range_high } = absmax.quantizer;
  const { mse } = absmax.prediction;
  if (range_low === null || range_high === null || mse === null || range_high <= range_low) return null;
  const sides = Number(range_low < 0) + Number(range_high > 0);
  return mse * ((range * sides) / (range_high - range_low)) ** 2;
}

/** The point of the scan nearest to a range, by ratio. */
export function nearestPoint(scan: RangePoint[], range: number): RangePoint | null {
  let best: RangePoint | null = null;
  const far = (point: RangePoint) => Math.abs(Math.log(point.range / range));
  for (const point of scan) if (!best || far(point) < far(best)) best = point;
  return best;
}

/** From a sixteenth of the best range, or a rule's below it, to twice the largest weight. */
export function rangesShown(analyses: Analysis[]): Domain {
  let low = Infinity;
  let high = 0;
  for (const analysis of analyses) {
    const scan = scanOf(analysis);
    const least = leastOf(analysis);
    if (!least || scan.length === 0) continue;
    const rules = rulesOf(analysis).map(({ range }) => range / 1.25);
    low = Math.min(low, Math.max(scan[0]!.range, Math.min(least.range / 16, ...rules)));
    high = Math.max(high, scan.at(-1)!.range);
  }
  return [low, Math.max(high, 16 * low)];
}

/** The share of the signal's power that the largest weight alone carries. */
export function outlierShare({ report: { tensor } }: Analysis): number {
  const largest = Math.max(-(tensor.min ?? 0), tensor.max ?? 0);
  const weights = tensor.count - (tensor.nonfinite ?? 0);
  return tensor.rms ? largest ** 2 / (weights * tensor.rms ** 2) : 0;
}

/** The total noise over the shown ranges, with room for the parts to fall under it; a decade or more. */
export function noiseShown(analyses: Analysis[], [low, high]: Domain): Domain {
  let least = Infinity;
  let most = 0;
  const see = (mse: number) => {
    least = Math.min(least, mse);
    most = Math.max(most, mse);
  };
  for (const analysis of analyses) {
    for (const { range, mse } of scanOf(analysis)) if (range >= low && range <= high) see(mse);
    for (const { mse } of rulesOf(analysis)) see(mse);
    const now = analysis.report.noise.mse;
    if (now) see(now);
  }
  return [least / 6, Math.max(most * 2, least * 4)];
}
