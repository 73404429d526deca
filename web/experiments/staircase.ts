/** The staircase: a weight becomes the level of its cell, and what it loses is bounded by the cell. */
import { count, dash, fixed, percent, significant } from '../components/format';
import type { Analysis } from '../core/report';
import { anySignal, isSubtractive } from '../core/rounding';
import { byLevels, gaps, isCodebook, isVector, reaches } from './codebook';
import { shares } from './codes';
import { failures, finiteCount } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import { noiseLaw } from './law';
import formula from './staircase.tex?mathml';
import codebookFormula from './staircase-codebook.tex?mathml';
import { picture } from './staircase-picture';
import {
  asStored,
  drawable,
  hasBooks,
  inSteps,
  name,
  near,
  noLevels,
  offset,
  readingOf,
  stepIn,
  unit,
  valueText,
  weightOf,
  type Drawable,
} from './stairs';
import { cellOf, endsOf, type Reading } from './treads';
import { withUnit } from './unit';

// A share from which one cell says more about the quantizer than all the others.
const MOST_IN_ONE_CELL = 0.8;

/** The dragged weight through A, and through B where both are drawn. */
function readings(
  scene: Scene,
): { x: number; a: Reading; b: Reading | null; bound: string | undefined } | null {
  const { a, b } = scene;
  if (!drawable(a)) return null;
  const x = weightOf(scene, a);
  const beside = drawable(b) && unit(a) === unit(b) ? b : null;
  return {
    x,
    bound: boundText(a, x),
    a: readingOf(scene, 'a', a, x),
    b: beside && readingOf(scene, 'b', beside, x),
  };
}

/** "0.5006 … 0.8078": the least and the greatest distance between neighbouring levels; one where all are equal. */
function gapText(analysis: Analysis): string {
  const { levels } = drawable(analysis) ? near(analysis) : analysis;
  const rising = levels ? gaps(levels).sort() : [];
  const [least, most] = [significant(rising[0], 3), significant(rising.at(-1), 3)];
  return (least === most ? least : `${least} … ${most}`) + unit(analysis);
}

/** How far the weight may be from its level: half a step at most, or what its own cell of a codebook allows. */
function boundText(a: Drawable, x: number): string | undefined {
  const [low, high] = endsOf(a.levels);
  if (x < low || x >= high) return undefined;
  const reach = isCodebook(a)
    ? reaches(a.levels)[cellOf(a.levels, x)]!
    : a.report.noise.bound_in_steps! * stepIn(a);
  return Number.isFinite(reach) ? `|n| ≤ ${significant(reach, isCodebook(a) ? 4 : 3)}${unit(a)}` : undefined;
}

function facts(scene: Scene): Fact[] {
  const { a, b } = scene;
  const book = isCodebook(a);
  const now = readings(scene);
  const u = unit(a);
  const of = (analysis: Analysis) => {
    const { quantizer, noise } = analysis.report;
    const overload = percent(noise.overload);
    if (isCodebook(analysis))
      return { step: gapText(analysis), largest: significant(noise.max_error), overload };
    return {
      step:
        quantizer.scales > 1
          ? `${significant(quantizer.step_min, 3)} … ${significant(quantizer.step, 3)}`
          : significant(quantizer.step),
      largest: withUnit(fixed(noise.granular_max_error_in_steps, 4), 'Δ'),
      overload,
    };
  };
  if (isVector(a))
    return [
      {
        label: 'Step Δ',
        measured: significant(a.report.quantizer.step),
        note: 'one point for each cube of edge Δ',
      },
      {
        label: 'Largest |n|',
        measured: significant(a.report.noise.max_error),
        b: b ? significant(b.report.noise.max_error) : undefined,
      },
    ];
  const own = of(a);
  const other = b && of(b);
  const bound = fixed(a.report.noise.bound_in_steps, 1);
  const { scales } = a.report.quantizer;
  return [
    ...(now
      ? [
          {
            label: `The weight ${significant(now.x)}${u} becomes`,
            measured: valueText(now.a.quantized) + u,
            b: b ? (now.b ? valueText(now.b.quantized) + u : dash) : undefined,
            note: b && !now.b ? 'A and B do not share an axis: one counts in steps or scales' : undefined,
          },
          {
            label: 'Its error n',
            measured: valueText(now.a.noise) + u,
            predicted: now.bound,
            b: b ? (now.b ? valueText(now.b.noise) + u : dash) : undefined,
            note: !Number.isFinite(now.a.quantized)
              ? 'beyond the largest value: the weight is lost'
              : now.bound === undefined
                ? 'the outer cell has no end, so nothing bounds it'
                : undefined,
          },
        ]
      : []),
    {
      label: book ? 'From level to level' : 'Step Δ',
      measured: own.step,
      b: other?.step,
      note:
        scales > 1
          ? `${count(scales)} ${hasBooks(a) ? 'codebooks, here on average' : book ? 'scales s' : 'scales, each with its own step'}`
          : book
            ? 'no common step'
            : undefined,
    },
    {
      label: book ? 'Largest |n|' : 'Largest |n| inside the range',
      measured: own.largest,
      predicted: a.report.noise.bound === null ? undefined : `≤ ${bound} Δ`,
      b: other?.largest,
      note: book
        ? `no common step, so no common bound${inSteps(a) ? '; in the weights’ own unit' : ''}`
        : undefined,
    },
    ...(book ? [] : [{ label: 'Weights beyond the range', measured: own.overload, b: other?.overload }]),
  ];
}

function why(scene: Scene): string[] {
  const { report, levels } = scene.a;
  const { quantizer, noise, prediction } = report;
  const largest = `The largest measured here is ${fixed(noise.granular_max_error_in_steps, 4)} Δ.`;
  const sentences: string[] = [];
  const { a } = scene;
  const book = isCodebook(a);
  const several =
    quantizer.scales > 1 ? `There are ${count(quantizer.scales)} scales` : 'The levels are under a scale';
  if (isVector(a))
    return [
      noLevels(a),
      'The weights move together: where one ends depends on its neighbours, and no one code stands for it. What is gained is in the noise: its cells are nearer to balls than cubes are.',
    ];
  if (book && inSteps(a)) {
    sentences.push(
      `${several}, so the picture counts in them: ${offset(a) ? 'one unit is the scale s of the weight, counted from its offset m.' : 'one unit is the scale s of the weight itself.'}`,
    );
  } else if (inSteps(a)) {
    sentences.push(
      `${several}, so the picture counts in steps: one unit is a Δ between ` +
        `${significant(quantizer.step_min, 3)} and ${significant(quantizer.step, 3)}, whichever the weight’s scale has.`,
    );
  }
  if (hasBooks(a))
    sentences.push(
      `Each of ${count(quantizer.scales)} groups has a codebook of its own; the levels drawn are where theirs stand on average.`,
    );
  if (!asStored(a) && quantizer.transform !== 'none')
    sentences.push(
      'The quantizer sees the weights after the transform, and so does this picture; it is undone after.',
    );
  const law = noiseLaw(report);
  if (book) {
    sentences.push(
      a.format?.entropy_coded
        ? 'Every weight becomes the level that is cheapest in noise plus λ times the bits of its code: an often used level reaches further than halfway, and a rare one less.'
        : a.format?.designed
          ? 'Every weight becomes the nearest level, and every level is the mean of its cell: narrow cells where the weights are dense, wide ones where they are few.'
          : `Every weight becomes the nearest level. The levels are the format’s own, ${gapText(a)} apart, whatever the weights are like.`,
      a.levels?.beyond !== undefined
        ? `The outer cells end half a step beyond the largest value: what lies beyond them is lost${noise.lost ? `, here ${count(noise.lost)} weights` : ''}.`
        : `There is no bound common to the weights: a weight of an outer cell can be any distance from its level. The largest |n| measured here is ${significant(noise.max_error)}.`,
    );
  } else if (law.shape === 'triangular') {
    sentences.push(
      `Between two levels the weight takes either, the nearer one more often: on average it keeps its value, and its error may reach Δ. ${largest}`,
    );
  } else if (anySignal(quantizer.rounding)) {
    sentences.push(
      isSubtractive(quantizer.rounding)
        ? `The treads are those of round to nearest. A dither moves the weight before it is rounded and is taken off Q again, so the weight ends anywhere within Δ/2 of itself. ${largest}`
        : `A dither moves the weight by up to a step before it is rounded, so it takes one of the levels within 3Δ/2 by chance, and keeps its value on average. ${largest}`,
    );
  } else if (law.low === 0) {
    sentences.push(`Floor always takes the level below, so the error runs from 0 to Δ. ${largest}`);
  } else {
    sentences.push(
      `Every weight of a cell becomes the level in its middle, so it moves by half a cell at most: |n| ≤ Δ/2. ${largest}`,
    );
  }
  if (levels?.values.length === 2)
    sentences.push('One bit keeps two levels: all that is left of a weight is its sign.');
  const crowd = crowded(scene.a);
  if (crowd) sentences.push(crowd);
  // These are about many weights; the picture is about one.
  const aside = ['correlated', 'few_levels', 'few_per_level', 'steep'];
  return [
    ...sentences,
    ...failures(scene.a).filter((_, i) => !aside.includes(prediction.conditions[i]!)),
  ].slice(0, 3);
}

/** When most weights share one level: how far a few stretch the range, and with it the step. */
function crowded(analysis: Analysis): string | null {
  const { quantizer, tensor } = analysis.report;
  if (
    !drawable(analysis) ||
    inSteps(analysis) ||
    isCodebook(analysis) ||
    analysis.levels.values.length < 3 ||
    !tensor.std
  )
    return null;
  const { p, top } = shares(analysis.levels);
  if (p[top]! < MOST_IN_ONE_CELL) return null;
  const widths = (value: number) => significant(value / tensor.std!, 3);
  return (
    `${percent(p[top])} of the weights share the level ${significant(analysis.levels.values[top], 3)}: the range reaches ` +
    `${widths(Math.max(-quantizer.range_low!, quantizer.range_high!))} standard deviations, so a step is ${widths(quantizer.step!)} of them wide.`
  );
}

export const staircase: Experiment = {
  id: 'staircase',
  title: 'Staircase',
  question: 'What does rounding do to one weight?',
  wants: () => ({ weights: true, levels: true }),
  picture,
  facts,
  formula: byLevels(formula, codebookFormula),
  why,
  describe(scene) {
    const { a } = scene;
    const now = readings(scene);
    if (!now || !drawable(a))
      return isVector(a)
        ? noLevels(a)
        : 'Staircase of the quantizer: there are no levels apart from each other to draw.';
    const { noise, quantizer } = a.report;
    const u = unit(a);
    const book = isCodebook(a);
    const scale = book
      ? `${gapText(a)} apart`
      : inSteps(a)
        ? `${count(quantizer.scales)} scales, counted in steps`
        : `step ${significant(quantizer.step)}`;
    return (
      `Staircase of ${name(a)}: ${count(a.levels.values.length)} levels, ${scale}. ` +
      `The weight ${significant(now.x)}${u} becomes code ${fixed(now.a.code, 0)}, ${valueText(now.a.quantized)}${u}; its error is ${valueText(now.a.noise)}${u}. ` +
      (book
        ? `Largest error ${significant(noise.max_error)}; a codebook has no common bound.`
        : `Largest error inside the range ${fixed(noise.granular_max_error_in_steps, 4)} steps${noise.bound === null ? '' : `, bound ${fixed(noise.bound_in_steps, 1)}`}.`)
    );
  },
  slots(scene): Record<string, string> {
    const { a } = scene;
    const now = readings(scene);
    if (!now) return {};
    const u = unit(a);
    const { noise, quantized } = now.a;
    const own = {
      x: significant(now.x) + u,
      q: quantized < 0 ? `(${valueText(quantized)}${u})` : valueText(quantized) + u,
      n: valueText(noise) + u,
    };
    if (isCodebook(a)) {
      const { edges } = a.levels!;
      const cell = cellOf(a.levels!, now.x);
      const [low, high] = endsOf(a.levels!);
      if (now.x < low) return { ...own, from: '−∞', to: edgeText(low) };
      if (now.x >= high) return { ...own, from: edgeText(high), to: '∞' };
      return { ...own, from: edgeText(edges[cell]!), to: edgeText(edges[cell + 1]!) };
    }
    return {
      ...own,
      share: fixed(Math.abs(noise) / stepIn(a), 3),
      relation: Math.abs(noise) <= a.report.noise.bound_in_steps! * stepIn(a) * (1 + 2 ** -20) ? '≤' : '>',
      bound: fixed(a.report.noise.bound_in_steps, 1),
    };
  },
  table(scene) {
    const { a } = scene;
    const { levels, report } = a;
    const total = finiteCount(report);
    const now = readings(scene);
    const here = levels && now ? cellOf(levels, now.x) : -1;
    return {
      caption: `The cells of ${name(a)}${inSteps(a) ? `, in ${isCodebook(a) ? 'scales' : 'steps'}` : ''}`,
      columns: ['code k', 'from x', 'to x', 'Q(x)', 'weights', 'share', 'dragged weight'],
      rows: Array.from(levels?.codes ?? [], (code, i) => [
        code,
        finite(levels!.edges[i]!),
        finite(levels!.edges[i + 1]!),
        levels!.values[i]!,
        levels!.counts[i]!,
        total ? levels!.counts[i]! / total : null,
        i === here ? now!.x : null,
      ]),
    };
  },
};

const edgeText = (value: number): string =>
  Number.isFinite(value) ? significant(value) : value < 0 ? '−∞' : '∞';

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
