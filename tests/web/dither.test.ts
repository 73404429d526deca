/** Dither's numbers against closed forms, on what the core measures; the three panels and their words. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/core/engine';
import type { Analysis } from '../../web/core/report';
import { anySignal, isRandom, isSubtractive } from '../../web/core/rounding';
import { dither } from '../../web/experiments/dither';
import {
  AMPLITUDES,
  atPlace,
  cursorOf,
  lawOfRounding,
  lookingAt,
  placeRows,
  studyOf,
  tallestOver,
} from '../../web/experiments/dither-data';
import { keptText } from '../../web/experiments/dither-picture';
import { roundings } from '../../web/state';
import { makeEngine, quantizer, source } from './bench';
import { scene } from './scenes';

const names = roundings.map(({ name }) => name);
const variances: Record<string, number> = {
  nearest: 1 / 12,
  'half-away': 1 / 12,
  floor: 1 / 12,
  stochastic: 1 / 6,
  'dither-uniform': 1 / 6,
  'dither-triangular': 1 / 4,
  'subtractive-uniform': 1 / 12,
  'subtractive-triangular': 1 / 12,
};
const at = (amplitude: number) =>
  cursorOf({ amplitude: AMPLITUDES.findIndex((a) => Math.abs(a - amplitude) < 1e-9), line: null });

test('the words of the page say what a rounding is', () => {
  expect(names.filter(isRandom)).toEqual(names.slice(3));
  expect(names.filter(isSubtractive)).toEqual(['subtractive-uniform', 'subtractive-triangular']);
  expect(names.filter(anySignal)).toEqual([
    'dither-triangular',
    'subtractive-uniform',
    'subtractive-triangular',
  ]);
});

test('the cursor holds an amplitude, and a line of the spectrum or none', () => {
  expect(AMPLITUDES[lookingAt(null).amplitude]).toBeCloseTo(0.3, 12);
  for (const looking of [
    { amplitude: 0, line: null },
    { amplitude: 39, line: 0 },
    { amplitude: 7, line: 256 },
  ])
    expect(lookingAt(cursorOf(looking))).toEqual(looking);
});

test('by place, mean square and mean are those of the law, summed over the cell', () => {
  for (const rounding of names) {
    let mean = 0;
    let square = 0;
    for (let i = 0; i < 10000; i++) {
      const { mean: m, deviation } = atPlace(rounding, (i + 0.5) / 10000 - 0.5);
      mean += m / 10000;
      square += (m ** 2 + deviation ** 2) / 10000;
    }
    expect(mean, rounding).toBeCloseTo(rounding === 'floor' ? 0.5 : 0, 6);
    expect(square - mean ** 2, rounding).toBeCloseTo(variances[rounding]!, 6);
  }
});

describe.each(names)('%s', (rounding) => {
  let engine: Engine;
  let a: Analysis;
  beforeAll(async () => {
    engine = await makeEngine();
    await engine.generate(source({ count: 200_000, seed: 4 }));
    const words = quantizer({ bits: 4, rounding });
    a = await engine.analyze(words, dither.wants(words, engine.formats));
  });
  const drawn = isRandom(rounding);

  test('a sine under half a step is lost by nearest, kept by every draw', () => {
    for (const amplitude of [0.1, 0.3, 0.45]) {
      const study = studyOf(a, at(amplitude))!;
      if (drawn) {
        // Five standard errors of a slope on 32,768 samples of power amplitude²/2.
        const error = 5 * Math.sqrt(study.variance! / (32768 * (amplitude ** 2 / 2)));
        expect(Math.abs(study.kept! - 1)).toBeLessThan(error);
        expect(Math.abs(study.correlation!)).toBeLessThan(5 / Math.sqrt(32768));
        // The tallest of 256 means of 64 exponentials.
        expect(tallestOver(study)!).toBeLessThan(10 * Math.log10(1 + 5.5 / 8));
      } else if (rounding !== 'floor') {
        expect(keptText(study)).toBe('lost, 0.00 × x');
        expect(study.correlation).toBeCloseTo(1, 9);
        // All of the power in one line of 256.
        expect(tallestOver(study)).toBeCloseTo(10 * Math.log10(256), 6);
      }
    }
  });
  test('the error of a sine has the predicted variance where it is the same for any signal', () => {
    expect(lawOfRounding(a).variance).toBe(variances[rounding]);
    if (!anySignal(rounding)) return;
    for (const study of a.dither!) {
      expect(study.variance! / variances[rounding]!).toBeGreaterThan(0.96);
      expect(study.variance! / variances[rounding]!).toBeLessThan(1.04);
    }
  });
  test('the weights’ error at every place is the definition’s', () => {
    const rows = placeRows(a.by_place);
    expect(rows.length).toBe(48);
    for (const { u, count, mean, deviation } of rows) {
      const expected = atPlace(rounding, u);
      // A bin is 1/48 of a cell wide: a sawtooth runs through half of that on either side.
      const error = 5 * Math.sqrt((expected.deviation ** 2 + 1 / 100) / count) + (drawn ? 0 : 1 / 96);
      expect(Math.abs(mean - expected.mean), `${u}`).toBeLessThan(error);
      expect(Math.abs(deviation - expected.deviation), `${u}`).toBeLessThan(0.04);
    }
  });
  test('it says so, in the words and the table', () => {
    for (const amplitude of AMPLITUDES) {
      const shown = scene(a, { cursor: at(amplitude), b: a });
      const said = [dither.describe(shown), ...dither.why(shown), ...Object.values(dither.slots(shown))];
      for (const { measured, predicted = '', b = '' } of dither.facts(shown))
        said.push(measured, predicted, b);
      expect(said.join(' ')).not.toMatch(/NaN|undefined|null|Infinity/);
      expect(dither.why(shown).length).toBeLessThanOrEqual(3);
    }
    const { columns, rows } = dither.table(scene(a));
    expect(rows.length).toBe(64 + 257 + 48);
    for (const row of rows) expect(row).toHaveLength(columns.length);
  });
});

test('a codebook has no place in a cell, and the sine goes through round to nearest', async () => {
  const engine = await makeEngine();
  await engine.generate(source());
  const words = quantizer({ format: 'lloyd-max', bits: 3, rounding: 'dither-triangular' });
  const a = await engine.analyze(words, dither.wants(words, engine.formats));
  expect(placeRows(a.by_place)).toEqual([]);
  expect(a.report.quantizer.rounding).toBe('nearest');
  expect(keptText(studyOf(a, at(0.3))!)).toBe('lost, 0.00 × x');
  const weights = dither.facts(scene(a)).at(-1)!;
  expect(weights.measured).toBe('–');
  expect(weights.note).toBeTruthy();
});
