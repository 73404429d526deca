/** Reports of every bit width, and what is read from one to the next. */
import { fixed } from '../components/format';
import type { Analysis, Measured, Report } from '../core/report';
import { withUnit } from './unit';

export const BITS = Array.from({ length: 16 }, (_, i) => i + 1);

/** Widths drawn beside a format that has one. */
export const BESIDE = BITS.slice(0, 10);
/** Those, and on to the present one where it is beyond them. */
export const widthsAsked = ({ bits }: { bits: number }): number[] =>
  Array.from({ length: Math.max(bits, BITS.length) }, (_, i) => i + 1);
/** What an axis of bits shows. */
export const bitsAxis = ({ quantizer }: Report): [number, number] => [
  0.4,
  Math.max(16, quantizer.bits) + 0.6,
];

export const sweepOf = (analysis: Analysis): Report[] => analysis.sweep ?? [analysis.report];
/** There is no other width to compare with. */
export const isAlone = (analysis: Analysis): boolean => sweepOf(analysis).length < 2;

/** The least and the greatest bit width that the format has. */
export const widthsOf = (sweep: Report[]): [number, number] => [
  sweep[0]!.quantizer.bits,
  sweep.at(-1)!.quantizer.bits,
];

export const known = (value: Measured): value is number => value !== null && Number.isFinite(value);
export const db = (power: Measured): number | null =>
  known(power) && power > 0 ? 10 * Math.log10(power) : null;
export const signalPower = ({ tensor }: Report): number | null =>
  tensor.rms === null ? null : tensor.rms ** 2;

/** "49.89 dB"; "∞ dB" when there is no noise at all. */
export const snrText = ({ noise }: Report, digits = 2): string =>
  noise.exact ? '∞' : withUnit(fixed(noise.snr_db, digits), 'dB');

/** What the next bit adds to the predicted SNR at this width, from the predictions themselves. */
export function gainOf(
  sweep: Report[],
  bits: number,
): { from: Report; to: Report; predicted: number; measured: number | null } | null {
  const at = sweep.findIndex((report) => report.quantizer.bits === bits);
  const from = sweep[at + 1] ? at : at - 1;
  const [low, high] = [sweep[from], sweep[from + 1]];
  if (!low || !high || low.prediction.snr_db === null || high.prediction.snr_db === null) return null;
  const measured =
    known(low.noise.snr_db) && known(high.noise.snr_db) ? high.noise.snr_db - low.noise.snr_db : null;
  return { from: low, to: high, predicted: high.prediction.snr_db - low.prediction.snr_db, measured };
}
