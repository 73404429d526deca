/** Numbers as the page writes them. A number without meaning is a dash; the reason stands elsewhere. */
import type { Measured } from '../core/report';

export const dash = '–';
const minus = '−';

const finite = (value: Measured | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** `digits` after the point: 10.28, −0.50. Never −0.00. */
export function fixed(value: Measured | undefined, digits: number): string {
  if (!finite(value)) return dash;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? minus + text : text;
}

/** As `fixed`, with its sign always: +6.02. */
export function signed(value: Measured | undefined, digits: number): string {
  const text = fixed(value, digits);
  return text === dash || text.startsWith(minus) ? text : `+${text}`;
}

/** `digits` that count: 0.1234, 1234, 1.234·10⁻⁷. */
export function significant(value: Measured | undefined, digits = 4): string {
  if (!finite(value)) return dash;
  if (value === 0) return '0';
  const [mantissa, power] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 7) return fixed(value, Math.max(0, digits - 1 - exponent));
  return `${value < 0 ? minus : ''}${mantissa}·10${superscript(exponent)}`;
}

/** A whole number as an exponent: −7 is ⁻⁷. */
export const superscript = (power: number) =>
  String(power).replace(/[-\d]/g, (sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)]!));

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A whole number with its thousands apart: 1,000,000. */
export const count = (value: number): string => grouped.format(value);

/** A count in three figures: 1 M, 16.8 M, 200 k. */
export function short(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (value >= size) return `${Number((value / size).toPrecision(3))} ${unit}`;
  }
  return String(value);
}

/** A size in decimal units: 0 B, 562 kB, 8.39 MB. */
export function bytes(value: Measured | undefined): string {
  if (!finite(value)) return dash;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  const scaled = value / 1000 ** power;
  return `${power === 0 ? Math.round(scaled) : fixed(scaled, scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)} ${units[power]}`;
}

/** A fraction of the weights: 0 %, 0.0012 %, 31.7 %. Only an exact 0 is written 0. */
export function percent(fraction: Measured | undefined): string {
  if (!finite(fraction)) return dash;
  if (fraction === 0) return '0 %';
  const value = fraction * 100;
  if (value < 0.0001) return '< 0.0001 %';
  return `${value >= 0.995 ? fixed(value, 1) : String(Number(value.toPrecision(2)))} %`;
}

/** The shape of a tensor: 64 × 128, or scalar. */
export const shape = (axes: number[]): string => (axes.length ? axes.join(' × ') : 'scalar');
