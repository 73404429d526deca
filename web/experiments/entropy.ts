/** Entropy: how often each level is used, what the codes therefore carry, and what they could. */
import { bytes, count, fixed, percent, signed } from '../components/format';
import type { Analysis } from '../core/report';
import { byLevels, isCodebook, isVector } from './codebook';
import { capacity, roomOf, shares } from './codes';
import { failures } from './conditions';
import formula from './entropy.tex?mathml';
import codebookFormula from './entropy-codebook.tex?mathml';
import { picture } from './entropy-picture';
import type { Experiment, Fact, Scene } from './experiment';
import { hasBooks } from './stairs';
import { widthsAsked } from './sweep';
import { withUnit } from './unit';

function facts({ a, b }: Scene): Fact[] {
  const { entropy, prediction, quantizer } = a.report;
  const own = capacity(a.report, isVector(a));
  const other = b && capacity(b.report, isVector(b));
  const few = (analysis: Analysis) => {
    const { entropy, quantizer } = analysis.report;
    return isVector(analysis) ? '–' : `${count(entropy.occupied_levels)} of ${count(quantizer.levels)}`;
  };
  const h: Fact = {
    label: 'Differential entropy h of the weights',
    measured: withUnit(signed(entropy.differential_bits, 3), 'bit'),
    note: entropy.differential_bits === null ? 'they have no density' : undefined,
  };
  return [
    {
      label: 'Entropy H of the codes',
      measured: withUnit(fixed(entropy.bits, 3), 'bit'),
      predicted: withUnit(fixed(prediction.entropy_bits, 3), 'bit'),
      b: b ? withUnit(fixed(b.report.entropy.bits, 3), 'bit') : undefined,
      note:
        prediction.entropy_bits !== null
          ? undefined
          : hasBooks(a)
            ? 'every codebook has cells of its own'
            : 'the weights have no density to take h of',
    },
    h,
    {
      label: 'Levels in use',
      measured: few(a),
      b: b ? few(b) : undefined,
      note: isVector(a) ? 'of a vector, whose coordinates are counted one after another' : undefined,
    },
    {
      label: 'The codes carry',
      measured: bytes(own.carried),
      b: b ? bytes(other?.carried) : undefined,
      note: `of ${bytes(own.states)} that ${isVector(a) ? 'codes of one length take' : `${count(quantizer.levels)} levels could hold`}`,
    },
  ];
}

export const entropy: Experiment = {
  id: 'entropy',
  title: 'Entropy',
  question: 'How much do the codes really carry?',
  tall: true,
  wants: (quantizer) => ({ levels: true, sweep: widthsAsked(quantizer) }),
  picture,
  describe({ a }) {
    const { states, carried } = capacity(a.report, isVector(a));
    const shown = isVector(a)
      ? 'The entropy of the codes against bits'
      : `Shares of the ${count(a.report.quantizer.levels)} codes, and their entropy against bits`;
    return (
      `${shown}. At ${a.report.quantizer.bits} bit H is ` +
      `${fixed(a.report.entropy.bits, 3)} bits a weight, predicted ${fixed(a.report.prediction.entropy_bits, 3)}. ` +
      `The codes could hold ${bytes(states)} and carry ${bytes(carried)}.`
    );
  },
  facts,
  formula: byLevels(formula, codebookFormula),
  slots({ a }): Record<string, string> {
    if (hasBooks(a)) return {};
    const { entropy: measured, prediction, quantizer } = a.report;
    const step = quantizer.step;
    return {
      h: fixed(measured.differential_bits, 3),
      logstep:
        (!isCodebook(a) && (step === null || step <= 0)) ||
        measured.differential_bits === null ||
        prediction.entropy_bits === null
          ? '–'
          : bracketed(measured.differential_bits - prediction.entropy_bits),
      predicted: fixed(prediction.entropy_bits, 3),
      measured: fixed(measured.bits, 3),
    };
  },
  why({ a }) {
    const { entropy: measured, quantizer } = a.report;
    const { states, carried } = capacity(a.report, isVector(a));
    const idle = carried === null || !states ? null : 1 - carried / states;
    const room = `could tell ${fixed(roomOf(a.report, isVector(a)), 2)} bits`;
    const sentences = [
      (isVector(a)
        ? `A vector’s points ${room} a weight; told coordinate by coordinate, each by what those before it leave open, they tell ${fixed(measured.bits, 2)}`
        : `A code of ${count(quantizer.levels)} levels ${room}; used as unevenly as here it tells ${fixed(measured.bits, 2)}`) +
        (idle === null
          ? '.'
          : a.format?.entropy_coded
            ? `, and no more is stored: these codes are entropy-coded, which saves ${percent(idle)} of them.`
            : `, so an ideal coder would save ${percent(idle)} of them.`),
    ];
    const failing = failures(a);
    if (quantizer.scales > 1)
      sentences.push(
        `With ${count(quantizer.scales)} scales the codes are of x over each weight’s own: what is taken from h stands for all of them, and the weights that set a scale have an end’s code to themselves.`,
      );
    else if (!failing.length)
      sentences.push(
        isCodebook(a)
          ? 'Cells half as wide split every choice in two nearly even ones, and each is one bit: H is h less the mean log₂ of the widths, weighed by how often each cell is used.'
          : isVector(a)
            ? 'Half the step makes 2ⁿ cells of one in n dimensions, a bit more for each of n weights: H grows by one with every bit, at a fixed distance h − log₂ Δ.'
            : 'Half the step splits every cell in two nearly even ones, and each such choice is one bit: H grows by one with every bit, at a fixed distance h − log₂ Δ.',
      );
    return [...sentences, ...failing].slice(0, 3);
  },
  table({ a }) {
    const p = a.levels ? shares(a.levels).p : [];
    return {
      caption: 'How often each code occurs',
      columns: ['code k', 'Q(x)', 'weights', 'share', 'information −log₂ p, bits'],
      rows: Array.from(p, (share, i) => {
        const { codes, values, counts } = a.levels!;
        return [codes[i]!, values[i]!, counts[i]!, share, share ? -Math.log2(share) : null];
      }),
    };
  },
};

const bracketed = (value: number): string => (value < 0 ? `(${fixed(value, 3)})` : fixed(value, 3));
