import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DesignReport, UniformReport } from '../../web/cli/designs';
import type { RangePoint, Report } from '../../web/core/report';
import { json, refused, setUp, tearDown } from './command';

beforeAll(setUp);
afterAll(tearDown);

const normal = (count: number) => ['--source', 'normal', '--count', String(count), '--seed', '3'];

describe('design', () => {
  test('a million normal weights: the published Lloyd–Max SNR, and ECSQ 1.53 dB from the limit', async () => {
    const lloyd = await json<DesignReport>('design', ...normal(1e6), '--levels', '16');
    // Max (1960): 20.22 dB for 16 levels.
    expect(lloyd.design.snr_db).toBeGreaterThan(20.22 - 0.03);
    expect(lloyd.design.snr_db).toBeLessThan(20.22 + 0.03);
    expect(lloyd.design.values).toHaveLength(16);
    expect(lloyd.design.edges).toHaveLength(15);

    const { design } = await json<DesignReport>(
      'design',
      ...normal(1e6),
      '--format',
      'ecsq',
      '--levels',
      '8',
    );
    const limit = 20 * Math.log10(2) * design.entropy_bits;
    expect(design.entropy_bits).toBeCloseTo(3, 3);
    expect(limit - design.snr_db!).toBeGreaterThan(10 * Math.log10((Math.PI * Math.E) / 6) - 0.02);
    expect(limit - design.snr_db!).toBeLessThan(10 * Math.log10((Math.PI * Math.E) / 6) + 0.02);
  });

  test('the optimal levels are no worse than Lloyd’s', async () => {
    const words = ['design', '--source', 'laplace', '--count', '3000', '--levels', '5'];
    const lloyd = await json<DesignReport>(...words);
    const optimal = await json<DesignReport>(...words, '--optimal');
    expect(optimal.design.optimal).toBe(true);
    // Distinct weights: float32 may hold a few twice.
    expect(optimal.design.points).toBeGreaterThan(2990);
    expect(optimal.design.points).toBeLessThanOrEqual(3000);
    expect(optimal.design.mse).toBeLessThanOrEqual(lloyd.design.mse * (1 + 1e-12));
  });

  test('over a million distinct weights: what merging them may have cost is told', async () => {
    const words = ['design', '--source', 'uniform', '--count', '1500000', '--levels', '2', '--optimal'];
    const { design } = await json<DesignReport>(...words);
    expect(design.points).toBe(1e6);
    expect(design.merge_mse).toBeGreaterThan(0);
    // D ≥ (√(mse − V) − √V)² by the triangle inequality.
    const root = Math.sqrt(design.mse - design.merge_mse!) - Math.sqrt(design.merge_mse!);
    expect(design.least_mse).toBeCloseTo(root ** 2, 12);
    // Two levels of a uniform law leave a quarter of its variance.
    expect(design.mse).toBeGreaterThan(design.least_mse!);
    expect(design.least_mse! / design.mse).toBeGreaterThan(0.999);
  });

  test('the best uniform step of a law is theory, and the range mse comes to it', async () => {
    const uniform = await json<UniformReport>(
      ...['design', '--format', 'uniform', '--source', 'normal', '--levels', '16', '--scale', '2'],
    );
    // Max (1960), Table II: step 0.3352 and mse 0.01154 for unit variance.
    expect(uniform.step / 2).toBeCloseTo(0.33520062, 7);
    expect(uniform.mse / 4).toBeCloseTo(0.01154288, 7);
    expect(uniform.snr_db).toBeCloseTo(19.376857, 5);
    expect(uniform.entropy_bits).toBeCloseTo(3.602417, 5);

    const measured = await json(
      ...['measure', ...normal(1e6), '--format', 'midrise', '--bits', '4', '--range', 'mse'],
    );
    expect(Math.abs(measured.noise.snr_db! - uniform.snr_db)).toBeLessThan(0.03);
  });

  test('what it can not do is one line', async () => {
    await refused(/no format to design “int”/, 'design', '--format', 'int', ...normal(10));
    await refused(/1 to 65536/, 'design', '--levels', '0', ...normal(10));
    await refused(/1 to 64 levels/, 'design', '--optimal', '--levels', '65', ...normal(100));
    await refused(/lloyd-max alone/, 'design', '--format', 'ecsq', '--optimal', ...normal(10));
    await refused(/closed form/, 'design', '--format', 'uniform', '--source', 'student', '--levels', '8');
    await refused(/even number/, 'design', '--format', 'uniform', '--levels', '7');
  });
});

describe('sweep --range-scan', () => {
  test('each row is the Report of that range', async () => {
    const words = [...normal(5000), '--bits', '3'];
    const scan = await json<RangePoint[]>('sweep', ...words, '--range-scan');
    expect(scan).toHaveLength(200);
    for (const point of [scan[120]!, scan[180]!]) {
      const { noise } = await json<Report>('measure', ...words, '--range', String(point.range));
      expect(point.mse).toBeCloseTo(noise.mse!, 12);
      expect(point.overload_mse).toBeCloseTo(noise.overload_mse!, 12);
      expect(point.snr_db).toBeCloseTo(noise.snr_db!, 9);
    }
    const best = await json<Report>('measure', ...words, '--range', 'mse');
    expect(Math.min(...scan.map((point) => point.mse))).toBeGreaterThanOrEqual(best.noise.mse! * (1 - 1e-12));
  });

  test('a codebook has no range', async () => {
    await refused(
      /no range/,
      'sweep',
      ...normal(100),
      '--format',
      'lloyd-max',
      '--bits',
      '3',
      '--range-scan',
    );
  });
});
