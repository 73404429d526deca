/** Where to clip: the curve's numbers by hand, and against the reports of the same ranges on the real core. */
import { describe, expect, test } from 'vitest';
import { logHorizontal, logTicks, within } from '../../web/components/chart/log';
import type { Analysis, QuantizerSpec, RangePoint, Report } from '../../web/core/report';
import { clip } from '../../web/experiments/clip';
import {
  curveOf,
  leastOf,
  lossDb,
  nearestPoint,
  onCurve,
  outlierShare,
  pointsOf,
  predictedAt,
  rangeOf,
  rangesShown,
  scanOf,
} from '../../web/experiments/clip-curve';
import { npyFile } from '../reference/files.mjs';
import { makeEngine, memoryFile, quantizer, source } from './bench';
import { scene } from './scenes';

const point = (range: number, mse: number): RangePoint => ({
  range,
  mse,
  granular_mse: mse,
  overload_mse: 0,
  snr_db: 0,
});

const analysis = (quantizer: object, noise: object, more: Partial<Analysis> = {}): Analysis =>
  ({ report: { quantizer, noise, prediction: { mse: null } } as unknown as Report, ...more }) as Analysis;

describe('logarithmic axes', () => {
  const box = { x: 0, y: 0, width: 200, height: 100 };

  test('equal ratios are equal distances', () => {
    const x = logHorizontal(box, [0.01, 1]);
    expect(x(0.1)).toBeCloseTo(100, 9);
    expect(x.invert(50)).toBeCloseTo(10 ** -1.5, 9);
  });
  test('1, 2, 5 where there is room, decades where there is less, never closer than their texts', () => {
    const roomy = logTicks([0.01, 1], 400, 10);
    expect(roomy.values.map(roomy.text)).toEqual(['0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1']);
    const narrow = logTicks([1e-9, 1e3], 300, 10);
    expect(narrow.values.every((value) => Number.isInteger(Math.log10(value)))).toBe(true);
    expect(narrow.values.length).toBeGreaterThan(2);
    expect(narrow.text(1e-8)).toBe('10⁻⁸');
  });
  test('a line is cut where it crosses the bottom, and taken up where it comes back', () => {
    const cut = within(
      [
        [0, 50],
        [10, 150],
        [20, 50],
      ],
      box,
    );
    expect(cut).toEqual([
      [0, 50],
      [5, 100],
      [NaN, NaN],
      [15, 100],
      [20, 50],
    ]);
  });
});

describe('the curve', () => {
  const scan = [point(1, 4), point(2, 2), point(4, 3)];

  test('the least is of the scan or of a rule between its points', () => {
    const rule = (range: number, mse: number) =>
      analysis({ range_low: -range, range_high: range }, { mse }).report;
    const a = analysis({}, {}, { range_scan: scan, others: [rule(4, 3), rule(3, 2.2), rule(2.5, 1.9)] });
    expect(leastOf(a)).toMatchObject({ range: 2.5, mse: 1.9 });
    expect(leastOf({ ...a, others: [] })).toMatchObject({ range: 2, mse: 2 });
    expect(lossDb(20, 2)).toBeCloseTo(10, 12);
    expect(nearestPoint(scan, 2.9)!.range).toBe(4);
    expect(nearestPoint(scan, 2.8)!.range).toBe(2);
  });
  test('what is shown begins a sixteenth of the best range, or at a rule below it, and holds the scan’s end', () => {
    const wide = Array.from({ length: 12 }, (_, i) => point(2 ** (i - 10), Math.abs(i - 8) + 1));
    expect(rangesShown([analysis({}, {}, { range_scan: wide })])).toEqual([2 ** -6, 2]);
    const others = [analysis({ range_low: -0.01, range_high: 0.01 }, { mse: 5 }).report];
    expect(rangesShown([analysis({}, {}, { range_scan: wide, others })])).toEqual([0.008, 2]);
  });
  test('the range is the wider end; a noise of zero has no place on a logarithm', () => {
    expect(rangeOf(analysis({ range_low: -1, range_high: 3 }, {}).report)).toBe(3);
    expect(rangeOf(analysis({ range_low: 0, range_high: 0 }, {}).report)).toBeNull();
    expect(scanOf(analysis({}, {}, { range_scan: [point(1, 0), point(2, 1)] }))).toHaveLength(1);
  });
  test('one scale, and nearest in place of stochastic', () => {
    const words = (change: Partial<QuantizerSpec>) => curveOf(quantizer(change));
    expect(words({ granularity: 'channel', rounding: 'floor' })).toEqual({
      granularity: 'tensor',
      transform: 'none',
      rounding: 'floor',
    });
    expect(words({ rounding: 'stochastic' }).rounding).toBe('nearest');
    expect(onCurve(analysis(quantizer({ rounding: 'stochastic' }), {}))).toBe(false);
    // The core scans the weights as they are.
    expect(onCurve(analysis(quantizer({ transform: 'columns' }), {}))).toBe(false);
  });
});

describe('on the real core', () => {
  test.each([
    quantizer({ bits: 4 }),
    quantizer({ bits: 3, format: 'uint' }),
    quantizer({ bits: 2, format: 'midrise' }),
  ])('$format: every point is the report of that range', async (spec) => {
    const engine = await makeEngine();
    await engine.generate(source({ name: 'laplace', count: 5000 }));
    const { range_scan } = await engine.analyze(spec, { range_scan: { count: 23 } });
    expect(range_scan).toHaveLength(23);
    for (const { range, mse, granular_mse, overload_mse, snr_db } of range_scan!) {
      const { noise } = (await engine.analyze({ ...spec, range: String(range) })).report;
      expect(mse).toBeCloseTo(noise.mse!, 12);
      expect(overload_mse).toBeCloseTo(noise.overload_mse!, 12);
      expect(granular_mse + overload_mse).toBeCloseTo(mse, 12);
      expect(snr_db).toBeCloseTo(noise.snr_db!, 6);
    }
  });
  test('normal weights at 4 bits: the best range is where the tables of optimal uniform quantizers say', async () => {
    const engine = await makeEngine();
    await engine.generate(source({ count: 200_000 }));
    const spec = quantizer({ bits: 4, format: 'midrise' });
    const a = await engine.analyze(spec, clip.wants(spec, engine.formats));
    // Max (1960): 16 levels 0.3352 σ apart, 19.38 dB.
    expect(leastOf(a)!.range / 8).toBeCloseTo(0.3352, 2);
    expect(lossDb(1, leastOf(a)!.mse)).toBeCloseTo(19.38, 1);
    // Δ²/12 of the whole range, told from the rule absmax.
    const range = rangeOf(a.others![0]!)!;
    expect(predictedAt(a, range / 2)).toBeCloseTo((range / 2 / 8) ** 2 / 12, 9);
  });
  test('a codebook has no range and says so; dragging a range asks nothing anew', async () => {
    const engine = await makeEngine();
    await engine.generate(source({ count: 2000 }));
    const book = quantizer({ bits: 3, format: 'lloyd-max' });
    const a = await engine.analyze(book, clip.wants(book, engine.formats));
    expect(a.range_scan).toEqual([]);
    expect(clip.why(scene(a))).toEqual([
      'lloyd-max has no range to choose: its levels stand where the weights ask for them.',
    ]);
    const spec = quantizer({ bits: 4, range: '1' });
    const first = await engine.analyze(spec, clip.wants(spec, engine.formats));
    const second = await engine.analyze(
      { ...spec, range: '2' },
      clip.wants({ ...spec, range: '2' }, engine.formats),
    );
    expect(second.range_scan).toBe(first.range_scan);
  });
  test('an outlier that owns the range is named with what clipping buys', async () => {
    const engine = await makeEngine();
    await engine.generate(source({ name: 'student', count: 200_000, parameters: { df: 3 } }));
    const spec = quantizer({ bits: 4 });
    const a = await engine.analyze(spec, clip.wants(spec, engine.formats));
    const [absmax, , best] = a.others!;
    const buys = (best!.noise.snr_db! - absmax!.noise.snr_db!).toFixed(1);
    expect(clip.why(scene(a))[0]).toMatch(new RegExp(`^An outlier owns the range.* buys ${buys} dB\\.$`));
  });
  test('one bit on normal weights: absmax is far from the best, and no outlier is to blame', async () => {
    const engine = await makeEngine();
    await engine.generate(source({ count: 20_000 }));
    const spec = quantizer({ bits: 1 });
    const a = await engine.analyze(spec, clip.wants(spec, engine.formats));
    expect(rangeOf(a.others![0]!)! / leastOf(a)!.range).toBeGreaterThan(4);
    expect(clip.why(scene(a))[0]).toMatch(/only the innermost levels are in use/);
  });
  test('where the largest weight carries the signal, clipping it is said to cost more', async () => {
    const engine = await makeEngine();
    const values = Array.from({ length: 1000 }, (_, i) => (i === 500 ? 30 : Math.sin(i)));
    const [entry] = await engine.open(memoryFile('w.npy', npyFile({ values })));
    await engine.load(entry!.name);
    const spec = quantizer({ bits: 4 });
    const a = await engine.analyze(spec, clip.wants(spec, engine.formats));
    const power = values.reduce((sum, x) => sum + x * x, 0);
    expect(outlierShare(a)).toBeCloseTo(900 / power, 6);
    expect(clip.why(scene(a))[0]).toMatch(/^The largest weight alone carries 64\.3 % of the signal’s power/);
  });
  test('fewer points where each measures thousands of levels, and absmax always one of them', async () => {
    expect([4, 12, 16].map((bits) => pointsOf(quantizer({ bits })))).toEqual([155, 78, 34]);
    const engine = await makeEngine();
    await engine.generate(source({ count: 1000 }));
    for (const bits of [4, 12, 16]) {
      const spec = quantizer({ bits });
      const { range_scan, report } = await engine.analyze(spec, clip.wants(spec, engine.formats));
      expect(range_scan!.some(({ range }) => range === rangeOf(report))).toBe(true);
    }
  });
});
