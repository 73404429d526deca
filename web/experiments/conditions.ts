/** Why a prediction fails on these weights: each condition in words, with its number. */
import { count, fixed, percent, significant } from '../components/format';
import { entropyMiss, finiteCount, sentences } from '../components/conditions';
import type { Analysis, Condition, Report } from '../core/report';
import { anySignal } from '../core/rounding';
import { isVector } from './codebook';
import { noiseLaw, reachName } from './law';

export { finiteCount };

// What breaks a prediction that supposes weights spread within their cells.
const UNSPREAD: Condition[] = ['few_levels', 'atoms', 'correlated', 'uneven'];

// What breaks the prediction of H alone.
const OF_ENTROPY: Condition[] = ['few_per_level', 'steep'];

/** The report with the conditions that concern its noise: some dither makes it the same for any signal. */
export function noiseOf(report: Report): Report {
  const { prediction, quantizer } = report;
  const foreign = anySignal(quantizer.rounding) ? [...OF_ENTROPY, ...UNSPREAD] : OF_ENTROPY;
  const conditions = prediction.conditions.filter((name) => !foreign.includes(name));
  return { ...report, prediction: { ...prediction, conditions } };
}
export const ofNoise = (analysis: Analysis): Analysis => ({ ...analysis, report: noiseOf(analysis.report) });

/** The condition's word and its number, to stand on a mark; the word alone where there is less room. */
export const markText = (report: Report): string[][] =>
  sentences(report).map(({ word, text }) => [`${word}: ${text.replace(/\.$/, '')}`, word]);

/** A sentence that names the condition, its number and what it does to the prediction. */
function sentence(name: Condition, analysis: Analysis): string {
  const { report } = analysis;
  const { noise, quantizer, entropy, tensor } = report;
  const limit = reachName(noiseLaw(report));
  switch (name) {
    case 'overload': {
      const share = noise.mse && noise.overload_mse !== null ? noise.overload_mse / noise.mse : null;
      const parts = [
        noise.bound_in_steps === null ? [] : `${limit} does not bound their error`,
        // Under a transform nothing tells their part of the noise.
        share === null ? [] : `they carry ${percent(share)} of the noise power`,
      ].flat();
      const where = `Overload: ${percent(noise.overload)} of the weights lie beyond the range, where no level can follow them`;
      return `${[where, parts.join(', and ')].filter(Boolean).join('; ')}.`;
    }
    case 'few_levels':
      return (
        `Few levels: the codes carry H = ${fixed(entropy.bits, 3)} bit, ` +
        (isVector(analysis)
          ? ''
          : `${count(entropy.occupied_levels)} of ${count(quantizer.levels)} levels are in use, `) +
        'and within a cell the weights are not spread evenly, as the prediction supposes.'
      );
    case 'few_weights':
      return `Few weights: ${count(finiteCount(report))} have no density to speak of, and a prediction is about many.`;
    case 'atoms': {
      const tallest = analysis.noise ? Math.max(...analysis.noise.counts) / finiteCount(report) : null;
      const number = tallest === null ? '' : ` (${percent(tallest)} of the errors fall in one bin)`;
      return `Atoms: many weights are exactly equal${number}; they have no density, so ${noise.bound_in_steps === null ? 'no prediction holds' : 'h − log₂ Δ and Δ²/12 do not hold'}.`;
    }
    case 'correlated':
      return `The noise follows the signal: their correlation is ${fixed(noise.correlation, 3)}, while the prediction supposes 0.`;
    case 'float32':
      return (
        'Float32 runs out of digits: rounding kΔ to float32 adds an error of its own; the largest inside the range is ' +
        `${significant(noise.granular_max_error_in_steps, 5)} Δ against ${fixed(noise.bound_in_steps, 1)}.`
      );
    case 'uneven':
      return (
        'Uneven cells: within a cell the weights are not spread evenly, as the prediction supposes; ' +
        `their noise power is ${significant((noise.mse ?? 0) / (report.prediction.mse ?? 1), 3)} × the predicted.`
      );
    case 'lost':
      return quantizer.overflow === 'infinity'
        ? `Lost weights: ${count(noise.lost)} lie half a step or more beyond the largest value and become ∞ or no number at all, so the noise has no mean. A wider range would keep them, and so would saturation.`
        : `Lost weights: a block’s scale is a float16, at most 65504, and these weights ask for a larger one; ${count(noise.lost)} of them are lost, so the noise has no mean.`;
    case 'few_per_level':
      return (
        `Few weights a level: ${count(finiteCount(report))} weights in ${count(entropy.occupied_levels)} codes cannot show how often each occurs, ` +
        `and their entropy, at most log₂ of their number, falls short: H is ${entropyMiss(report)} from its prediction.`
      );
    case 'steep':
      return `Steep density: it changes within a cell, where the prediction supposes it even; H is ${entropyMiss(report)} from its prediction.`;
    case 'nonfinite':
      return `${count(tensor.nonfinite ?? 0)} of ${count(tensor.count)} weights are NaN or infinite; every number here is of the others.`;
    case 'constant':
      return `Every weight equals ${significant(tensor.min)}: there is no spread to quantize, and nothing to predict.`;
    case 'empty':
      return 'There are no finite weights, so there is nothing to measure.';
  }
}

/** The sentences for every condition that fails, the gravest first. */
export const failures = (analysis: Analysis): string[] =>
  analysis.report.prediction.conditions.map((name) => sentence(name, analysis));
