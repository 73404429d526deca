/** How often each code occurs, and what the codes hold. */
import type { Levels, Report } from '../core/report';
import { finiteCount } from './conditions';

/** Bits that a code of one length tells of a weight: log2(levels), of a lattice, whose levels are a vector's, its share. */
export const roomOf = ({ quantizer }: Report, vector = false): number =>
  vector ? (quantizer.code_bits ?? 0) : Math.log2(quantizer.levels);

/** Bytes that N codes could tell apart, and that they carry, N H. */
export function capacity(report: Report, vector = false): { states: number; carried: number | null } {
  const weights = finiteCount(report);
  return {
    states: (weights * roomOf(report, vector)) / 8,
    carried: report.entropy.bits === null ? null : (weights * report.entropy.bits) / 8,
  };
}

/** The share of each code, and the place of the greatest. */
export interface Shares {
  p: Float64Array;
  top: number;
}

// A drawing asks for them several times, and there may be 65,536.
const known = new WeakMap<Levels, Shares>();

export function shares(levels: Levels): Shares {
  let found = known.get(levels);
  if (!found) known.set(levels, (found = share(levels.counts)));
  return found;
}

function share(counts: Float64Array): Shares {
  let sum = 0;
  let top = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i]!;
    if (counts[i]! > counts[top]!) top = i;
  }
  const p = new Float64Array(counts.length);
  if (sum > 0) for (let i = 0; i < counts.length; i++) p[i] = counts[i]! / sum;
  return { p, top };
}

/** The greatest of each of at most `most` equal runs: an envelope for more levels than pixels. */
export function envelope(values: Float64Array, most: number): { run: number; tops: Float64Array } {
  const run = Math.max(1, Math.ceil(values.length / most));
  if (run === 1) return { run, tops: values };
  const tops = new Float64Array(Math.ceil(values.length / run));
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(i / run);
    if (values[i]! > tops[at]!) tops[at] = values[i]!;
  }
  return { run, tops };
}
