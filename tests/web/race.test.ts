/** The race: all ways agree on the real core, medians by hand, and what can't run says why. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Superseded } from '../../web/core/lab';
import type { Engine } from '../../web/core/engine';
import { evenCells, plainReport } from '../../web/core/plain-report';
import { differences, run, type RaceNumbers } from '../../web/core/race';
import { agreement } from '../../web/experiments/race-picture';
import { makeEngine, quantizer, source } from './bench';

const numbers: RaceNumbers = {
  mse: 0.25,
  snr_db: 10,
  max_error: 0.5,
  bias: 0,
  correlation: 0.1,
  entropy_bits: 2,
};

test('plain JavaScript on weights worked by hand', () => {
  // int, 2 bits, Δ = 1: Q = −1, 0, 0, 1; n = −0.5, −0.25, 0.5, 0.5 (0.5 is rounded to even).
  const x = Float32Array.of(-1.5, -0.25, 0.5, 1.5);
  const rms = Math.sqrt(4.8125 / 4);
  const mean = 0.0625;
  const std = Math.sqrt(4.8125 / 4 - mean ** 2);
  const found = plainReport(x, { step: 1, low: -1, high: 1, offset: 0 }, { mean, std, rms });
  expect(found.mse).toBeCloseTo((0.25 + 0.0625 + 0.25 + 0.25) / 4, 12);
  expect(found.max_error).toBe(0.5);
  expect(found.bias).toBeCloseTo(0.0625, 12);
  expect(found.entropy_bits).toBeCloseTo(1.5, 12);
  expect(found.snr_db).toBeCloseTo(10 * Math.log10(4.8125 / 0.8125), 10);
});

test('the median of the rounds is taken, and short calls are timed by many', async () => {
  let clock = 0;
  const costs = [5, 5, 5, 5, 5, 5, 5, 5, 90, 90, 90, 40, 40, 40, 30, 30, 30];
  let calls = 0;
  const slow = { way: 'plain' as const, run: () => ((clock += costs[calls++] ?? 30), numbers) };
  const [finish] = await run(
    [slow],
    3,
    async () => {},
    () => clock,
  );
  // Eight warming calls of 5 ms, then batches of three.
  expect(finish).toMatchObject({ median: 40, fastest: 30, slowest: 90 });
  expect(calls).toBe(17);
});

test('a number beyond its room is named', () => {
  expect(differences({ ...numbers, mse: 0.25 * (1 + 1e-7) }, numbers)).toEqual([]);
  expect(differences({ ...numbers, mse: 0.2501, entropy_bits: 2.1 }, numbers)).toEqual([
    'mse',
    'entropy_bits',
  ]);
  expect(differences({ ...numbers, snr_db: null }, numbers)).toEqual(['snr_db']);
  expect(differences({ ...numbers, bias: NaN }, numbers)).toEqual(['bias']);
});

describe('on the real core', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await makeEngine();
    await engine.generate(source({ name: 'laplace', count: 50_000, seed: 3 }));
  });

  for (const words of [
    { format: 'int', bits: 8 },
    { format: 'int', bits: 3, range: 'percentile:99' },
    { format: 'uint', bits: 5 },
    { format: 'uint', bits: 4, range: 'mse' },
    { format: 'midrise', bits: 4 },
    { format: 'int', bits: 16 },
  ])
    test(`all four agree: ${JSON.stringify(words)}`, async () => {
      const race = await engine.race(quantizer(words), 2);
      expect(race.absent).toEqual([]);
      expect(race.finishes.map(({ way }) => way)).toEqual(['plain', 'scalar', 'simd', 'index']);
      for (const finish of race.finishes) {
        expect(finish.differs, finish.way).toEqual([]);
        expect(finish.median).toBeGreaterThan(0);
      }
      expect(agreement(race)).toMatch(/^All four agree/);
    });

  test('what can’t run is absent with a reason, and the rest agrees', async () => {
    const groups = await engine.race(quantizer({ granularity: 'group:64', bits: 4 }), 1);
    expect(groups.absent.map(({ way }) => way)).toEqual(['plain', 'index']);
    expect(groups.finishes.every(({ differs }) => differs.length === 0)).toBe(true);
    const dice = await engine.race(quantizer({ rounding: 'stochastic' }), 1);
    expect(dice.absent.map(({ way }) => way)).toEqual(['plain', 'index']);
    const { report } = await engine.analyze(quantizer({ format: 'lloyd-max', bits: 2 }));
    expect(evenCells(report)).toMatch(/lloyd-max/);
  });
  test('it tells how far it is, and stops', async () => {
    const heard: number[] = [];
    await engine.race(quantizer(), 2, { progress: (done) => heard.push(done) });
    expect(heard[0]).toBe(0);
    expect(heard).toEqual([...heard].sort((p, q) => p - q));
    const stop = new AbortController();
    const racing = engine.race(quantizer(), 50, { signal: stop.signal });
    stop.abort();
    await expect(racing).rejects.toThrow(Superseded);
  });
});
