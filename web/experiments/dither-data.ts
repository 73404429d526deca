/** What the dither experiment shows: a sine of some steps through a rounding, and the noise of the weights by place. */
import type { Analysis, DitherStudy, NoiseByPlace } from '../core/report';
import { anySignal, isRandom } from '../core/rounding';
import { noiseLaw, type NoiseLaw } from './law';

/** Amplitudes of the sine in steps. */
export const AMPLITUDES = Array.from({ length: 40 }, (_, i) => (i + 1) / 20);
const FIRST = 5; // 0.3 Δ
/** Places in a cell that weights are gathered by. */
export const PLACES = 48;
/** Frequencies of the spectrum in one of the sine's: its 512 samples hold 8 cycles. */
export const LINES_A_HARMONIC = 8;

/** The experiment's cursor holds two things: which amplitude, and the line of the spectrum pointed at. */
export interface Looking {
  amplitude: number;
  line: number | null;
}

export function lookingAt(cursor: number | null): Looking {
  const whole = Math.max(0, Math.round(cursor ?? FIRST));
  const line = Math.floor(whole / AMPLITUDES.length);
  return { amplitude: whole % AMPLITUDES.length, line: line === 0 ? null : line - 1 };
}

export const cursorOf = ({ amplitude, line }: Looking): number =>
  amplitude + (line === null ? 0 : (line + 1) * AMPLITUDES.length);

export const studyOf = (analysis: Analysis | null, cursor: number | null): DitherStudy | undefined =>
  analysis?.dither?.[lookingAt(cursor).amplitude];

/** A power in decibels; what is nothing is left out. */
export const decibels = (power: number): number | null => (power > 0 ? 10 * Math.log10(power) : null);

/** The law of one rounding with Δ = 1, whatever format is on the bench. */
export function lawOfRounding({ report }: Analysis): NoiseLaw {
  const { rounding } = report.quantizer;
  const bound = rounding === 'dither-triangular' ? 1.5 : rounding === 'floor' || isDrawn(rounding) ? 1 : 0.5;
  return noiseLaw({ ...report, noise: { ...report.noise, bound_in_steps: bound } });
}

const isDrawn = (rounding: string): boolean => isRandom(rounding) && !anySignal(rounding);

/** Mean square of the error in a line of the spectrum, were it flat: all but the mean's line share the variance. */
export const flatLine = (variance: number, study: DitherStudy): number =>
  variance / (study.spectrum.length - 1);

/** How far the tallest line stands over a flat spectrum of the same power, in dB. The mean's line is left out. */
export function tallestOver(study: DitherStudy): number | null {
  const tallest = Math.max(...study.spectrum.subarray(1));
  return study.variance ? decibels(tallest / flatLine(study.variance, study)) : null;
}

/** Mean and deviation of n/Δ at a place u of the cell, as the rounding's definition has them. */
export function atPlace(rounding: string, u: number): { mean: number; deviation: number } {
  if (rounding === 'floor') return { mean: u < 0 ? u + 1 : u, deviation: 0 };
  if (!isRandom(rounding)) return { mean: u, deviation: 0 };
  if (rounding === 'dither-triangular') return { mean: 0, deviation: 1 / 2 };
  if (anySignal(rounding)) return { mean: 0, deviation: Math.sqrt(1 / 12) };
  const up = Math.abs(u);
  return { mean: 0, deviation: Math.sqrt(up * (1 - up)) };
}

export interface PlaceRow {
  /** The middle of the bin. */
  u: number;
  count: number;
  mean: number;
  deviation: number;
}

/** The bins in which weights fell; none where the quantizer has no step. */
export function placeRows(places: NoiseByPlace | undefined): PlaceRow[] {
  if (!places) return [];
  return Array.from(places.counts, (count, i) => ({
    u: (i + 0.5) / places.counts.length - 0.5,
    count,
    mean: places.means[i]!,
    deviation: Math.sqrt(Math.max(0, places.rms[i]! ** 2 - places.means[i]! ** 2)),
  })).filter(({ count }) => count > 0);
}
