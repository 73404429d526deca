/** Every picture on what the real core measures at its extremes. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/core/engine';
import { formulaOf } from '../../web/experiments/view';
import { makeEngine, quantizer, source } from './bench';
import { experiments, flatten, report, scene, threeLevels } from './scenes';

describe('every picture on what the core measures', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await makeEngine();
  });

  const benches = [
    source(),
    source({ name: 'laplace', count: 5000 }),
    source({ name: 'constant' }),
    source({ name: 'ramp', count: 7 }),
    source({ count: 1 }),
    source({ name: 'student', parameters: { df: 3 }, channels: 100 }),
    source({ name: 'uniform', scale: 1e-30 }),
    source({ scale: 1e30 }),
  ];
  const asked = [
    ...[1, 2, 4, 8, 16].map((bits) => quantizer({ bits })),
    quantizer({ format: 'uint', bits: 3 }),
    quantizer({ format: 'midrise', bits: 3, rounding: 'floor' }),
    quantizer({ bits: 4, range: 'mse' }),
    quantizer({ bits: 4, range: '0.5' }),
    quantizer({ bits: 3, rounding: 'floor' }),
    quantizer({ bits: 5, rounding: 'stochastic' }),
    quantizer({ bits: 3, rounding: 'dither-triangular' }),
    quantizer({ bits: 2, rounding: 'subtractive-uniform' }),
    quantizer({ bits: 4, granularity: 'channel' }),
    quantizer({ bits: 12, granularity: 'group:16' }),
    ...['lloyd-max', 'ecsq'].flatMap((format) => [1, 3, 8].map((bits) => quantizer({ format, bits }))),
  ];

  test.each(benches.map((bench) => [`${bench.name} × ${bench.scale}, ${bench.count}`, bench] as const))(
    '%s',
    async (_, bench) => {
      await engine.generate(bench);
      const held = await Promise.all(
        experiments.map((experiment) =>
          engine.analyze(quantizer({ bits: 5 }), experiment.wants(quantizer(), engine.formats)),
        ),
      );
      for (const spec of asked) {
        for (const [i, experiment] of experiments.entries()) {
          const a = await engine.analyze(spec, experiment.wants(spec, engine.formats));
          for (const [width, b] of [
            [320, null],
            [900, held[i]!],
            [3000, null],
          ] as const) {
            const shown = scene(a, { b, width, cursor: 0.25 });
            const where = `${experiment.id} ${JSON.stringify(spec)} ${width}`;
            const drawn = flatten(experiment.picture(shown)).concat(
              experiment.describe(shown),
              ...experiment.why(shown),
            );
            expect(drawn, where).not.toMatch(/NaN|undefined|Infinity|null/);
            expect(drawn.match(/style=/), 'the policy allows no style attribute').toBeNull();
            expect(experiment.why(shown).length, where).toBeGreaterThan(0);
            expect(experiment.why(shown).length, where).toBeLessThanOrEqual(3);
            for (const { measured, predicted = '', b: other = '' } of experiment.facts(shown)) {
              expect(measured + predicted + other, where).not.toMatch(/NaN|undefined|null/);
            }
          }
          const { columns, rows } = experiment.table(scene(a));
          for (const row of rows.slice(0, 20)) expect(row).toHaveLength(columns.length);
        }
      }
    },
  );

  test('an outlier that owns the range is named with its numbers', () => {
    const stairs = experiments.find(({ id }) => id === 'staircase')!;
    const levels = { ...threeLevels, counts: Float64Array.of(0, 99, 1) };
    const said = stairs.why(scene({ report: report({ tensor: { std: 0.02 } }), levels })).join(' ');
    expect(said).toContain(
      '99.0 % of the weights share the level 0: the range reaches 50.0 standard deviations',
    );
    expect(stairs.why(scene({ report: report(), levels: threeLevels })).join(' ')).not.toContain(
      'share the level',
    );
  });

  test('a step of 0 is no staircase, and the picture says so', () => {
    const stairs = experiments.find(({ id }) => id === 'staircase')!;
    const flat = scene({ report: report({ quantizer: { step: 0 } }), levels: threeLevels });
    expect(flatten(stairs.picture(flat))).toContain('Δ is 0');
    expect(stairs.slots(flat)).toEqual({});
  });

  test('every slot of a formula is filled', async () => {
    await engine.generate(source());
    for (const experiment of experiments) {
      const a = await engine.analyze(quantizer({ bits: 4 }), experiment.wants(quantizer(), engine.formats));
      const names = [...formulaOf(experiment, a).matchAll(/data-slot="([^"]+)"/g)].map(([, name]) => name!);
      expect(names.length).toBeGreaterThan(0);
      const filled = experiment.slots(scene(a));
      expect(Object.keys(filled).sort()).toEqual([...new Set(names)].sort());
    }
  });
});
