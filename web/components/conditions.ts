/** The conditions under which a prediction fails, each as a short sentence with its number. */
import type { Condition, Report } from '../core/report';
import { count, fixed, percent, significant } from './format';

export interface Sentence {
  word: string;
  text: string;
}

/** How many weights the measures are of. */
export const finiteCount = ({ tensor }: Report): number => tensor.count - (tensor.nonfinite ?? 0);

/** How far H is from its prediction, in words. */
export const entropyMiss = ({ entropy, prediction }: Report): string =>
  `${fixed(Math.abs((entropy.bits ?? 0) - (prediction.entropy_bits ?? 0)), 2)} bit`;

export function sentences(report: Report): Sentence[] {
  return report.prediction.conditions.map((condition) => say[condition](report));
}

const say: Record<Condition, (report: Report) => Sentence> = {
  overload: ({ noise }) => {
    const share = noise.overload_mse !== null && noise.mse ? noise.overload_mse / noise.mse : null;
    const part = share === null ? '' : `, ${percent(share)} of the noise`;
    return { word: 'Overload', text: `${percent(noise.overload)} of the weights${part}.` };
  },
  few_levels: ({ entropy }) => ({
    word: 'Few levels',
    text: `H = ${fixed(entropy.bits, 2)} bit, worth fewer than 4 levels.`,
  }),
  few_weights: ({ tensor }) => ({
    word: 'Few weights',
    text: `${count(tensor.count)} are too few for a density; it takes 64.`,
  }),
  atoms: ({ entropy }) => ({
    word: 'Repeated weights',
    text:
      entropy.differential_bits === null ? 'so many that h has no estimate.' : 'over 1 % share one value.',
  }),
  correlated: ({ noise }) => ({
    word: 'Correlated',
    text: `noise follows signal, r = ${fixed(noise.correlation, 2)}, not 0.`,
  }),
  float32: ({ quantizer }) => ({
    word: 'Float32',
    text: `Δ = ${significant(quantizer.step_min, 3)} nears its spacing.`,
  }),
  uneven: ({ noise, prediction }) => ({
    word: 'Uneven cells',
    text: `the noise is ${significant((noise.mse ?? 0) / (prediction.mse ?? 1), 3)} × what even cells would make.`,
  }),
  lost: ({ noise, quantizer }) => ({
    word: 'Lost weights',
    text: `${count(noise.lost)}, ${quantizer.overflow === 'infinity' ? 'beyond the largest value' : 'in blocks whose scale is beyond float16'}.`,
  }),
  few_per_level: (report) => ({
    word: 'Few weights a level',
    text: `${count(finiteCount(report))} in ${count(report.entropy.occupied_levels)} codes; H is ${entropyMiss(report)} off.`,
  }),
  steep: (report) => ({
    word: 'Steep density',
    text: `it changes within a cell; H is ${entropyMiss(report)} off.`,
  }),
  nonfinite: ({ tensor }) => ({
    word: 'Not finite',
    text: `${count(tensor.nonfinite ?? 0)} weights are NaN or ∞, left out.`,
  }),
  constant: ({ tensor }) => ({ word: 'Constant', text: `every weight is ${significant(tensor.min, 3)}.` }),
  empty: () => ({ word: 'Empty', text: 'there are 0 weights to measure.' }),
};
