/** The Report's numbers in plain JavaScript, as one would write it with care: the core's rival in the race. */
import type { RaceNumbers } from './race';
import type { Report } from './report';

/** Levels (k + offset)·step for k from low to high, taken by round to nearest. */
export interface EvenCells {
  step: number;
  low: number;
  high: number;
  offset: 0 | 0.5;
}

/** The cells of a quantizer, or why plain JavaScript sits this race out. */
export function evenCells({ quantizer, tensor }: Report): EvenCells | string {
  const { format, bits, step, zero_point, rounding, scales } = quantizer;
  if (quantizer.transform !== 'none') return 'written for the weights as they are';
  if (scales !== 1) return 'written for one scale';
  if (rounding !== 'nearest') return 'written for round to nearest';
  if (tensor.nonfinite) return 'written for finite weights';
  if (step === 0) return 'the step is 0';
  const half = 2 ** (bits - 1);
  if (step === null) return `not written for ${format}, which has no step`;
  if (format === 'int' && bits > 1) return { step, low: 1 - half, high: half - 1, offset: 0 };
  if (format === 'uint' && zero_point !== null)
    return { step, low: -zero_point, high: 2 ** bits - 1 - zero_point, offset: 0 };
  if (format === 'midrise') return { step, low: -half, high: half - 1, offset: 0.5 };
  return `not written for ${format} at ${bits} bit`;
}

// Adding and taking this away rounds a double of ordinary size to a whole number, half to even.
const toWhole = 1.5 * 2 ** 52;

/**
 * One pass, the arithmetic of the core: float32 quotient, half to even, float32 product, sums in double.
 * `mean`, `std` and `rms` are of the weights, which the core too has from when they were brought.
 */
export function plainReport(
  x: Float32Array,
  { step, low, high, offset }: EvenCells,
  { mean, std, rms }: { mean: number; std: number; rms: number },
): RaceNumbers {
  const counts = new Uint32Array(high - low + 1);
  const floors = offset === 0.5;
  let n = 0;
  let nn = 0;
  let xn = 0;
  let max = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    const steps = Math.fround(value / step);
    let k = floors ? Math.floor(steps) : steps + toWhole - toWhole;
    if (k > high) k = high;
    else if (k < low) k = low;
    counts[k - low]!++;
    const noise = value - Math.fround((k + offset) * step);
    const size = Math.abs(noise);
    n += noise;
    nn += noise * noise;
    xn += value * noise;
    if (size > max) max = size;
  }
  const count = x.length;
  const mse = nn / count;
  const bias = n / count;
  let entropy = 0;
  for (const c of counts) if (c > 0) entropy -= (c / count) * Math.log2(c / count);
  const deviations = std * Math.sqrt(Math.max(0, mse - bias * bias));
  return {
    mse,
    snr_db: mse > 0 ? 10 * Math.log10((rms * rms) / mse) : null,
    max_error: max,
    bias,
    correlation: deviations > 0 ? (xn / count - mean * bias) / deviations : null,
    entropy_bits: entropy,
  };
}
