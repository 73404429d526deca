/** What the books say of the noise n in steps: its density, mean and variance for each way of rounding. */
import type { Analysis, Report } from '../core/report';
import { codebookLaw, isCodebook, isVector, layerAt, meanStep } from './codebook';
import { hasBooks, inSteps } from './stairs';

export interface NoiseLaw {
  /** "layered": a uniform law for each cell of a codebook; "body": over a lattice's cell, of which only the variance is known. */
  shape: 'uniform' | 'triangular' | 'parabolic' | 'layered' | 'body';
  /** Where the density is not zero, in steps. */
  low: number;
  high: number;
  /** The outline of the density: [n/Δ, density per step], straight lines between. */
  outline: readonly (readonly [number, number])[];
  mean: number;
  variance: number;
}

const uniform = (low: number): NoiseLaw => ({
  shape: 'uniform',
  low,
  high: low + 1,
  outline: [
    [low, 0],
    [low, 1],
    [low + 1, 1],
    [low + 1, 0],
  ],
  mean: low + 1 / 2,
  variance: 1 / 12,
});

const triangular: NoiseLaw = {
  shape: 'triangular',
  low: -1,
  high: 1,
  outline: [
    [-1, 0],
    [0, 1],
    [1, 0],
  ],
  mean: 0,
  variance: 1 / 6,
};

/** The sum of three uniforms, two of them a triangular dither: a parabola in each of three steps (a B-spline). */
const parabolic: NoiseLaw = {
  shape: 'parabolic',
  low: -3 / 2,
  high: 3 / 2,
  outline: Array.from({ length: 49 }, (_, i) => [i / 16 - 3 / 2, spline(i / 16 - 3 / 2)] as const),
  mean: 0,
  variance: 1 / 4,
};

function spline(u: number): number {
  const size = Math.abs(u);
  return size < 1 / 2 ? 3 / 4 - size ** 2 : (3 / 2 - size) ** 2 / 2;
}

/**
 * Bound ½: uniform on (−½, ½). Bound 1: uniform on [0, 1) for floor, triangular on (−1, 1) for a draw between
 * neighbours. Bound 3/2: that of a triangular dither.
 */
export function noiseLaw({ noise, quantizer }: Report): NoiseLaw {
  if (noise.bound_in_steps === 1.5) return parabolic;
  if (noise.bound_in_steps !== 1) return uniform(-1 / 2);
  return quantizer.rounding === 'floor' ? uniform(0) : triangular;
}

/** The law that the noise on the bench is held against; a codebook has its own, in mean steps. */
export function lawOf(analysis: Analysis): NoiseLaw {
  const { report, levels } = analysis;
  if (isCodebook(analysis) && levels) return codebookLaw(levels);
  const law = noiseLaw(report);
  const { quantizer, prediction } = report;
  return isVector(analysis)
    ? { ...law, shape: 'body', outline: [], variance: (prediction.mse ?? 0) / (quantizer.step || 1) ** 2 }
    : law;
}

/**
 * The unit of the noise on its axis: the step, or the mean distance between a codebook's levels. Of several
 * scales the one that carries the predicted noise power.
 */
export function noiseUnit(analysis: Analysis): number | null {
  const { report, levels } = analysis;
  if (!isCodebook(analysis) || !levels) return stepOf(report);
  if (!inSteps(analysis) && !hasBooks(analysis)) return meanStep(levels);
  const { variance } = codebookLaw(levels);
  return report.prediction.mse && variance ? Math.sqrt(report.prediction.mse / variance) : null;
}

/** The mean square of the law, in steps². */
export const meanSquare = (law: NoiseLaw): number => law.variance + law.mean ** 2;

/** The step in the weights' unit; for several scales the one that carries the predicted noise power. */
export function stepOf(report: Report): number | null {
  const { quantizer, prediction } = report;
  if (quantizer.scales <= 1 || prediction.mse === null) return quantizer.step;
  return Math.sqrt(prediction.mse / meanSquare(noiseLaw(report)));
}

/** What Δ² is over the law's variance: 12, or 12.47 of a hexagonal cell. */
export const divisorOf = ({ variance }: Pick<NoiseLaw, 'variance'>): string =>
  String(Number((1 / variance).toPrecision(4)));
/** The same of its mean square, which is what the noise power is predicted from. */
export const squaresOf = (analysis: Analysis): string =>
  divisorOf({ variance: meanSquare(isVector(analysis) ? lawOf(analysis) : noiseLaw(analysis.report)) });

/** The law's density at u, from its outline. Of a lattice there is none. */
export function densityAt(law: NoiseLaw, u: number): number {
  if (u < law.low || u >= law.high) return 0;
  if (law.shape === 'layered') return layerAt(law, u);
  if (law.shape === 'parabolic') return spline(u);
  return law.shape === 'uniform' ? 1 : 1 - Math.abs(u);
}

/** How far the law reaches, in words: "Δ/2". */
export const reachName = ({ high }: NoiseLaw): string => (high === 0.5 ? 'Δ/2' : high === 1.5 ? '3Δ/2' : 'Δ');

/** An end of the law's support in words: "−½ Δ". */
export function wallName(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return `${value < 0 ? '−' : '+'}${size === 0.5 ? '½' : size === 1.5 ? '1½' : size} Δ`;
}
