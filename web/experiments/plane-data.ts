/** The plane's points: the bits that a weight really needs, and the SNR that they buy. */
import type { Domain } from '../components/chart/axes';
import type { Analysis, Design, FormatInfo, Measured, QuantizerSpec, Report } from '../core/report';
import { isEven, isVector } from './codebook';
import { BITS, known, signalPower } from './sweep';

/** dB that one bit more is worth to every limit: 20 log₁₀ 2. */
export const DB_A_BIT = 20 * Math.log10(2);
/** Rates in bits above which the high-rate loss is near enough to be named. */
const HIGH_RATE = 2;

const BOOK_BITS = [1, 2, 3, 4, 5, 6];
// What a level and its code's share are stored in (src/quantizers/formats.h).
const LEVEL_BITS = 32;
const SHARE_BITS = 16;
/** Rate in bits to which the ECSQ curve is designed. */
export const ECSQ_RATE = 8;
/** Rates at which the limit is asked for; between them it is straight. */
export const LIMIT_RATES = [0, 16];

/** The uniform quantizer whose bit widths are shown: the present one, or int where that has no even levels. */
const uniformOf = (quantizer: QuantizerSpec, formats: readonly FormatInfo[]): Partial<QuantizerSpec> =>
  isEven(quantizer, formats)
    ? {}
    : { format: 'int', range: 'mse', granularity: 'tensor', rounding: 'nearest', scale_type: 'float32' };

/** Every width of the uniform quantizer, then the Lloyd–Max codebooks. */
export const compared = (
  quantizer: QuantizerSpec,
  formats: readonly FormatInfo[],
): Partial<QuantizerSpec>[] => [
  ...BITS.map((bits) => ({ ...uniformOf(quantizer, formats), bits })),
  ...BOOK_BITS.map((bits) => ({ format: 'lloyd-max', bits, granularity: 'tensor' })),
];

/** A quantizer on the plane: its rate with codes of one length (null where it has none), and with coded ones. */
export interface Place {
  name: string;
  bits: number;
  fixed: number | null;
  coded: number;
  snr: number;
}

/** A report with the row of its format; without one it is of a format that no entropy coder is meant for. */
type Measure = Pick<Analysis, 'report' | 'format'>;

/** Bits a weight that are not codes: scales, zero points, levels; of ECSQ without the shares of its codes. */
function sideBits({ report: { quantizer }, format }: Measure): number {
  const side = (quantizer.bits_per_weight ?? 0) - (quantizer.code_bits ?? 0);
  return format?.entropy_coded ? (side * LEVEL_BITS) / (LEVEL_BITS + SHARE_BITS) : side;
}

/** Null where a quantizer makes no noise, or the weights have no power: no place on the plane. */
export function placeOf(measure: Measure): Place | null {
  const { report, format } = measure;
  const { quantizer, noise, entropy } = report;
  if (!known(noise.snr_db)) return null;
  if (!known(entropy.bits)) return null;
  return {
    name: quantizer.format,
    bits: quantizer.bits,
    fixed: format?.entropy_coded ? null : quantizer.bits_per_weight,
    coded: entropy.bits + sideBits(measure),
    snr: noise.snr_db,
  };
}

const places = (reports: Report[]): Place[] =>
  reports.map((report) => placeOf({ report })).filter((place): place is Place => place !== null);

export const uniformPlaces = ({ others = [] }: Analysis): Place[] => places(others.slice(0, BITS.length));
export const bookPlaces = ({ others = [] }: Analysis): Place[] => places(others.slice(BITS.length));

/** The ECSQ designs with their levels stored. */
export function ecsqPlaces({ report, ecsq = [] }: Analysis): Place[] {
  const power = signalPower(report);
  if (!power) return [];
  return ecsq
    .filter(({ mse }: Design) => mse > 0)
    .map(({ mse, entropy_bits, levels }) => ({
      name: 'ECSQ',
      bits: entropy_bits,
      fixed: null,
      coded: entropy_bits + (LEVEL_BITS * levels.length) / report.tensor.count,
      snr: 10 * Math.log10(power / mse),
    }));
}

/** SNR in dB at rate 0 of both limits; each rises by DB_A_BIT a bit. */
export interface Ceiling {
  gaussian: Measured;
  shannon: Measured;
  /** The one that gaps are measured to: Shannon's, or the normal law's where h is not known. */
  from: Measured;
  /** What scalar cells lose to it at high rate. */
  scalar_db: Measured;
  scalar_bits: Measured;
  /** What this quantizer's even cells lose: those, or a lattice's. */
  cells_db: Measured;
  cells_bits: Measured;
}

export function ceilingOf(analysis: Analysis): Ceiling {
  const { report, limit = [] } = analysis;
  const power = signalPower(report);
  const at = (mse: Measured | undefined): Measured =>
    power && known(mse ?? null) && mse! > 0 ? 10 * Math.log10(power / mse!) : null;
  const zero = limit.find(({ rate }) => rate === 0);
  const [gaussian, shannon] = [at(zero?.gaussian_mse), at(zero?.shannon_mse)];
  const { scalar_db = null, scalar_bits = null } = zero ?? {};
  const gained = cellsGain(analysis);
  const less = (loss: Measured, by = 1): Measured =>
    loss === null || gained === null ? null : loss - gained / by;
  return {
    gaussian,
    shannon,
    from: shannon ?? gaussian,
    scalar_db,
    scalar_bits,
    cells_db: less(scalar_db),
    cells_bits: less(scalar_bits, DB_A_BIT),
  };
}

/** dB that a lattice's cells gain on intervals, whose second moment is 1/12 where a cell's volume is 1; null where Δ and noise have no common unit. */
function cellsGain(analysis: Analysis): number | null {
  if (!isVector(analysis)) return 0;
  const { quantizer, prediction } = analysis.report;
  if (quantizer.transform === 'columns' || !quantizer.step || !prediction.mse) return null;
  return 10 * Math.log10(quantizer.step ** 2 / 12 / prediction.mse);
}

/** What gaps are measured to, in words. */
export const nameOfLimit = ({ shannon }: Ceiling): string =>
  shannon === null ? 'a normal law’s D(R)' : 'the limit';

export interface Gap {
  db: number;
  bits: number;
  /** SNR of the limit at the point's rate, and the rate at which the limit gives its SNR. */
  bound: number;
  rate: number;
}

/** How far an entropy-coded point is from the limit, upward and leftward. Below rate 0 there is no limit. */
export function gapOf({ coded, snr }: Place, { from }: Pick<Ceiling, 'from'>): Gap | null {
  if (from === null) return null;
  const bound = from + DB_A_BIT * coded;
  const rate = Math.max(0, (snr - from) / DB_A_BIT);
  return { db: bound - snr, bits: coded - rate, bound, rate };
}

/** Whether the loss is that of the cells at high rate, within a tenth of a dB. */
export const isCellsGap = (gap: Gap, place: Place, { shannon, cells_db }: Ceiling): boolean =>
  shannon !== null && cells_db !== null && place.coded > HIGH_RATE && Math.abs(gap.db - cells_db) < 0.1;

/** Bits across the picture, the widest view first. */
export const WIDTHS = [17, 11, 6, 4, 2.5, 1.6, 1, 0.6];
export const FIRST_WIDTH = 2;
export const levelOf = (cursor: number | null): number =>
  Math.min(WIDTHS.length - 1, Math.max(0, Math.round(cursor ?? FIRST_WIDTH)));

/** What is looked at: so many bits around the chosen point, and up to the limit over it. */
export function viewOf(
  place: Place | null,
  ceiling: Pick<Ceiling, 'from'>,
  width: number,
): { x: Domain; y: Domain } {
  const zero = ceiling.from ?? 0;
  const span = DB_A_BIT * width;
  const at = place ?? { coded: width / 2, snr: zero + span / 2 };
  const gap = place ? gapOf(place, ceiling) : null;
  const middle = Math.max(at.coded - (gap?.bits ?? 0) / 2, at.coded - 0.35 * width);
  const low = Math.max(0, middle - width / 2);
  const top = Math.max(zero + DB_A_BIT * (low + 0.9 * width), (gap?.bound ?? at.snr) + 0.1 * span);
  const bottom = Math.min(zero + DB_A_BIT * low, at.snr - 0.15 * span);
  return { x: [low, low + width], y: [bottom, top] };
}
