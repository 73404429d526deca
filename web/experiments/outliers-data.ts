/** Scales of every fineness, with and without a rotation before them: what each costs and buys. */
import type { Analysis, FormatInfo, Measured, QuantizerSpec, Report } from '../core/report';
import { asked } from '../core/words';
import { known } from './sweep';

/** A bit more of code, for comparison: 20 log₁₀ 2. */
export const DB_A_BIT = 20 * Math.log10(2);
/** Cells of the heat map at most. */
export const MOST_CELLS = { rows: 128, columns: 128 };

const SIZES = [128, 32];
const ROTATION = 'hadamard:128';
const STAND_IN = { format: 'int', range: 'absmax', rounding: 'nearest', scale_type: 'float32' };

/** The quantizer at every fineness without and with a rotation; int of as many bits where its scales are its own. */
export function compared(quantizer: QuantizerSpec, formats: readonly FormatInfo[]): Partial<QuantizerSpec>[] {
  const words = asked(formats, quantizer);
  const row = formats.find(({ name }) => name === words.format);
  const shares = row?.takes.includes('granularity') && row.takes.includes('transform');
  const own = shares ? {} : { ...STAND_IN, bits: words.bits };
  const rotation = words.transform.startsWith('hadamard') ? words.transform : ROTATION;
  // A group ends with its row, which may be three weights long; a block does not.
  const kind = words.granularity.startsWith('group') ? 'group' : 'block';
  return ['tensor', 'channel', ...SIZES.map((size) => `${kind}:${size}`)].flatMap((granularity) =>
    ['none', rotation].map((transform) => ({ ...own, granularity, transform })),
  );
}

/** One line of the comparison. */
export interface Scales {
  name: string;
  report: Report;
  /** It is the quantizer on the bench. */
  present: boolean;
  /** What it costs and buys over one scale for the tensor without a rotation; null where there is no number. */
  bits: number | null;
  db: number | null;
  /** dB a bit; null where no bit was spent. */
  slope: number | null;
}

const WORDS = [
  'format',
  'bits',
  'range',
  'granularity',
  'rounding',
  'scale_type',
  'exponent_bits',
  'codebook',
  'transform',
  'overflow',
] as const;

/** The words that a quantizer is chosen by. */
export const wordsOf = ({ quantizer }: Report): Partial<QuantizerSpec> =>
  Object.fromEntries(WORDS.map((word) => [word, quantizer[word]]));

const key = (report: Report): string => JSON.stringify(wordsOf(report));

export const rotated = ({ quantizer }: Report): boolean => quantizer.transform.startsWith('hadamard');

function nameOf({ quantizer }: Report, own: QuantizerSpec): string {
  const { format, bits, granularity, transform } = quantizer;
  const foreign = format === own.format ? '' : `${format} ${bits}, `;
  const suffix = transform === 'none' ? '' : transform === 'columns' ? ' + columns' : ' + rotation';
  return `${foreign}${granularity.replace(':', ' ')}${suffix}`;
}

const more = (value: Measured, base: Measured): number | null =>
  known(value) && known(base) ? value - base : null;

/** Every line, the present quantizer first where it is none of the compared ones. */
export function scalesOf({ report, others = [] }: Analysis): Scales[] {
  const present = key(report);
  const found = new Map(others.map((other) => [key(other), other]));
  const all = found.has(present) ? [...found.values()] : [report, ...found.values()];
  const one = others[0] ?? report;
  return all.map((each) => {
    const bits = more(each.quantizer.bits_per_weight, one.quantizer.bits_per_weight);
    const db = more(each.noise.snr_db, one.noise.snr_db);
    const own = key(each) === present;
    return {
      name:
        own && !found.has(present) && !granular(others, report)
          ? report.quantizer.format
          : nameOf(each, report.quantizer),
      report: each,
      present: own,
      bits,
      db,
      slope: bits !== null && db !== null && Math.abs(bits) > 1e-3 ? db / bits : null,
    };
  });
}

/** The compared quantizers are the present one's own format. */
const granular = (others: Report[], { quantizer }: Report): boolean =>
  others[0]?.quantizer.format === quantizer.format;
export const isGranular = ({ report, others = [] }: Analysis): boolean => granular(others, report);

/** The finest scales without a rotation, and one scale with and without one. */
export function landmarks(all: Scales[]): { one?: Scales; turned?: Scales; finest?: Scales } {
  const at = (granularity: RegExp, turn: boolean) =>
    all.find(
      ({ report, name }) =>
        granularity.test(report.quantizer.granularity) &&
        (turn ? rotated(report) : report.quantizer.transform === 'none') &&
        name !== report.quantizer.format,
    );
  return { one: at(/tensor/, false), turned: at(/tensor/, true), finest: at(/:32$/, false) };
}

/** Weights that share a scale, on average. */
export const sharing = ({ quantizer, tensor }: Report): number => Math.round(tensor.count / quantizer.scales);

/** The largest magnitude over the rms. */
export const peakOf = ({ tensor }: Report): number | null =>
  known(tensor.min) && known(tensor.max) && known(tensor.rms) && tensor.rms > 0
    ? Math.max(Math.abs(tensor.min), Math.abs(tensor.max)) / tensor.rms
    : null;

/**
 * The magnitude in rms that one of n normal weights passes on average: n·P(|X| > z) = 1, with the tail as the bound
 * 2φ(z)/z·(1 − 1/z²), within 1 % of the true z from n = 100 on. null below.
 */
export function normalPeak(n: number): number | null {
  if (n < 100) return null;
  let z = Math.sqrt(2 * Math.log(n));
  for (let i = 0; i < 50; i++)
    z = Math.sqrt(2 * Math.log((n * Math.sqrt(2 / Math.PI) * (1 - 1 / z ** 2)) / z));
  return z;
}
