/** The levels on the line: use, spacing and densities by hand, and blocks on the real core. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Memory } from '../../web/components/chart/hold';
import type { Engine } from '../../web/core/engine';
import type { Analysis, Levels, QuantizerSpec, Segment } from '../../web/core/report';
import { asked } from '../../web/core/words';
import type { Scene } from '../../web/experiments/experiment';
import { levelsLine } from '../../web/experiments/levels-line';
import {
  blocksOf,
  blockSnr,
  densityIn,
  nearestLevel,
  seenAt,
  spacing,
  useOf,
  viewOf,
  weightIndex,
  wholeOf,
  ZOOMS,
} from '../../web/experiments/levels-line-data';
import { makeEngine, quantizer, source } from './bench';

/** Of seven levels three are used, one between them is not, and three lie beyond. */
const some: Levels = {
  codes: Int32Array.of(0, 1, 2, 3, 4, 5, 6),
  values: Float64Array.of(-4, -2, -1, 0, 1, 2, 4),
  edges: Float64Array.of(-Infinity, -3, -1.5, -0.5, 0.5, 1.5, 3, Infinity),
  counts: Float64Array.of(0, 0, 2, 0, 5, 3, 0),
};

test('codes used, unused between, unused beyond', () => {
  expect(useOf(some)).toEqual({ used: 3, between: 1, beyond: 3, first: 2, last: 5 });
  expect(useOf({ ...some, counts: new Float64Array(7) })).toMatchObject({ used: 0, beyond: 7 });
  expect(spacing(some, useOf(some))).toEqual([1, 1]);
  expect(spacing(some, { ...useOf(some), first: 0, last: 6 })).toEqual([1, 2]);
});

test('the nearest level, and beyond the ends the end', () => {
  expect([-9, -3.1, -2.9, 0.4, 0.6, 3.1, 9].map((x) => nearestLevel(some, x))).toEqual([0, 0, 1, 3, 4, 6, 6]);
});

describe('a block', () => {
  // Two parts of two weights: scales 1 and 2, the second with an offset.
  const block: Segment = {
    begin: 4,
    count: 4,
    part: 2,
    levels: Float32Array.of(-1, 0, 1),
    scales: Float32Array.of(1, 2),
    offsets: Float32Array.of(0, 0.5),
    weights: Float32Array.of(0.75, -1.25, 2.25, 0.25),
    quantized: Float32Array.of(1, -1, 2.5, 0.5),
    codes: Uint32Array.of(2, 0, 2, 1),
  };
  test('a weight has the scale and the offset of its part', () => {
    expect(seenAt(block, 0)).toEqual({ x: 0.75, q: 1, n: -0.25, code: 2, level: 1, scale: 1, offset: 0 });
    const second = seenAt(block, 2);
    expect(second).toMatchObject({ scale: 2, offset: 0.5, n: -0.25 });
    expect(second.level! * second.scale + second.offset).toBe(second.q);
    expect(seenAt({ ...block, levels: new Float32Array(), codes: new Uint32Array() }, 1).code).toBeNull();
  });
  test('its SNR is of its weights; NaN has no part in it', () => {
    // Σx² = 0.5625 + 1.5625 + 5.0625 + 0.0625 = 7.25, Σn² = 4 · 0.0625.
    expect(blockSnr(block)).toBeCloseTo(10 * Math.log10(7.25 / 0.25), 9);
    expect(blockSnr({ ...block, weights: block.quantized })).toBe(Infinity);
    const weights = Float32Array.of(NaN, -1.25, 2.25, 0.25);
    expect(blockSnr({ ...block, weights })).toBeCloseTo(10 * Math.log10(6.6875 / 0.1875), 9);
  });
  test('the worst weight is looked at until another is chosen', () => {
    const worse = { ...block, weights: Float32Array.of(0.75, -1.25, 2.25, -9) };
    const scene = (settings?: Record<string, number>) => ({ settings }) as Scene;
    expect(weightIndex(scene(), worse)).toBe(3);
    expect(weightIndex(scene({ weight: 1 }), worse)).toBe(1);
    expect(weightIndex(scene({ weight: 9 }), worse)).toBe(3);
  });
});

describe('on the real core', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await makeEngine();
    await engine.generate(source({ count: 20_000, seed: 4 }));
  });

  async function sceneOf(
    words: Partial<QuantizerSpec>,
    settings: Record<string, number> = {},
  ): Promise<Scene> {
    const spec = quantizer(words);
    const a: Analysis = await engine.analyze(spec, levelsLine.wants(spec, engine.formats));
    return {
      ...{ quantizer: spec, a, b: null, width: 980, height: 420, em: 12, moving: false, cursor: null },
      memory: new Map() as Memory,
      point: () => {},
      change: () => {},
      probe: () => null,
      settings,
      segment: (index) => engine.segment(spec, index),
    };
  }

  test('a density integrates to one, by bins and by cells', async () => {
    for (const words of [{ bits: 6 }, { format: 'e4m3' }, { format: 'nf4' }, { format: 'q4_0' }]) {
      const { a } = await sceneOf(words);
      const { edges, values } = densityIn(a, [-Infinity, Infinity], 0);
      const mass = values.reduce((sum, value, i) => sum + value * (edges[i + 1]! - edges[i]!), 0);
      expect(mass, JSON.stringify(words)).toBeCloseTo(1, 6);
      edges.slice(1).forEach((edge, i) => expect(edge).toBeGreaterThan(edges[i]!));
    }
  });

  test('every view lies within the whole, and shows what it is to show', async () => {
    const scene = await sceneOf({ format: 'e4m3' }, { at: 1.5 });
    const whole = wholeOf(scene.a)!;
    expect(whole[0]).toBeLessThan(scene.a.report.tensor.min!);
    for (const [zoom, times] of ZOOMS.entries()) {
      const [low, high] = viewOf({ ...scene, settings: { at: 1.5, zoom } }, whole);
      expect(high - low).toBeCloseTo((whole[1] - whole[0]) / times, 9);
      expect(low).toBeLessThanOrEqual(1.5);
      expect(high).toBeGreaterThanOrEqual(1.5);
      expect(low).toBeGreaterThanOrEqual(whole[0] - 1e-9);
    }
  });

  test('FP8’s middle is dense, and what it says is what it counts', async () => {
    const scene = await sceneOf({ format: 'e4m3' });
    const { levels, report } = scene.a;
    expect(levels!.values).toHaveLength(253);
    expect(useOf(levels!).used).toBe(report.entropy.occupied_levels);
    // By definition the subnormals are 2⁻⁹ apart and the largest are 32: 2¹⁴ times as far.
    const [least, greatest] = spacing(levels!, { ...useOf(levels!), first: 0, last: 252 })!;
    expect(greatest / least).toBeCloseTo(2 ** 14, 0);
    expect(levelsLine.facts(scene)[0]!.measured).toBe(`${report.entropy.occupied_levels} of 253`);
    expect(levelsLine.why(scene).join(' ')).toContain('precision goes where the weights are many');
  });

  test('the blocks of a format tile the tensor, each with the error of Q', async () => {
    for (const [words, blocks] of [
      [{ format: 'mxfp4' }, 625],
      [{ format: 'nf4', granularity: 'block:64' }, 313],
      [{ format: 'q4_k' }, 79],
      [{ bits: 4, granularity: 'group:100' }, 200],
      [{ bits: 4 }, 1],
    ] as const) {
      const scene = await sceneOf(words);
      const first = scene.segment!(0)!;
      expect(blocksOf(scene.a, first), JSON.stringify(words)).toBe(blocks);
      const last = scene.segment!(blocks - 1)!;
      expect(last.begin + last.count).toBe(20_000);
      const x = engine.weights(last.begin, last.weights.length);
      const q = engine.quantized(asked(engine.formats, scene.quantizer), last.begin, last.weights.length);
      expect(last.weights).toEqual(x);
      expect(last.quantized).toEqual(q);
      expect(() => engine.segment(scene.quantizer, blocks)).toThrow(/none is number/);
      const { scale, level, offset, q: slot } = levelsLine.slots(scene);
      for (const text of [scale, level, offset, slot]) expect(text).toMatch(/\d/);
      expect(levelsLine.describe(scene)).toMatch(/SNR of \d+\.\d\d dB\.$/);
    }
  });

  test('a lattice has blocks and no code of one weight', async () => {
    const scene = await sceneOf({ format: 'e8', bits: 4 });
    expect(wholeOf(scene.a)).toBeNull();
    expect(seenAt(scene.segment!(0)!, 0).code).toBeNull();
    expect(levelsLine.why(scene)[0]).toMatch(/^A lattice numbers whole vectors/);
    // lattice_points_test.cpp counts so many.
    const coarse = await sceneOf({ format: 'e8', bits: 1 });
    expect(levelsLine.facts(coarse)[0]).toMatchObject({
      measured: '–',
      note: expect.stringContaining('9,110 points'),
    });
    expect(levelsLine.why(coarse)[0]).toContain(`take ${(Math.log2(9110) / 8).toFixed(3)} bits a weight`);
  });

  test('under a rotation the block is of the rotated weights', async () => {
    const scene = await sceneOf({ bits: 4, transform: 'hadamard:128' });
    const seen = scene.segment!(0)!;
    expect(seen.weights).not.toEqual(engine.weights(0, seen.weights.length));
    seen.weights.forEach((_, i) => {
      const { level, scale, q } = seenAt(seen, i);
      expect(Math.fround(level! * scale)).toBe(q);
    });
  });
});
