/** What a throw of dice before rounding buys: small signals are kept, and the error no longer follows them. */
import { html } from 'lit';
import '../components/slider';
import type { SlideEvent } from '../components/slider';
import { count, fixed, signed } from '../components/format';
import type { Analysis, DitherStudy } from '../core/report';
import { anySignal, isRandom, isSubtractive } from '../core/rounding';
import {
  AMPLITUDES,
  atPlace,
  cursorOf,
  lawOfRounding,
  LINES_A_HARMONIC,
  lookingAt,
  PLACES,
  placeRows,
  studyOf,
  tallestOver,
} from './dither-data';
import formula from './dither.tex?mathml';
import { amplitudeOf, keptText, picture, share } from './dither-picture';
import type { Experiment, Fact, Scene } from './experiment';
import { stepOf } from './law';

const squared = (variance: number | null): string => `${fixed(variance, 4)} Δ²`;

/** Variance of the weights' own noise, in Δ² of their scale. */
function variancePerStep(analysis: Analysis): number | null {
  const { noise } = analysis.report;
  const step = stepOf(analysis.report);
  return step && noise.variance !== null && analysis.by_place?.counts.some((n) => n > 0)
    ? noise.variance / step ** 2
    : null;
}

function facts(scene: Scene): Fact[] {
  const { a, b, cursor } = scene;
  const study = studyOf(a, cursor);
  const other = studyOf(b, cursor);
  if (!study) return [];
  const law = lawOfRounding(a);
  const { rounding } = a.report.quantizer;
  const beside = (text: (of: DitherStudy) => string) => (b ? (other ? text(other) : '–') : undefined);
  const own = variancePerStep(a);
  return [
    {
      label: 'The sine in Q on average',
      measured: keptText(study),
      predicted: isRandom(rounding) ? '1 × x' : undefined,
      b: beside(keptText),
    },
    {
      label: 'Correlation of n with the sine',
      measured: fixed(study.correlation, 3),
      predicted: '0',
      b: beside(({ correlation }) => fixed(correlation, 3)),
    },
    {
      label: 'Variance of n, the sine',
      measured: squared(study.variance),
      predicted: squared(law.variance),
      b: beside(({ variance }) => squared(variance)),
      note: anySignal(rounding) ? undefined : `${share(law.variance)} is of a signal spread over many cells`,
    },
    {
      label: 'Tallest line over a flat spectrum',
      measured: `${signed(tallestOver(study), 1)} dB`,
      predicted: '0 dB',
      b: beside((of) => `${signed(tallestOver(of), 1)} dB`),
    },
    {
      label: 'Variance of n, the weights',
      measured: own === null ? '–' : squared(own),
      predicted: own === null ? undefined : squared(law.variance),
      b: b ? (variancePerStep(b) === null ? '–' : squared(variancePerStep(b))) : undefined,
      note: own === null ? 'no one step to count in' : undefined,
    },
  ];
}

/** What equal weights have in common, in a sentence or two. */
function why(scene: Scene): string[] {
  const { a, cursor } = scene;
  const study = studyOf(a, cursor);
  if (!study) return ['There is nothing to show.'];
  const { rounding } = a.report.quantizer;
  const size = `${fixed(amplitudeOf(scene), 2)} Δ`;
  const r = fixed(study.correlation, 2);
  if (!isRandom(rounding)) {
    const lost = Math.max(...study.average) === Math.min(...study.average);
    return [
      lost
        ? `A sine of ${size} never leaves the cell of one level: every sample becomes that level, and the error is all of the sine (correlation ${r}).`
        : `Equal samples have equal errors, so the error repeats with the sine: its power stands in lines at the sine’s multiples, and it follows the signal (correlation ${r}).`,
      'The error of a weight is told by its place in the cell alone: a sawtooth. Spread weights hide that in an even mixture; small and regular ones do not.',
      'Choose a rounding with dither on the bench, and hold this one as B.',
    ];
  }
  const kept = `A draw before rounding takes x to the levels near it with chances that keep its mean: of a sine of ${size} Q is ${fixed(study.kept, 2)} × x on average, and the error tells nothing of it (correlation ${r}).`;
  if (isSubtractive(rounding))
    return [
      kept,
      'The same draw is taken off again, which only who knows the seed can do: the error is uniform, white and of Δ²/12 for any signal. It costs nothing in noise; it costs sharing the draws.',
    ];
  if (anySignal(rounding))
    return [
      kept,
      'Two uniform draws added make mean and variance of the error the same at every place of a cell. It costs 4.77 dB: Δ²/4 in place of Δ²/12.',
    ];
  return [
    kept,
    'One uniform draw frees the mean of the error from the signal, but not its variance: none at a level, where the draw changes nothing, and Δ²/4 midway between two. The noise breathes with the signal, Δ²/6 on average.',
  ];
}

export const dither: Experiment = {
  id: 'dither',
  title: 'Dither',
  question: 'What does rounding by dice buy?',
  tall: true,
  wants: () => ({ dither: AMPLITUDES, by_place: PLACES }),
  picture,
  controls(scene) {
    const { amplitude } = lookingAt(scene.cursor);
    return html`<hs-slider
      label="Amplitude of the sine"
      unit="Δ"
      .low=${AMPLITUDES[0]}
      .high=${AMPLITUDES.at(-1)}
      .step=${AMPLITUDES[0]}
      .value=${AMPLITUDES[amplitude]}
      @slide=${({ value }: SlideEvent) =>
        scene.point(
          cursorOf({
            amplitude: Math.min(AMPLITUDES.length, Math.max(1, Math.round(value / AMPLITUDES[0]!))) - 1,
            line: null,
          }),
        )}
    ></hs-slider>`;
  },
  facts,
  formula,
  why,
  describe(scene) {
    const study = studyOf(scene.a, scene.cursor);
    if (!study) return 'There is nothing to show.';
    const { rounding } = scene.a.report.quantizer;
    return (
      `A sine of ${fixed(amplitudeOf(scene), 2)} steps through ${rounding} rounding, its error’s spectrum, and the error of the weights by their place in a cell. ` +
      `On average the sine is ${keptText(study)}; the error’s correlation with it is ${fixed(study.correlation, 3)}, its variance ${fixed(study.variance, 4)} steps², ` +
      `and its tallest line stands ${signed(tallestOver(study), 1)} dB over a flat spectrum.`
    );
  },
  slots(scene) {
    const study = studyOf(scene.a, scene.cursor);
    const { variance } = lawOfRounding(scene.a);
    return {
      divisor: String(Math.round(1 / variance)),
      predicted: fixed(variance, 4),
      measured: fixed(study?.variance ?? null, 4),
      r: fixed(study?.correlation ?? null, 3),
      kept: fixed(study?.kept ?? null, 3),
      amplitude: fixed(amplitudeOf(scene), 2),
    };
  },
  table(scene) {
    const { a } = scene;
    const study = studyOf(a, scene.cursor);
    const { rounding } = a.report.quantizer;
    return {
      caption: `${rounding} rounding: a sine of ${fixed(amplitudeOf(scene), 2)} Δ, its error’s spectrum, and n/Δ of ${count(a.report.tensor.count)} weights by place`,
      columns: ['series', 'at', 'value', 'second value', 'predicted', 'unit'],
      rows: [
        ...Array.from(study?.signal ?? [], (x, i) => [
          'sine x, and Q on average',
          i,
          x,
          study!.average[i]!,
          isRandom(rounding) ? x : null,
          'Δ',
        ]),
        ...Array.from(study?.spectrum ?? [], (power, i) => [
          'power of n',
          i / LINES_A_HARMONIC,
          power,
          null,
          lawOfRounding(a).variance / (study!.spectrum.length - 1),
          'Δ² at a multiple of the sine’s frequency',
        ]),
        ...placeRows(a.by_place).map(({ u, mean, deviation }) => [
          'n by place: mean, σ',
          u,
          mean,
          deviation,
          atPlace(rounding, u).mean,
          'Δ',
        ]),
      ],
    };
  },
};
