/** The histogram of the noise in steps, as a density. */
import type { Histogram } from '../core/report';

export const binSize = ({ low, high, counts }: Histogram): number => (high - low) / counts.length;

export function total({ counts, below, above }: Histogram): number {
  let sum = below + above;
  for (const n of counts) sum += n;
  return sum;
}

/** Density per step of each bin. */
export function densities(histogram: Histogram): Float64Array {
  const unit = total(histogram) * binSize(histogram);
  return histogram.counts.map((n) => (unit ? n / unit : 0));
}
