/** The best levels: lanes, density and steps by hand, and on the real core against the published quantizers. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/core/engine';
import type { Analysis, Design, Levels, Report } from '../../web/core/report';
import { bestLevels, proven } from '../../web/experiments/best-levels';
import {
  bitsShown,
  compared,
  densityOf,
  even,
  idleHalf,
  lanesOf,
  shownOf,
  snrOf,
  stepOf,
} from '../../web/experiments/best-levels-data';
import { npyFile } from '../reference/files.mjs';
import { formatRow, makeEngine, memoryFile, quantizer, source } from './bench';
import { scene } from './scenes';

/** Cells of width 1 from −2 to 2; the end cells reach to ±∞. */
const body: Levels = {
  codes: Int32Array.of(-2, -1, 0, 1),
  values: Float64Array.of(-1.5, -0.5, 0.5, 1.5),
  edges: Float64Array.of(-Infinity, -1, 0, 1, Infinity),
  counts: Float64Array.of(5, 30, 50, 15),
};
const weights = { low: -4, high: 4, counts: Float64Array.of(5, 80, 11, 4), below: 0, above: 0 };
const bare = (more: Partial<Analysis>, tensor: object = { min: -4, max: 4 }): Analysis =>
  ({ report: { tensor } as Report, ...more }) as Analysis;

describe('density', () => {
  test('fine bins of the body between the tails’ bins, each a share per unit', () => {
    const { edges, values } = densityOf(bare({ weights, other_levels: [body] }), 100);
    // The histogram's bins below −1 and above 1 are those from −4 and from 2.
    expect(edges).toEqual([-4, -1, 0, 2, 4]);
    expect(values).toEqual([0.05 / 2, 0.3, 0.5, 0.04 / 2]);
  });
  test('cells are put together until there are few enough', () => {
    const { values } = densityOf(bare({ weights, other_levels: [body] }), 1);
    expect(values).toContain(0.4);
  });
  test('without a body the histogram alone', () => {
    expect(densityOf(bare({ weights }), 100).values).toEqual([0.025, 0.4, 0.055, 0.02]);
  });
  test('an outlier far off is not shown; constant weights have a place', () => {
    expect(shownOf(bare({ other_levels: [body] }, { min: -1.2, max: 100 }))).toEqual([
      -1.2 - 0.03 * 3.2,
      2 + 0.03 * 3.2,
    ]);
    expect(shownOf(bare({}, { min: 2, max: 2 }))).toEqual([1, 3]);
    expect(shownOf(bare({}, { min: 0, max: 0 }))).toEqual([-0.5, 0.5]);
  });
});

const formats = [
  formatRow({}),
  formatRow({ name: 'ecsq', family: 'codebook', codebook: true, designed: true }),
];

describe('what is compared', () => {
  test('the present quantizer with one scale, at 6 bits where it has more', () => {
    expect(bitsShown(quantizer({ bits: 12 }))).toBe(6);
    const [uniform, lloyd] = compared(quantizer({ bits: 12, granularity: 'channel', range: 'mse' }), formats);
    expect(uniform).toEqual({ bits: 6, granularity: 'tensor' });
    expect(lloyd).toMatchObject({ format: 'lloyd-max', bits: 6 });
  });
  test('a codebook is compared with the int of least noise', () => {
    expect(compared(quantizer({ format: 'ecsq', bits: 3 }), formats)[0]).toMatchObject({
      format: 'int',
      range: 'mse',
      bits: 3,
    });
  });
  test('a codebook is asked in the same words whatever the range and rounding', () => {
    const words = (range: string, rounding: string) =>
      compared(quantizer({ range, rounding }), formats).slice(1);
    expect(words('3', 'floor')).toEqual(words('mse', 'stochastic'));
  });
  test('the less used half of the levels', () => {
    expect(idleHalf(body)).toEqual({ levels: 2, share: 0.2 });
  });
  test('levels are even when the middle half of their gaps is', () => {
    const levels = (...values: number[]) => ({ ...body, values: Float64Array.from(values) });
    expect(even(levels(-9, -4, -3, -2, -1, 0, 1, 2, 3, 4, 9))).toBe(true);
    expect(even(levels(-4, -2, -1, -0.5, 0, 0.5, 1, 2, 4))).toBe(false);
    expect(even(levels(0, 1))).toBe(false);
  });
  test('the last step until a hand chooses one, and none beyond', () => {
    const frames = [{}, {}, {}] as Design[];
    expect([null, 1, 1.4, 99].map((cursor) => stepOf(frames, cursor))).toEqual([2, 1, 1, 2]);
    expect(stepOf([], null)).toBe(0);
  });
});

describe('on the real core', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await makeEngine();
  });

  test('a codebook stands though a rule of the same words was measured just before', async () => {
    await engine.generate(source({ count: 5000 }));
    await engine.index();
    await engine.analyze(quantizer({ bits: 3 }));
    const { report } = await engine.analyze(quantizer({ bits: 3, format: 'lloyd-max' }));
    expect(report.quantizer.levels).toBe(8);
  });

  test('normal weights: Lloyd–Max and ECSQ as published, and no step of Lloyd adds noise', async () => {
    await engine.generate(source({ count: 400_000 }));
    const spec = quantizer({ bits: 3, range: 'mse', format: 'midrise' });
    const a = await engine.analyze(spec, bestLevels.wants(spec, engine.formats));
    const [uniform, lloyd, ecsq] = lanesOf(a).map(({ report }) => report);
    // Max (1960), 8 levels: uniform 14.27 dB, the best 14.62 dB.
    expect(uniform!.noise.snr_db).toBeCloseTo(14.27, 1);
    expect(lloyd!.noise.snr_db).toBeCloseTo(14.62, 1);
    // Entropy-coded at high rate: 6.02 H − 1.53 dB.
    expect(ecsq!.entropy.bits).toBeLessThanOrEqual(3);
    expect(Math.abs(ecsq!.noise.snr_db! - (6.0206 * ecsq!.entropy.bits! - 1.53))).toBeLessThan(0.1);
    const frames = a.lloyd!;
    expect(frames[0]!.levels).toHaveLength(8);
    frames.slice(1).forEach((frame, i) => expect(frame.mse).toBeLessThanOrEqual(frames[i]!.mse));
    expect(snrOf(a.report, frames.at(-1)!)).toBeCloseTo(lloyd!.noise.snr_db!, 1);
    // The density integrates to one.
    const { edges, values } = densityOf(a, 200);
    const mass = values.reduce((sum, value, i) => sum + value * (edges[i + 1]! - edges[i]!), 0);
    expect(mass).toBeCloseTo(1, 2);
  });

  test('every step of Lloyd’s iteration puts edges midway and levels at the means of the cells before', async () => {
    await engine.generate(source({ name: 'laplace', count: 2000 }));
    const { lloyd } = await engine.analyze(quantizer(), { lloyd: { levels: 4, most: 5 } });
    const x = [...engine.weights(0, 2000)];
    for (let i = 1; i < lloyd!.length; i++) {
      const { edges } = lloyd![i - 1]!;
      const means = [...lloyd![i]!.levels.keys()].map((k) => {
        const cell = x.filter(
          (v) => (k === 0 || v >= edges[k - 1]!) && (k === edges.length || v < edges[k]!),
        );
        return cell.reduce((sum, v) => sum + v, 0) / cell.length;
      });
      means.forEach((mean, k) => expect(lloyd![i]!.levels[k]).toBeCloseTo(mean, 5));
      lloyd![i]!.edges.forEach((edge, k) =>
        expect(edge).toBeCloseTo((lloyd![i]!.levels[k]! + lloyd![i]!.levels[k + 1]!) / 2, 5),
      );
    }
  });

  test('words: bits, granularity and codebooks that differ from the bench are said', async () => {
    await engine.generate(source({ count: 5000, channels: 10 }));
    const said = async (change: object) => {
      const spec = quantizer({ bits: 4, ...change });
      return bestLevels.why(scene(await engine.analyze(spec, bestLevels.wants(spec, engine.formats))))[0];
    };
    expect(await said({ bits: 9 })).toMatch(/at 6 bits and not 9/);
    expect(await said({ granularity: 'channel' })).toMatch(/one scale for the whole tensor/);
    expect(await said({ format: 'lloyd-max' })).toMatch(/beside int with the range of least noise/);
    expect(await said({})).toMatch(/^Of the 15 even levels/);
  });

  test('what merged weights leave unproven is said', async () => {
    const none = new Float64Array();
    const merged = { levels: none, edges: none, entropy_bits: 1, points: 1e6 };
    expect(proven(4, { ...merged, mse: 0.5, merge_mse: 0, least_mse: 0.5 })).toBe('No 4 levels do better.');
    expect(proven(4, { ...merged, mse: 0.5, merge_mse: 2e-8, least_mse: 0.25 })).toMatch(
      /merged into 1.000.000 points, 2\S* from them .*no 4 levels do more than 3\.011 dB better/,
    );
    expect(proven(4, { ...merged, mse: 1e-9, merge_mse: 2e-8, least_mse: 0 })).toMatch(/too far to prove/);
  });

  test('no finite weights, no levels: it is said, and nothing fails', async () => {
    const bytes = npyFile({ values: [NaN, Infinity] });
    const [entry] = await engine.open(memoryFile('none.npy', bytes));
    await engine.load(entry!.name);
    for (const spec of [quantizer({ bits: 2 }), quantizer({ bits: 2, format: 'ecsq' })]) {
      const a = await engine.analyze(spec, bestLevels.wants(spec, engine.formats));
      expect(bestLevels.why(scene(a))).toEqual(['There are no weights to place levels for.']);
    }
  });
});
