/** The experiments on analyses made by hand. */
import { describe, expect, test } from 'vitest';
import type { Condition, Levels } from '../../web/core/report';
import { sentences } from '../../web/components/conditions';
import { failures } from '../../web/experiments/conditions';
import { capacity, envelope, shares } from '../../web/experiments/codes';
import { densityAt, meanSquare, noiseLaw, stepOf } from '../../web/experiments/law';
import { densities } from '../../web/experiments/noise-histogram';
import { gainOf, snrText } from '../../web/experiments/sweep';
import {
  cellOf,
  eitherTreads,
  nearTreads,
  read,
  sawPoints,
  stairPoints,
  treads,
  windowAround,
} from '../../web/experiments/treads';
import { experiments, report, scene, threeLevels } from './scenes';

describe('treads', () => {
  const same = (value: number) => value;

  test('a domain is cut at the edges, and the outermost cells reach to its ends', () => {
    expect(treads(threeLevels, [-2, 2])).toEqual([
      { from: -2, to: -0.5, value: -1 },
      { from: -0.5, to: 0.5, value: 0 },
      { from: 0.5, to: 2, value: 1 },
    ]);
    expect(treads(threeLevels, [-0.25, 0.25])).toEqual([{ from: -0.25, to: 0.25, value: 0 }]);
  });
  test('x on an edge belongs to the cell above', () => {
    expect([-9, -0.51, -0.5, 0, 0.5, 9].map((x) => cellOf(threeLevels, x))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(read(threeLevels, 0.75)).toEqual({ code: 1, quantized: 1, noise: -0.25 });
  });
  test('the staircase has risers, the error falls by a step at each', () => {
    const all = treads(threeLevels, [-2, 2]);
    expect(stairPoints(all, same, same)).toEqual([
      [-2, -1],
      [-0.5, -1],
      [-0.5, 0],
      [0.5, 0],
      [0.5, 1],
      [2, 1],
    ]);
    const saw = sawPoints(all, 0.75, same, same).filter(([x]) => !Number.isNaN(x));
    expect(saw).toEqual([
      [-1.75, -0.75],
      [-0.5, 0.5],
      [-0.5, -0.5],
      [0.5, 0.5],
      [0.5, -0.5],
      [1.75, 0.75],
    ]);
  });
  test('stochastic rounding may take either neighbour', () => {
    expect(eitherTreads(threeLevels, [-0.5, 3])).toEqual([
      { from: -0.5, to: 0, value: -1 },
      { from: -0.5, to: 0, value: 0 },
      { from: 0, to: 1, value: 0 },
      { from: 0, to: 1, value: 1 },
      { from: 1, to: 3, value: 1 },
    ]);
  });
  test('a triangular dither may take any level within its reach', () => {
    expect(nearTreads(threeLevels, [-0.75, 3], 1.5)).toEqual([
      { from: -0.75, to: 0.5, value: -1 },
      { from: -0.75, to: 1.5, value: 0 },
      { from: -0.5, to: 3, value: 1 },
    ]);
  });
  test('65,536 levels are drawn by a few, and the few still cover the domain', () => {
    const many = 65536;
    const levels: Levels = {
      codes: Int32Array.from({ length: many }, (_, i) => i),
      values: Float64Array.from({ length: many }, (_, i) => i),
      edges: Float64Array.from({ length: many + 1 }, (_, i) =>
        i === 0 ? -Infinity : i === many ? Infinity : i - 0.5,
      ),
      counts: new Float64Array(many),
    };
    const few = treads(levels, [-10, 70000], 500);
    expect(few.length).toBeLessThanOrEqual(501);
    expect(few[0]!.from).toBe(-10);
    expect(few.at(-1)!.to).toBe(70000);
    few.slice(1).forEach((tread, i) => expect(tread.from).toBe(few[i]!.to));
  });
  test('a window stays while the weight is well inside, then moves no more than it must', () => {
    expect(windowAround(5, 9, [0, 100])).toEqual([0.5, 9.5]);
    expect(windowAround(8, 9, [0, 100], [0.5, 9.5])).toEqual([0.5, 9.5]);
    expect(windowAround(9, 9, [0, 100], [0.5, 9.5])).toEqual([1, 10]);
    expect(windowAround(0, 9, [0, 100], [0.5, 9.5])).toEqual([0, 9]);
    expect(windowAround(5, 200, [0, 100])).toEqual([0, 100]);
  });
});

describe('the law of the noise', () => {
  const laws = {
    nearest: noiseLaw(report()),
    floor: noiseLaw(report({ quantizer: { rounding: 'floor' }, noise: { bound_in_steps: 1 } })),
    stochastic: noiseLaw(report({ quantizer: { rounding: 'stochastic' }, noise: { bound_in_steps: 1 } })),
    uniform: noiseLaw(report({ quantizer: { rounding: 'dither-uniform' }, noise: { bound_in_steps: 1 } })),
    triangular: noiseLaw(
      report({ quantizer: { rounding: 'dither-triangular' }, noise: { bound_in_steps: 1.5 } }),
    ),
    subtractive: noiseLaw(report({ quantizer: { rounding: 'subtractive-triangular' } })),
  };

  test.each(Object.entries(laws))(
    '%s: mean and variance are those of its density, summed numerically',
    (_, law) => {
      const cells = 200_000;
      let mass = 0;
      let mean = 0;
      let square = 0;
      for (let i = 0; i < cells; i++) {
        const u = -1.6 + (3.2 * (i + 0.5)) / cells;
        const p = (densityAt(law, u) * 3.2) / cells;
        mass += p;
        mean += p * u;
        square += p * u * u;
      }
      expect(mass).toBeCloseTo(1, 4);
      expect(law.mean).toBeCloseTo(mean, 4);
      expect(law.variance).toBeCloseTo(square - mean * mean, 4);
      expect(meanSquare(law)).toBeCloseTo(square, 4);
    },
  );
  test('a dither’s laws have the variances of Lipshitz, Wannamaker and Vanderkooy', () => {
    expect(laws.uniform.variance).toBe(1 / 6);
    expect(laws.triangular.variance).toBe(1 / 4);
    expect(laws.subtractive.variance).toBe(1 / 12);
    // The sum of three uniforms (Irwin and Hall): ¾ in the middle, ½ at ±½, ⅛ at ±1.
    expect([0, 0.5, 1].map((u) => densityAt(laws.triangular, u))).toEqual([3 / 4, 1 / 2, 1 / 8]);
  });
  test('midrise rounds to nearest under any word, and its bound says so', () => {
    expect(noiseLaw(report({ quantizer: { rounding: 'floor' }, noise: { bound_in_steps: 0.5 } })).low).toBe(
      -0.5,
    );
  });
  test('with several scales the step is the one that carries the predicted power', () => {
    expect(stepOf(report({ quantizer: { step: 7 } }))).toBe(7);
    expect(stepOf(report({ quantizer: { step: 7, scales: 4 }, prediction: { mse: 3 / 12 } }))).toBeCloseTo(
      Math.sqrt(3),
      12,
    );
  });
  test('a density integrates to the share inside the histogram', () => {
    const histogram = { low: -0.5, high: 0.5, counts: Float64Array.of(1, 3), below: 0, above: 4 };
    expect([...densities(histogram)]).toEqual([0.25, 0.75]);
    expect([...densities({ ...histogram, above: 0 })]).toEqual([0.5, 1.5]);
  });
});

describe('six decibels', () => {
  const at = (bits: number, predicted: number | null, snr: number | null, exact = false) =>
    report({ quantizer: { bits }, prediction: { snr_db: predicted }, noise: { snr_db: snr, exact } });
  const sweep = [at(1, 2, 3), at(2, 8.5, 8), at(3, 14.75, null, true)];

  test('the gain is of the next bit, and of the last one at the end', () => {
    expect(gainOf(sweep, 1)).toMatchObject({ predicted: 6.5, measured: 5 });
    expect(gainOf(sweep, 2)).toMatchObject({ predicted: 6.25, measured: null });
    expect(gainOf(sweep, 3)!.from.quantizer.bits).toBe(2);
    expect(gainOf(sweep.slice(0, 1), 1)).toBeNull();
  });
  test('no noise is ∞, no signal a dash', () => {
    expect(snrText(sweep[0]!)).toBe('3.00 dB');
    expect(snrText(sweep[2]!)).toBe('∞');
    expect(snrText(at(4, null, null))).toBe('–');
  });
});

describe('entropy', () => {
  test('capacity: eight codes of four levels hold 2 bytes, and at H = 1.5 carry 1.5', () => {
    expect(capacity(report({ quantizer: { levels: 4 }, entropy: { bits: 1.5 } }))).toEqual({
      states: 2,
      carried: 1.5,
    });
    expect(
      capacity(report({ tensor: { nonfinite: 4 }, quantizer: { levels: 4 }, entropy: { bits: null } })),
    ).toEqual({ states: 1, carried: null });
  });
  test('shares sum to one and name the most used', () => {
    expect(shares(threeLevels)).toEqual({ p: Float64Array.of(0.125, 0.75, 0.125), top: 1 });
    expect([...shares({ ...threeLevels, counts: new Float64Array(3) }).p]).toEqual([0, 0, 0]);
  });
  test('an envelope keeps every run’s greatest', () => {
    expect(envelope(Float64Array.of(1, 5, 2, 0, 9), 3)).toEqual({ run: 2, tops: Float64Array.of(5, 2, 9) });
    expect(envelope(Float64Array.of(1, 2), 3).run).toBe(1);
  });
});

describe('words', () => {
  const words: Condition[] = [
    'overload',
    'few_levels',
    'few_weights',
    'atoms',
    'correlated',
    'float32',
    'nonfinite',
    'constant',
    'empty',
    'lost',
  ];

  test('every condition has a sentence with its number', () => {
    const said = failures({
      report: report({
        tensor: { nonfinite: 2, min: 0.25 },
        noise: { mse: 0.5, overload: 0.125, overload_mse: 0.25, correlation: 0.654, lost: 5 },
        prediction: { conditions: words },
      }),
    });
    expect(said).toHaveLength(words.length);
    expect(said[0]).toContain('12.5 % of the weights');
    expect(said[0]).toContain('50.0 % of the noise power');
    expect(said[1]).toContain('3 of 3');
    expect(said[2]).toContain('6');
    expect(said[4]).toContain('0.654');
    expect(said[6]).toContain('2 of 8');
    expect(said[7]).toContain('0.25');
    expect(said[9]).toContain('5 of them are lost');
    for (const sentence of said) expect(sentence).toMatch(/\.$/);
  });
  test('under a transform overload has no part of the noise: the sentence does without', () => {
    const under = report({
      noise: { mse: 0.5, overload: 0.125, overload_mse: null, bound: null },
      prediction: { conditions: ['overload'] },
    });
    const [long, short] = [failures({ report: under })[0]!, sentences(under)[0]!.text];
    expect(long).toMatch(/^Overload: 12.5 % of the weights lie .* does not bound their error\.$/);
    expect(long).not.toMatch(/noise power|–/);
    expect(short).toBe('12.5 % of the weights.');
    const bookLike = { ...under, noise: { ...under.noise, bound_in_steps: null } };
    expect(failures({ report: bookLike })[0]).toMatch(/no level can follow them\.$/);
  });
  test('facts stand beside their predictions', () => {
    const noise = experiments.find(({ id }) => id === 'noise')!;
    const facts = noise.facts(scene({ report: report() }));
    expect(facts.map(({ measured, predicted }) => [measured, predicted])).toEqual([
      ['0.05000', '0.08333'],
      ['0', '0'],
      ['0.5000 Δ', '≤ 0.5 Δ'],
      ['0.1000', '0'],
    ]);
    const six = experiments.find(({ id }) => id === 'six-decibels')!;
    expect(six.facts(scene({ report: report() }))[0]).toMatchObject({
      measured: '6.99 dB',
      predicted: '4.77 dB',
    });
    expect(six.facts(scene({ report: report({ noise: { exact: true, snr_db: null } }) }))[0]!.measured).toBe(
      '∞',
    );
  });
  test('the staircase reads the dragged weight, in the core’s words when they have come', () => {
    const stairs = experiments.find(({ id }) => id === 'staircase')!;
    const a = { report: report(), levels: threeLevels };
    expect(stairs.describe(scene(a, { cursor: 0.75 }))).toContain(
      '0.7500 becomes code 1, 1.000; its error is −0.2500',
    );
    const probe = () => ({ x: 0.75, code: 1, quantized: 1.0625, noise: -0.3125 });
    expect(stairs.facts(scene(a, { cursor: 0.75, probe }))[1]!.measured).toBe('−0.3125');
    expect(stairs.slots(scene(a, { cursor: 1.75 }))).toMatchObject({
      share: '0.750',
      relation: '>',
      bound: '0.5',
    });
  });
});
