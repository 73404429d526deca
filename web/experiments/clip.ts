/** Where to clip: a narrow range overloads its outer weights, a wide one makes the step coarse for all. */
import { count, fixed, percent, signed, significant } from '../components/format';
import type { Analysis, Measured, Report } from '../core/report';
import { byLevels, isCodebook, isVector } from './codebook';
import codebookFormula from './clip-codebook.tex?mathml';
import formula from './clip.tex?mathml';
import {
  curveOf,
  leastOf,
  lossDb,
  onCurve,
  outlierShare,
  pointsOf,
  rangeOf,
  RULES,
  rulesOf,
  scanOf,
  type Rule,
} from './clip-curve';
import { noCurve, picture } from './clip-picture';
import { isRandom } from '../core/rounding';
import type { Experiment, Fact, Scene } from './experiment';
import { squaresOf, stepOf } from './law';
import { snrText } from './sweep';

const granularOf = ({ report: { noise } }: Analysis): Measured =>
  noise.mse === null || noise.overload_mse === null ? null : Math.max(0, noise.mse - noise.overload_mse);

/** The law of the step, Δ²/12; a codebook has no step. */
const byStep = (report: Report): Measured => (report.quantizer.step === null ? null : report.prediction.mse);

function facts({ a, b }: Scene): Fact[] {
  const rules = (analysis: Analysis) => (scanOf(analysis).length ? rulesOf(analysis) : []);
  const least = leastOf(a);
  const { noise } = a.report;
  const range = scanOf(a).length ? rangeOf(a.report) : null;
  const rulesB = b ? rules(b) : [];
  return [
    {
      label: range ? `Present range, r = ${significant(range, 3)}` : 'Present quantizer, without a range',
      measured: snrText(a.report),
      b: b ? snrText(b.report) : undefined,
      note: onCurve(a) ? undefined : 'not a point of the curve: see beside',
    },
    ...rules(a).map(({ name, range: r, report, mse }): Fact => {
      const other = rulesB.find((rule) => rule.name === name);
      const loss = least ? lossDb(mse, least.mse) : 0;
      return {
        label: `${name}, r = ${significant(r, 3)}`,
        measured: snrText(report),
        b: b ? (other ? snrText(other.report) : '–') : undefined,
        note: loss < 0.005 ? 'the least noise of any range' : `${signed(-loss, 2)} dB from the best`,
      };
    }),
    // Without a range the noise has no such parts.
    ...(noise.overload_mse === null
      ? []
      : [
          {
            label: 'Granular noise',
            measured: significant(granularOf(a)),
            predicted: isCodebook(a) ? undefined : significant(byStep(a.report)),
            b: b ? significant(granularOf(b)) : undefined,
          },
          {
            label: 'Overload noise',
            measured: significant(noise.overload_mse),
            b: b ? significant(b.report.noise.overload_mse) : undefined,
            note: noise.overload ? `of ${percent(noise.overload)} of the weights` : undefined,
          },
        ]),
  ];
}

/** What is drawn where the present quantizer is not a point of its curve. */
function aside({ a }: Scene): string[] {
  const { granularity, rounding, scales, transform } = a.report.quantizer;
  if (transform !== 'none')
    return [
      'The curve is of one scale and the weights as they are; the circle is the present quantizer, under its transform.',
    ];
  if (isRandom(rounding))
    return [
      'This rounding draws for every weight, so the curve is of round to nearest; the circle is what was measured.',
    ];
  if (granularity !== 'tensor')
    return [
      `The curve is of one scale for the whole tensor. The circle is the present quantizer with ${count(scales)} scales, at the widest of their ranges.`,
    ];
  return [];
}

/** What the range does to the noise on these weights. */
function outline(a: Analysis, best: Rule, absmax: Rule): string {
  const ratio = absmax.range / best.range;
  const share = outlierShare(a);
  const { rms } = a.report.tensor;
  if (ratio > 4 && rms && absmax.range > 8 * rms)
    return (
      `An outlier owns the range: under absmax r is ${fixed(ratio, 1)} times that of the least noise, and the levels stand as many times further apart for every weight. ` +
      `Clipping ${percent(best.report.noise.overload)} of the weights buys ${fixed(lossDb(absmax.mse, best.mse), 1)} dB.`
    );
  if (share > 0.05)
    return (
      `The largest weight alone carries ${percent(share)} of the signal’s power: clipping it costs more than the coarse step that it forces on all others. ` +
      'One scale cannot serve both; scales of channels or groups can.'
    );
  if (isCodebook(a))
    return 'The levels spread with the range: the granular noise of even ones grows as r², that of a float’s, which crowd about zero, hardly at all. Beyond r all the error is overload.';
  if (absmax.report.prediction.conditions.includes('few_levels'))
    return 'Δ is proportional to r: a wider range rounds every weight more coarsely, until only the innermost levels are in use and Δ²/12 does not tell the noise any more.';
  return 'Δ is proportional to r, so granular noise falls as r²: half the range, a quarter of it, −6.02 dB. The overload noise of the weights beyond r rises meanwhile.';
}

/** A difference that is no more than a trifle. */
const TRIFLE_DB = 0.05;

function why(scene: Scene): string[] {
  const { a } = scene;
  const rules = rulesOf(a);
  const best = rules.find(({ name }) => name === 'mse');
  const absmax = rules.find(({ name }) => name === 'absmax');
  const range = rangeOf(a.report);
  const { mse } = a.report.noise;
  if (scanOf(a).length === 0) return [noCurve(scene)];
  const sentences = aside(scene);
  if (a.report.noise.lost)
    sentences.push(
      'Under the present range weights are lost, and with them the noise: the curve begins where none is.',
    );
  if (!best || !absmax)
    return [...sentences, 'A rule leaves no noise at all here: nothing is gained by clipping.'];
  sentences.push(outline(a, best, absmax));
  const buys = lossDb(absmax.mse, best.mse);
  sentences.push(
    buys < TRIFLE_DB
      ? `Clipping buys nothing to speak of here: the least noise, at r = ${significant(best.range, 3)}, is ${fixed(buys, 2)} dB below that of absmax.`
      : `The two balance at r = ${significant(best.range, 3)}: there ${percent(best.report.noise.overload)} of the weights are clipped, and they carry ${percent((best.report.noise.overload_mse ?? 0) / best.mse)} of the noise.`,
  );
  if (range && mse && onCurve(a) && lossDb(mse, best.mse) > TRIFLE_DB)
    sentences.push(
      `The present range is ${range > best.range ? 'wider: its coarse step' : 'narrower: its clipping'} costs ${fixed(lossDb(mse, best.mse), 2)} dB.`,
    );
  return sentences.slice(0, 3);
}

export const clip: Experiment = {
  id: 'clip',
  title: 'Clipping',
  question: 'Where should the range end?',
  wants: (quantizer) => ({
    range_scan: { count: pointsOf(quantizer), change: curveOf(quantizer) },
    others: RULES.map((range) => ({ range, ...curveOf(quantizer) })),
  }),
  picture,
  facts,
  formula: byLevels(formula, codebookFormula),
  why,
  describe(scene) {
    const { a } = scene;
    const least = leastOf(a);
    if (scanOf(a).length === 0 || !least) return noCurve(scene);
    const rules = rulesOf(a).map(
      ({ name, range, report }) => `${name} at r = ${significant(range, 3)}, ${snrText(report)}`,
    );
    return (
      `Noise power against the range, with its granular and overload parts. The least noise is at r = ${significant(least.range, 3)}. ` +
      `The present range is ${significant(rangeOf(a.report), 3)}: SNR ${snrText(a.report)}. By rule: ${rules.join('; ')}.`
    );
  },
  slots({ a }): Record<string, string> {
    if (isVector(a)) return {};
    if (isCodebook(a))
      return { mse: significant(a.report.noise.mse), cells: significant(a.report.prediction.mse) };
    const { noise } = a.report;
    // Under a transform the noise is not told apart.
    if (noise.overload_mse === null) return {};
    return {
      granular: significant(granularOf(a)),
      overload: significant(noise.overload_mse),
      mse: significant(noise.mse),
      divisor: squaresOf(a),
      predicted: significant(byStep(a.report)),
      step: significant(stepOf(a.report)),
      range: significant(scanOf(a).length ? rangeOf(a.report) : null),
    };
  },
  table({ a, b }) {
    const ofB = (range: number) => {
      const point = scanOf(b).find((other) => other.range === range);
      return [point?.mse ?? null, point?.snr_db ?? null];
    };
    return {
      caption: `Noise of every range, one scale, ${count(a.report.tensor.count)} weights`,
      columns: [
        'range r',
        'mean n²',
        'granular',
        'overload',
        'SNR, dB',
        ...(b ? ['mean n² of B', 'SNR of B, dB'] : []),
      ],
      rows: scanOf(a).map((point) => [
        point.range,
        point.mse,
        point.granular_mse,
        point.overload_mse,
        point.snr_db,
        ...(b ? ofB(point.range) : []),
      ]),
    };
  },
};
