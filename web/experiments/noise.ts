/** The noise: the histogram of n/Δ stands within its walls, and under fine steps it is uniform. */
import { fixed, significant } from '../components/format';
import type { Analysis } from '../core/report';
import { failures, markText } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import { densityAt, noiseLaw, stepOf, wallName } from './law';
import formula from './noise.tex?mathml';
import { binSize, densities } from './noise-histogram';
import { picture } from './noise-picture';
import { withUnit } from './unit';

/** The law's variance in the weights' unit: Δ²/12 for nearest, summed over the scales where there are several. */
function predictedVariance({ report }: Analysis): number | null {
  const law = noiseLaw(report);
  const step = stepOf(report);
  return step === null ? null : law.variance * step * step;
}

function facts({ a, b }: Scene): Fact[] {
  const law = noiseLaw(a.report);
  const step = stepOf(a.report);
  const { noise } = a.report;
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
      measured: withUnit(fixed(noise.max_error_in_steps, 4), 'Δ'),
      predicted: `≤ ${fixed(noise.bound_in_steps, 1)} Δ`,
      b: b ? withUnit(fixed(b.report.noise.max_error_in_steps, 4), 'Δ') : undefined,
      note: noise.overload ? `${fixed(noise.granular_max_error_in_steps, 4)} Δ inside the range` : undefined,
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

export const noise: Experiment = {
  id: 'noise',
  title: 'Noise',
  question: 'What does the error of many weights look like?',
  wants: () => ({ noise: true }),
  picture,
  describe({ a }) {
    const { noise: measured, prediction } = a.report;
    const law = noiseLaw(a.report);
    return (
      `Histogram of the noise in steps against the ${law.shape} density from ${wallName(law.low)} to ${wallName(law.high)}. ` +
      `Variance ${significant(measured.variance)}, predicted ${significant(predictedVariance(a))}; ` +
      `largest error ${fixed(measured.max_error_in_steps, 4)} steps; correlation with the signal ${fixed(measured.correlation, 4)}. ` +
      (prediction.conditions.length
        ? `The prediction is not to be trusted here: ${markText(a.report)
            .map(([text]) => text)
            .join('; ')}.`
        : 'The prediction holds here.')
    );
  },
  facts,
  formula,
  slots({ a }) {
    const law = noiseLaw(a.report);
    const step = stepOf(a.report);
    return {
      divisor: String(Math.round(1 / law.variance)),
      divisor2: String(Math.round(1 / law.variance)),
      step: significant(step),
      predicted: significant(predictedVariance(a)),
      measured: significant(a.report.noise.variance),
    };
  },
  why({ a }) {
    const law = noiseLaw(a.report);
    const { rounding } = a.report.quantizer;
    const holds =
      law.shape === 'triangular'
        ? 'Stochastic rounding takes the level below or above by chance, so the error reaches a whole Δ, is zero on average for every weight, and has twice the variance.'
        : law.low === 0
          ? 'Floor always takes the level below, so the error runs evenly from 0 to Δ: its mean is half a step, and that bias costs more than the spread.'
          : 'Steps that are small beside the spread of the weights cut it into nearly flat slices: within each cell every error from −Δ/2 to Δ/2 is as likely as any other, and the variance of that is Δ²/12.';
    const failing = failures(a);
    if (failing.length)
      return [
        ...failing.slice(0, 2),
        `Were Δ small enough: ${holds.charAt(0).toLowerCase()}${holds.slice(1)}`,
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
    const law = noiseLaw(a.report);
    return {
      caption: 'The noise in steps: density measured and predicted',
      columns: ['n/Δ from', 'n/Δ to', 'weights', 'density', 'predicted', ...(densityB ? ['density B'] : [])],
      rows: Array.from(density, (value, i) => {
        const from = histogram!.low + i * size;
        return [
          from,
          from + size,
          histogram!.counts[i]!,
          value,
          densityAt(law, from + size / 2),
          ...(densityB ? [densityB[i] ?? null] : []),
        ];
      }),
    };
  },
};
