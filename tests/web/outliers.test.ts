/** The matrix and the comparison of scales, on what the core measures: hot columns, normal weights, formats of any kind. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/core/engine';
import type { Analysis, HeatMap, QuantizerSpec } from '../../web/core/report';
import { outliers } from '../../web/experiments/outliers';
import {
  compared,
  landmarks,
  normalPeak,
  peakOf,
  scalesOf,
  sharing,
  wordsOf,
} from '../../web/experiments/outliers-data';
import { cellAt, cellText, domainOf } from '../../web/experiments/outliers-heat';
import { shadeOf, shades } from '../../web/experiments/outliers-image';
import { makeEngine, memoryFile, quantizer, source } from './bench';

let engine: Engine;
beforeAll(async () => {
  engine = await makeEngine();
});

const ask = (words: Partial<QuantizerSpec>): Promise<Analysis> => {
  const spec = quantizer(words);
  return engine.analyze(spec, outliers.wants(spec, engine.formats));
};

/** A .npy of float32 with these weights as one matrix. */
function npy(rows: number, columns: number, weights: Float32Array) {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const head = new Uint8Array(128).fill(32);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  head.set(new TextEncoder().encode(header), 10);
  head[127] = 10;
  const bytes = new Uint8Array(128 + weights.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(weights.buffer), 128);
  return memoryFile('w.npy', bytes);
}

describe('a matrix with one outlier', () => {
  const [rows, columns] = [64, 256];
  let a: Analysis;
  let heat: HeatMap;
  const weights = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i * 0.37));
  weights[20 * columns + 101] = -50;
  beforeAll(async () => {
    const [entry] = await engine.open(npy(rows, columns, weights));
    await engine.load(entry!.name);
    a = await ask({ bits: 4, granularity: 'group:32' });
    heat = a.heat!;
  });

  test('is folded into no more cells than asked, whole rows of the tensor', () => {
    expect([heat.rows, heat.columns, heat.cell_rows, heat.cell_columns]).toEqual([64, 256, 1, 2]);
    expect(heat.largest).toHaveLength(64 * 128);
  });
  test('shows the outlier where it is, and the step of all that share its scale', () => {
    const at = heat.largest.indexOf(Math.max(...heat.largest));
    const cell = cellAt(heat, at);
    expect([cell.rows, cell.columns, cell.largest]).toEqual(['20', '100–101', 50]);
    // Its group of 32 begins at column 96: cells 48 to 63 of the row have the step 50/7.
    const steps = heat.scale.slice(20 * 128, 21 * 128);
    steps.forEach((step, i) => {
      if (i >= 48 && i < 64) expect(step).toBeCloseTo(50 / 7, 5);
      else expect(step).toBeLessThanOrEqual(Math.fround(1 / 7));
    });
    expect(cellText(a, heat, at)).toContain('Row 20, column 100–101: largest |x| 50.0');
  });
  test('the cells together have the noise of the report', () => {
    const mean = heat.noise.reduce((sum, e) => sum + e * e, 0) / heat.noise.length;
    expect(mean).toBeCloseTo(a.report.noise.mse!, 6);
  });
  test('one scale for all is the worst, finer ones buy more than as many bits of code would, a rotation helps', () => {
    const { one, turned, finest } = landmarks(scalesOf(a));
    expect(finest!.present).toBe(true);
    expect(finest!.bits).toBeCloseTo(1 - 32 / (rows * columns), 9);
    expect(finest!.db).toBeCloseTo(finest!.report.noise.snr_db! - one!.report.noise.snr_db!, 9);
    expect(finest!.slope! * finest!.bits!).toBeCloseTo(finest!.db!, 9);
    // Of the weights but the outlier every one is nearer than 50/14 to 0: with one scale they are noise alone.
    const rest = weights.reduce((sum, x) => (Math.abs(x) < 2 ? sum + x * x : sum), 0);
    expect(one!.report.noise.snr_db).toBeCloseTo(10 * Math.log10((rest + 2500) / rest), 4);
    expect(finest!.db).toBeGreaterThan(6.02);
    expect(turned!.db).toBeGreaterThan(3);
    expect(turned!.bits).toBe(0);
    expect(outliers.why({ a } as never).join(' ')).toContain('steps');
  });
  test('a rotation is seen in the matrix: the largest magnitude falls, and the reading says so', async () => {
    const turned = await ask({ bits: 4, transform: 'hadamard:128' });
    expect(Math.max(...turned.heat!.largest)).toBeLessThan(50 / Math.sqrt(128) + 4);
    expect(cellText(turned, turned.heat!, 0)).toContain('rotated');
  });
});

describe('the comparison', () => {
  test('has the present quantizer once, marked, whichever it is', async () => {
    await engine.generate(source({ name: 'student', count: 20_000, parameters: { df: 3 } }));
    for (const words of [
      { bits: 4 },
      { bits: 4, granularity: 'group:32', transform: 'hadamard:128' },
      { bits: 4, granularity: 'group:50' },
      { bits: 4, transform: 'columns' },
      { bits: 4, transform: 'hadamard:16', granularity: 'channel' },
      { format: 'nf4' },
      { format: 'q4_0' },
      { format: 'lloyd-max', bits: 3 },
      { format: 'bf16' },
    ]) {
      const a = await ask(words);
      const all = scalesOf(a);
      const where = JSON.stringify(words);
      expect(
        all.filter(({ present }) => present).map(({ report }) => wordsOf(report)),
        where,
      ).toEqual([wordsOf(a.report)]);
      expect(new Set(all.map(({ name }) => name)).size, where).toBe(all.length);
      // A channel of one axis is a weight: its scales are shared by none.
      expect(all.length).toBeGreaterThanOrEqual(6);
      expect(all.length).toBeLessThanOrEqual(7);
      const { one, finest } = landmarks(all);
      expect([one!.bits, one!.db, one!.slope], where).toEqual([0, 0, null]);
      expect(finest!.report.quantizer.granularity).toMatch(/^(group|block):32$/);
    }
  });
  test('of a format with scales of its own is int at as many bits', () => {
    const others = compared(quantizer({ format: 'q4_0', bits: 7 }), engine.formats);
    expect(others.every(({ format, bits }) => format === 'int' && bits === 4)).toBe(true);
    expect(compared(quantizer({ format: 'uint' }), engine.formats)[0]).not.toHaveProperty('format');
  });
  test('shares scales among as many weights as it says, where rows are as short as three', async () => {
    const [entry] = await engine.open(
      npy(
        512,
        3,
        Float32Array.from({ length: 1536 }, (_, i) => Math.sin(i * i)),
      ),
    );
    await engine.load(entry!.name);
    expect(sharing(landmarks(scalesOf(await ask({ bits: 4 }))).finest!.report)).toBe(32);
    expect(sharing(landmarks(scalesOf(await ask({ bits: 4, granularity: 'group:32' }))).finest!.report)).toBe(
      3,
    );
  });
  test('keeps the rotation that is on the bench', () => {
    const others = compared(quantizer({ transform: 'hadamard:16' }), engine.formats);
    expect(new Set(others.map(({ transform }) => transform))).toEqual(new Set(['none', 'hadamard:16']));
  });
});

test('the largest of n normal weights, against the tail of the law', async () => {
  // Published quantiles: P(|X| > 3.2905) = 10⁻³, P(|X| > 4.4172) = 10⁻⁵, P(|X| > 4.8916) = 10⁻⁶.
  expect(normalPeak(1e3)! / 3.2905).toBeCloseTo(1, 2);
  expect(normalPeak(1e5)! / 4.4172).toBeCloseTo(1, 2);
  expect(normalPeak(1e6)! / 4.8916).toBeCloseTo(1, 2);
  expect(normalPeak(99)).toBeNull();
  await engine.generate(source({ count: 1_000_000, seed: 3 }));
  const { report } = await engine.analyze(quantizer());
  expect(Math.abs(peakOf(report)! / normalPeak(1e6)! - 1)).toBeLessThan(0.1);
});

describe('colours', () => {
  test('span four decades at most and a factor of four at least; nothing above zero has none', () => {
    expect(domainOf(Float32Array.of(0, NaN))).toBeNull();
    expect(domainOf(Float32Array.of(3, 3, 0))).toEqual([0.75, 3]);
    expect(domainOf(Float32Array.of(1e-20, 1, 2))![0]).toBeCloseTo(2e-4, 12);
  });
  test('equal ratios are equal distances, held at the ends', () => {
    const domain = [1, 16] as const;
    expect([0.1, 1, 4, 16, 99, 0].map((value) => shadeOf(value, domain))).toEqual([0, 0, 128, 255, 255, 0]);
    expect(shadeOf(NaN, domain)).toBe(-1);
  });
  test('grow from the paper to the ink, on both papers, by luminance alone', () => {
    const light = (ramp: Uint8ClampedArray, i: number) =>
      0.2126 * ramp[3 * i]! + 0.7152 * ramp[3 * i + 1]! + 0.0722 * ramp[3 * i + 2]!;
    for (const colour of [
      [0, 114, 178],
      [230, 159, 0],
      [204, 121, 167],
    ] as const) {
      const onLight = shades([250, 250, 247], colour, [21, 24, 30]);
      const onDark = shades([16, 18, 22], colour, [238, 240, 244]);
      for (let i = 8; i < 256; i += 8) {
        expect(light(onLight, i)).toBeLessThan(light(onLight, i - 8));
        expect(light(onDark, i)).toBeGreaterThan(light(onDark, i - 8));
      }
    }
  });
});
