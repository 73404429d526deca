/** Codebooks on the page: formats with levels and no step. On the real wasm, against sums written out here. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describe as inWords } from '../../web/components/describe';
import { measureCommand } from '../../web/components/command';
import type { Engine } from '../../web/core/engine';
import type { Levels, QuantizerSpec } from '../../web/core/report';
import { clip } from '../../web/experiments/clip';
import { codebookLaw, gaps, medianGap, meanStep, reaches, widths } from '../../web/experiments/codebook';
import { entropy } from '../../web/experiments/entropy';
import type { Experiment } from '../../web/experiments/experiment';
import { experiments } from '../../web/experiments/index';
import { densityAt, lawOf } from '../../web/experiments/law';
import { noise } from '../../web/experiments/noise';
import { sixDecibels } from '../../web/experiments/six-decibels';
import { staircase } from '../../web/experiments/staircase';
import { formulaOf } from '../../web/experiments/view';
import { asked } from '../../web/core/words';
import { defaults, read, write, type Words } from '../../web/state';
import { makeEngine, quantizer, source } from './bench';
import { flatten, scene } from './scenes';

let engine: Engine;
let words: Words;
beforeAll(async () => {
  engine = await makeEngine();
  words = { formats: engine.formats, sources: engine.sources, experiments };
  await engine.generate(source({ name: 'laplace', count: 20_000 }));
});

const books = ['lloyd-max', 'ecsq'];
const book = (format: string, words: Partial<QuantizerSpec> = {}) => quantizer({ format, bits: 3, ...words });

const shown = async (experiment: Experiment, spec: QuantizerSpec) =>
  scene(await engine.analyze(spec, experiment.wants(spec, engine.formats)));

/** Cells (−∞, −1), [−1, 1), [1, 3), [3, ∞) around −2, 0, 2, 6. */
const four: Levels = {
  codes: Int32Array.of(0, 1, 2, 3),
  values: Float64Array.of(-2, 0, 2, 6),
  edges: Float64Array.of(-Infinity, -1, 1, 3, Infinity),
  counts: Float64Array.of(1, 4, 2, 1),
};

describe('the arithmetic of a codebook', () => {
  test('distances, widths and reaches by hand', () => {
    expect([...gaps(four)]).toEqual([2, 2, 4]);
    expect(meanStep(four)).toBe(8 / 3);
    expect(medianGap(four)).toBe(2);
    expect([...widths(four)]).toEqual([2, 2, 2, 6]);
    expect([...reaches(four)]).toEqual([Infinity, 1, 1, Infinity]);
  });
  test('the layered law adds a uniform density for each cell, and integrates to one', () => {
    const law = codebookLaw(four);
    const step = 8 / 3;
    // Cells of width 2 hold 7/8 of the weights, that of width 6 the last eighth.
    expect(densityAt(law, 0)).toBeCloseTo((7 / 8 / 2 + 1 / 8 / 6) * step, 12);
    expect(densityAt(law, 2 / step)).toBeCloseTo((1 / 8 / 6) * step, 12);
    expect(densityAt(law, 3.1 / step)).toBe(0);
    expect(law.variance * step ** 2).toBeCloseTo((7 / 8) * (4 / 12) + (1 / 8) * (36 / 12), 12);
    let mass = 0;
    for (let i = 0; i < 100_000; i++) mass += densityAt(law, -2 + (i + 0.5) * 4e-5) * 4e-5;
    expect(mass).toBeCloseTo(1, 4);
  });
  test.each(books)('%s: the law’s variance is the core’s prediction', async (format) => {
    const { a } = await shown(noise, book(format));
    expect(lawOf(a).variance * meanStep(a.levels!) ** 2).toBeCloseTo(a.report.prediction.mse!, 8);
  });
});

describe('what the lab is asked', () => {
  test('a sweep skips the widths that the format has not', async () => {
    const { sweep } = await engine.analyze(book('lloyd-max'), { sweep: [1, 3, 8, 9, 16] });
    expect(sweep!.map((report) => report.quantizer.bits)).toEqual([1, 3, 8]);
    expect((await engine.analyze(quantizer(), { sweep: [9, 17] })).sweep).toHaveLength(1);
  });
  test('a codebook is asked for without range, groups and rounding, which the state keeps', async () => {
    const query = '?q=ecsq&range=mse&per=group:32&round=floor';
    const { state, ignored } = read(query, words);
    expect(ignored).toEqual([]);
    expect(write(state, words)).toBe(query);
    const wanted = asked(words.formats, state.quantizer);
    expect(wanted).toMatchObject({ range: 'absmax', granularity: 'tensor', rounding: 'nearest', bits: 4 });
    expect((await engine.analyze(wanted)).report.noise.snr_db).toBeGreaterThan(10);
    expect(measureCommand(state, words)).not.toMatch(/--(range|granularity|rounding)/);
    expect(inWords(state.quantizer, words)).toBe('ecsq 4 bit');
    const int = { ...state.quantizer, format: 'int' };
    expect(asked(words.formats, int)).toEqual(int);
    expect(defaults(words).quantizer.format).toBe('int');
  });
});

describe.each(books)('%s', (format) => {
  test('every experiment has its numbers, and no dash where a formula has a slot', async () => {
    for (const experiment of [staircase, noise, sixDecibels, entropy, clip]) {
      const { a } = await shown(experiment, book(format));
      const formula = formulaOf(experiment, a);
      expect(formula).not.toBe(experiment.formula);
      const slots = [...new Set([...formula.matchAll(/data-slot="([^"]+)"/g)].map(([, name]) => name!))];
      const filled = experiment.slots(scene(a));
      expect(Object.keys(filled).sort()).toEqual(slots.sort());
      expect(Object.values(filled).join(), experiment.id).not.toContain('–');
      const told = [
        experiment.describe(scene(a)),
        ...experiment.why(scene(a)),
        flatten(experiment.picture(scene(a))),
      ];
      expect(told.join(' '), experiment.id).not.toMatch(/Δ\/2|Δ²|– (Δ|steps)|½/);
      for (const { measured, predicted } of experiment.facts(scene(a)))
        expect([measured, predicted], experiment.id).not.toContain('–');
    }
  });
  test('the staircase has uneven treads, and names each weight’s own cell', async () => {
    const { a } = await shown(staircase, book(format));
    const { values, edges } = a.levels!;
    const x = values.at(-2)! + 1e-6;
    const probe = (_: 'a' | 'b', at: number) => engine.probe(book(format), at);
    const now = scene(a, { cursor: x, probe });
    const { quantized } = engine.probe(book(format), x);
    const [becomes, error] = staircase.facts(now);
    expect(Number(becomes!.measured)).toBeCloseTo(quantized, 3);
    const reach = Math.max(edges.at(-2)! - quantized, quantized - edges.at(-3)!);
    expect(Number(error!.predicted!.replace('|n| ≤ ', ''))).toBeCloseTo(reach, 3);
    const outside = scene(a, { cursor: values.at(-1)! + 1 });
    expect(staircase.facts(outside)[1]).toMatchObject({ predicted: undefined });
    expect(staircase.slots(outside).to).toBe('∞');
    const drawn = flatten(staircase.picture(now));
    expect(drawn).toContain(`${values.length} levels`);
    expect(drawn).not.toContain('no staircase');
  });
  test('points stand at the bits of their reports, and a drag stops where the format does', async () => {
    for (const experiment of [sixDecibels, entropy]) {
      const now = await shown(experiment, book(format, { bits: 8 }));
      expect(experiment.table(now).rows.length).toBeGreaterThanOrEqual(8);
      expect(now.a.sweep!.map(({ quantizer: { bits } }) => bits)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      // The last width compares with the one below it.
      if (experiment === sixDecibels) expect(experiment.facts(now)[3]!.label).toBe('From 7 to 8 bit');
    }
  });
  test('the noise is counted in mean steps, without walls', async () => {
    const now = await shown(noise, book(format));
    const drawn = flatten(noise.picture(now));
    expect(drawn).toContain('in mean steps');
    expect(drawn).not.toContain('n/Δ');
    expect(noise.table(now).columns[0]).toBe('n from');
    const { variance } = now.a.report.noise;
    const facts = noise.facts(now);
    expect(Number(facts[0]!.measured)).toBeCloseTo(variance!, 4);
    expect(Number(facts[2]!.measured)).toBeCloseTo(now.a.report.noise.max_error!, 3);
  });
});
