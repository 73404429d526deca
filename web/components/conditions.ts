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
    text: `${count(entropy.occupied_levels)} of ${count(quantizer.levels)} occupied: too coarse for uniform noise.`,
  }),
  atoms: ({ tensor }) => ({
    word: 'Repeated weights',
    text: `values recur among the ${count(tensor.count)}: h − log₂ Δ does not hold.`,
  }),
  correlated: ({ noise }) => ({
    word: 'Correlated',
    text: `noise follows the signal, r = ${fixed(noise.correlation, 2)}; Δ²/12 needs 0.`,
  }),
  float32: ({ quantizer }) => ({
    word: 'Float32',
    text: `Δ = ${significant(quantizer.step_min, 3)} is near float32’s own spacing.`,
  }),
  nonfinite: ({ tensor }) => ({
    word: 'Not finite',
    text: `${count(tensor.nonfinite)} weights are NaN or ∞ and left out.`,
  }),
  constant: ({ tensor }) => ({ word: 'Constant', text: `every weight is ${significant(tensor.min, 3)}.` }),
  empty: () => ({ word: 'Empty', text: 'there are 0 weights to measure.' }),
};
