/** The noise: the histogram of n/Δ stands within its walls, and under fine steps it is uniform. */
import { fixed, significant } from '../components/format';
import type { Analysis } from '../core/report';
import { anySignal, isSubtractive } from '../core/rounding';
import { byLevels, isCodebook, isVector } from './codebook';
import { failures, markText, ofNoise } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import { densityAt, divisorOf, lawOf, noiseUnit, stepOf, wallName } from './law';
import formula from './noise.tex?mathml';
import codebookFormula from './noise-codebook.tex?mathml';
import { binSize, densities } from './noise-histogram';
import { picture } from './noise-picture';
import { withUnit } from './unit';

/** The law's variance in the weights' unit: Δ²/12 for nearest, summed over the scales, or a codebook's cells. */
function predictedVariance(analysis: Analysis): number | null {
  const { report } = analysis;
  if (isCodebook(analysis)) return report.prediction.mse;
  const step = stepOf(report);
  return step === null ? null : lawOf(analysis).variance * step * step;
}

/** The largest error in steps; of a codebook in the weights' unit. */
const largest = (analysis: Analysis): string => {
  const { noise } = analysis.report;
  return noise.max_error_in_steps === null
    ? significant(noise.max_error)
    : withUnit(fixed(noise.max_error_in_steps, 4), 'Δ');
};

function facts({ a, b }: Scene): Fact[] {
  const law = lawOf(a);
  const step = noiseUnit(a);
  const { noise } = a.report;
  const book = isCodebook(a);
  return [
    {
      label: 'Variance of n',
      measured: significant(noise.variance),
      predicted: significant(predictedVariance(a)),
      b: b ? significant(b.report.noise.variance) : undefined,
    },
    {
      label: 'Mean of n',
      measured: significant(noise.bias, 3),
      predicted: law.mean === 0 ? '0' : significant(step === null ? null : law.mean * step, 3),
      b: b ? significant(b.report.noise.bias, 3) : undefined,
    },
    {
      label: 'Largest |n|',
      measured: largest(a),
      predicted: noise.bound === null ? undefined : `≤ ${fixed(noise.bound_in_steps, 1)} Δ`,
      b: b ? largest(b) : undefined,
      note: book
        ? 'no common step, and so no bound for all cells'
        : noise.overload
          ? `${fixed(noise.granular_max_error_in_steps, 4)} Δ inside the range`
          : undefined,
    },
    {
      label: 'Correlation of n with x',
      measured: fixed(noise.correlation, 4),
      predicted: '0',
      b: b ? fixed(b.report.noise.correlation, 4) : undefined,
      note: noise.correlation === null ? 'one of them does not vary' : undefined,
    },
  ];
}

/** Why the noise of a dither is the same for any signal. */
const ofDither = (rounding: string): string =>
  isSubtractive(rounding)
    ? 'The dither added before rounding is taken off after it: whatever the weight, every error from −Δ/2 to Δ/2 is as likely as any other. So its variance is Δ²/12 for any signal, however coarse the steps.'
    : 'A triangular dither is two uniform draws added before rounding: whatever the weight, the error has mean 0 and variance Δ²/12 + 2·Δ²/12 = Δ²/4, for any signal and however coarse the steps. It may reach 3Δ/2.';

export const noise: Experiment = {
  id: 'noise',
  title: 'Noise',
  question: 'What does the error of many weights look like?',
  wants: () => ({ noise: true }),
  picture,
  describe({ a }) {
    const { noise: measured } = a.report;
    const law = lawOf(a);
    const against = isCodebook(a)
      ? 'Histogram of the noise in mean steps, distances between neighbouring levels, against a uniform density for each cell. '
      : isVector(a)
        ? 'Histogram of the noise in steps. '
        : `Histogram of the noise in steps against the ${law.shape} density from ${wallName(law.low)} to ${wallName(law.high)}. `;
    return (
      against +
      `Variance ${significant(measured.variance)}, predicted ${significant(predictedVariance(a))}; ` +
      `largest error ${largest(a).replace('Δ', 'steps')}; correlation with the signal ${fixed(measured.correlation, 4)}. ` +
      (ofNoise(a).report.prediction.conditions.length
        ? `The prediction is not to be trusted here: ${markText(ofNoise(a).report)
            .map(([text]) => text)
            .join('; ')}.`
        : 'The prediction holds here.')
    );
  },
  facts,
  formula: byLevels(formula, codebookFormula),
  slots({ a }): Record<string, string> {
    const variances = {
      predicted: significant(predictedVariance(a)),
      measured: significant(a.report.noise.variance),
    };
    if (isCodebook(a)) return variances;
    const law = lawOf(a);
    const step = stepOf(a.report);
    return {
      ...variances,
      divisor: divisorOf(law),
      divisor2: divisorOf(law),
      step: significant(step),
    };
  },
  why({ a }) {
    const law = lawOf(a);
    const { rounding } = a.report.quantizer;
    const book = isCodebook(a);
    const holds = book
      ? 'The cells differ in width, so there is no one Δ: within a cell of width wₖ the error is taken for uniform, with variance wₖ²/12, and the cells add up by their shares pₖ.'
      : law.shape === 'body'
        ? `A code moves several weights at once to the nearest point of a lattice. The cell around a point is a body nearer to a ball than a cube is, so the error of a weight is not uniform, and its variance is Δ²/${divisorOf(law)} in place of Δ²/12.`
        : law.shape === 'triangular'
          ? `${rounding === 'stochastic' ? 'Stochastic rounding' : 'Rounding after a uniform dither'} takes the level below or above by chance, so the error reaches a whole Δ, is zero on average for every weight, and has twice the variance.`
          : anySignal(rounding)
            ? ofDither(rounding)
            : law.low === 0
              ? 'Floor always takes the level below, so the error runs evenly from 0 to Δ: its mean is half a step, and that bias costs more than the spread.'
              : 'Steps that are small beside the spread of the weights cut it into nearly flat slices: within each cell every error from −Δ/2 to Δ/2 is as likely as any other, and the variance of that is Δ²/12.';
    const failing = failures(ofNoise(a));
    if (failing.length)
      return [
        ...failing.slice(0, 2),
        book || law.shape === 'body' || anySignal(rounding)
          ? holds
          : `Were Δ small enough: ${holds.charAt(0).toLowerCase()}${holds.slice(1)}`,
      ];
    const corr = a.report.noise.correlation;
    return [
      holds,
      corr === null || rounding === 'floor'
        ? ''
        : `The noise does not follow the signal: their correlation is ${fixed(corr, 4)}.`,
    ].filter(Boolean);
  },
  table({ a, b }) {
    const histogram = a.noise;
    const size = histogram ? binSize(histogram) : 0;
    const density = histogram ? densities(histogram) : [];
    const densityB = b?.noise ? densities(b.noise) : null;
    // B's bins may begin elsewhere.
    const shift = histogram && b?.noise ? Math.round((histogram.low - b.noise.low) / size) : 0;
    const law = lawOf(a);
    const [unit, n] = isCodebook(a) ? ['mean steps', 'n'] : ['steps', 'n/Δ'];
    return {
      caption: `The noise in ${unit}: density measured and predicted`,
      columns: [
        `${n} from`,
        `${n} to`,
        'weights',
        'density',
        'predicted',
        ...(densityB ? ['density B'] : []),
      ],
      rows: Array.from(density, (value, i) => {
        const from = histogram!.low + i * size;
        return [
          from,
          from + size,
          histogram!.counts[i]!,
          value,
          isVector(a) ? null : densityAt(law, from + size / 2),
          ...(densityB ? [densityB[i + shift] ?? null] : []),
        ];
      }),
    };
  },
};
