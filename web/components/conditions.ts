/** The conditions under which a prediction fails, each as a short sentence with its number. */
import type { Condition, Report } from '../core/report';
import { count, fixed, percent, significant } from './format';

export interface Sentence {
  word: string;
  text: string;
}

export function sentences(report: Report): Sentence[] {
  return report.prediction.conditions.map((condition) => say[condition](report));
}

const say: Record<Condition, (report: Report) => Sentence> = {
  overload: ({ noise }) => {
    const share = noise.overload_mse !== null && noise.mse ? noise.overload_mse / noise.mse : null;
    const part = share === null ? '' : `, ${percent(share)} of the noise`;
    return { word: 'Overload', text: `${percent(noise.overload)} of the weights are clipped${part}.` };
  },
  few_levels: ({ entropy, quantizer }) => ({
    word: 'Few levels',
    text: `H = ${fixed(entropy.bits, 2)} bit: in effect fewer than 4 of ${count(quantizer.levels)} levels are used.`,
  }),
  few_weights: ({ tensor }) => ({
    word: 'Few weights',
    text: `${count(tensor.count)} are too few to speak of a density; 64 are the least.`,
  }),
  atoms: ({ entropy }) => ({
    word: 'Repeated weights',
    text:
      entropy.differential_bits === null
        ? 'so many values recur that h has no estimate.'
        : 'over 1 % of the weights share one value, which no density allows.',
  }),
  correlated: ({ noise }) => ({
    word: 'Correlated',
    text: `noise follows the signal, r = ${fixed(noise.correlation, 2)}, where 0 is supposed.`,
  }),
  float32: ({ quantizer }) => ({
    word: 'Float32',
    text: `Δ = ${significant(quantizer.step_min, 3)} is near float32’s own spacing.`,
  }),
  nonfinite: ({ tensor }) => ({
    word: 'Not finite',
    text: `${count(tensor.nonfinite ?? 0)} weights are NaN or ∞ and left out.`,
  }),
  constant: ({ tensor }) => ({ word: 'Constant', text: `every weight is ${significant(tensor.min, 3)}.` }),
  empty: () => ({ word: 'Empty', text: 'there are 0 weights to measure.' }),
};
