/** The same Report by several ways on this very machine: warmed up, by turns, medians, and whether all agree. */
import type { Measured, QuantizerSpec } from './report';

export type Way = 'plain' | 'scalar' | 'simd' | 'index';
export const WAYS: readonly Way[] = ['plain', 'scalar', 'simd', 'index'];

/** What every way has to find. */
export interface RaceNumbers {
  mse: Measured;
  snr_db: Measured;
  max_error: Measured;
  bias: Measured;
  correlation: Measured;
  entropy_bits: Measured;
}

/** One way that ran: milliseconds of a Report, over the rounds. */
export interface Finish {
  way: Way;
  median: number;
  fastest: number;
  slowest: number;
  numbers: RaceNumbers;
  /** The names of the numbers in which it differs from the scalar kernels. */
  differs: (keyof RaceNumbers)[];
}

export interface Race {
  quantizer: QuantizerSpec;
  tensor: string;
  /** Weights. */
  count: number;
  rounds: number;
  finishes: Finish[];
  /** The ways that can't run here, and why. */
  absent: { way: Way; why: string }[];
}

export interface Contestant {
  way: Way;
  run(): RaceNumbers;
}

// A call shorter than this is timed by many of them, because clocks are coarse.
const sampleMs = 12;
const warmUpMs = 40;
const leastWarmUps = 2;
const mostCalls = 20_000;

/** Runs the contestants by turns. `breathe` lets messages in between, and throws when it is to stop. */
export async function run(
  contestants: Contestant[],
  rounds: number,
  breathe: (done: number) => Promise<void>,
  now: () => number = () => performance.now(),
): Promise<Omit<Finish, 'differs'>[]> {
  const total = contestants.length * (rounds + 1);
  let done = 0;
  const lanes = [];
  for (const { way, run: once } of contestants) {
    await breathe(done++ / total);
    const begun = now();
    let calls = 0;
    let numbers!: RaceNumbers;
    while (calls < leastWarmUps || (now() - begun < warmUpMs && calls < mostCalls)) {
      numbers = once();
      calls++;
    }
    const each = (now() - begun) / calls;
    const batch = each > 0 ? Math.min(mostCalls, Math.max(1, Math.ceil(sampleMs / each))) : mostCalls;
    lanes.push({ way, once, numbers, batch, samples: [] as number[] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const lane of lanes) {
      await breathe(done++ / total);
      const begun = now();
      for (let i = 0; i < lane.batch; i++) lane.once();
      lane.samples.push((now() - begun) / lane.batch);
    }
  }
  return lanes.map(({ way, numbers, samples }) => {
    samples.sort((p, q) => p - q);
    const middle = samples.length >> 1;
    const median = samples.length % 2 ? samples[middle]! : (samples[middle - 1]! + samples[middle]!) / 2;
    return { way, median, fastest: samples[0]!, slowest: samples.at(-1)!, numbers };
  });
}

/** The numbers that are further from the truth than the lab's contract allows: a relative 10⁻⁶. */
export function differences(numbers: RaceNumbers, truth: RaceNumbers): (keyof RaceNumbers)[] {
  const noise = Math.sqrt(truth.mse ?? 0);
  const room: RaceNumbers = {
    mse: 1e-6 * (truth.mse ?? 0),
    snr_db: 1e-5,
    max_error: 1e-6 * (truth.max_error ?? 0),
    bias: 1e-6 * noise,
    correlation: 1e-6,
    entropy_bits: 1e-6,
  };
  return (Object.keys(room) as (keyof RaceNumbers)[]).filter((name) => {
    const [p, q] = [numbers[name], truth[name]];
    return p === null || q === null ? p !== q : !(Math.abs(p - q) <= room[name]!);
  });
}

/** Each beside the scalar kernels, which are the truth. */
export function judged(finishes: Omit<Finish, 'differs'>[]): Finish[] {
  const truth = finishes.find(({ way }) => way === 'scalar')!.numbers;
  return finishes.map((finish) => ({ ...finish, differs: differences(finish.numbers, truth) }));
}
