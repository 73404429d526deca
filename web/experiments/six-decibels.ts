/** Six decibels a bit: the SNR of every bit width beside its prediction. */
import { count, fixed, signed, significant } from '../components/format';
import type { Analysis } from '../core/report';
import { byLevels, isCodebook, isVector } from './codebook';
import { failures, ofNoise } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import { squaresOf } from './law';
import formula from './six-decibels.tex?mathml';
import codebookFormula from './six-decibels-codebook.tex?mathml';
import { picture } from './six-decibels-picture';
import { startOf } from '../core/words';
import { BESIDE, gainOf, isAlone, known, signalPower, snrText, sweepOf, widthsAsked } from './sweep';
import { withUnit } from './unit';

/** How the quantizer of one width stands to the even ones beside it. */
function nextBest({ report, others = [] }: Analysis): string {
  const snr = report.noise.snr_db;
  const same = others.find(({ quantizer }) => quantizer.bits === report.quantizer.bits);
  const more = others.find(({ noise }) => known(noise.snr_db) && known(snr) && noise.snr_db >= snr);
  const gain = known(snr) && same && known(same.noise.snr_db) ? snr - same.noise.snr_db : null;
  return (
    (gain === null ? '' : `at ${report.quantizer.bits} bit it is ${signed(gain, 2)} dB from it, and `) +
    (more ? `it takes ${more.quantizer.bits} bit to do as well.` : 'no width does as well.')
  );
}

function facts({ a, b }: Scene): Fact[] {
  const { noise, prediction, tensor, quantizer } = a.report;
  const gain = gainOf(sweepOf(a), quantizer.bits);
  const gainB = b && gainOf(sweepOf(b), b.report.quantizer.bits);
  return [
    {
      label: 'SNR',
      measured: snrText(a.report),
      predicted: withUnit(fixed(prediction.snr_db, 2), 'dB'),
      b: b ? snrText(b.report) : undefined,
      note: noise.exact
        ? 'every weight is a level: no noise at all'
        : tensor.rms === 0
          ? 'there is no signal'
          : undefined,
    },
    { label: 'Signal power, mean x²', measured: significant(signalPower(a.report)) },
    {
      label: 'Noise power, mean n²',
      measured: significant(noise.mse),
      predicted: significant(prediction.mse),
      b: b ? significant(b.report.noise.mse) : undefined,
    },
    ...(gain
      ? [
          {
            label: `From ${gain.from.quantizer.bits} to ${gain.to.quantizer.bits} bit`,
            measured: withUnit(signed(gain.measured, 2), 'dB'),
            predicted: withUnit(signed(gain.predicted, 2), 'dB'),
            b: b ? withUnit(signed(gainB?.measured, 2), 'dB') : undefined,
            note: gain.measured === null ? 'one of the two has no finite SNR' : undefined,
          },
        ]
      : []),
  ];
}

export const sixDecibels: Experiment = {
  id: 'six-decibels',
  title: 'Six decibels',
  question: 'What does one more bit buy?',
  tall: true,
  wants: (quantizer, formats) => {
    const row = formats.find(({ name }) => name === quantizer.format)!;
    // Beside a format of one width an even one in as many scales.
    const { granularity } = row.takes.includes('granularity') ? quantizer : row;
    const beside = { ...startOf(formats[0]!), granularity, transform: quantizer.transform };
    return row.bits_min < row.bits_max
      ? { sweep: widthsAsked(quantizer) }
      : { sweep: [row.bits_min], others: BESIDE.map((bits) => ({ ...beside, bits })) };
  },
  picture,
  describe({ a }) {
    const gain = gainOf(sweepOf(a), a.report.quantizer.bits);
    return (
      `Signal to noise ratio against bits${sweepOf(a).length > 1 ? ` from ${sweepOf(a)[0]!.quantizer.bits} to ${sweepOf(a).at(-1)!.quantizer.bits}` : ''}. At ${a.report.quantizer.bits} bit it is ${snrText(a.report)}, ` +
      `predicted ${fixed(a.report.prediction.snr_db, 2)} dB.` +
      (gain
        ? ` One bit from ${gain.from.quantizer.bits} to ${gain.to.quantizer.bits} is predicted to add ${fixed(gain.predicted, 2)} dB, measured ${fixed(gain.measured, 2)} dB.`
        : '') +
      ` Signal power ${significant(signalPower(a.report))}, noise power ${significant(a.report.noise.mse)}.`
    );
  },
  facts,
  formula: byLevels(formula, codebookFormula),
  slots({ a }): Record<string, string> {
    const { noise } = a.report;
    return {
      signal: significant(signalPower(a.report)),
      noise: significant(noise.mse),
      snr: noise.exact ? '∞' : fixed(noise.snr_db, 2),
      predicted: fixed(a.report.prediction.snr_db, 2),
      // The mean square of the noise's law: Δ²/12 for nearest.
      ...(isCodebook(a) ? {} : { divisor: squaresOf(a) }),
    };
  },
  why({ a }) {
    const { noise, prediction, quantizer } = a.report;
    const gain = gainOf(sweepOf(a), quantizer.bits);
    const halves = !isCodebook(a)
      ? `One bit more makes Δ about half, so the noise power${isVector(a) ? '' : ' Δ²/12'} falls to about a quarter`
      : a.format?.entropy_coded
        ? 'One bit more of entropy is room for cells about half as wide, so their noise power falls to about a quarter'
        : 'One bit more doubles the levels, so the cells are about half as wide and their noise power falls to about a quarter';
    const sentences = [
      isAlone(a)
        ? `${a.format?.label} has one width, ${quantizer.bits} bit: there is no next bit to buy. Beside it stands ${a.others?.[0]?.quantizer.format ?? 'int'} with as many scales: ${nextBest(a)}`
        : gain
          ? `${halves}: ${signed(gain.predicted, 2)} dB from ${gain.from.quantizer.bits} to ${gain.to.quantizer.bits} bit.`
          : `${halves}.`,
    ];
    if (isVector(a))
      sentences.push(
        `Here b bits are 2^b steps across the range. Points beyond its ends are reached too: the code takes ${fixed(quantizer.code_bits, 3)} bit a weight.`,
      );
    if (noise.exact)
      sentences.push('Every weight is exactly a level here: there is no noise, and the SNR is infinite.');
    else if (
      known(noise.snr_db) &&
      known(prediction.snr_db) &&
      ofNoise(a).report.prediction.conditions.length === 0
    ) {
      sentences.push(
        `At ${quantizer.bits} bit the measured SNR is ${fixed(Math.abs(noise.snr_db - prediction.snr_db), 3)} dB from its prediction.`,
      );
    }
    return [...sentences, ...failures(ofNoise(a))].slice(0, 3);
  },
  table({ a, b }) {
    const sweepB = b ? sweepOf(b) : [];
    return {
      caption: `SNR for each bit width, ${count(a.report.tensor.count)} weights`,
      columns: [
        'bits',
        'SNR, dB',
        'predicted, dB',
        'exact',
        'mean n²',
        'conditions that fail',
        ...(b ? ['SNR of B, dB'] : []),
      ],
      rows: sweepOf(a).map(({ quantizer, noise, prediction }) => [
        quantizer.bits,
        noise.snr_db,
        prediction.snr_db,
        noise.exact ? 'yes' : 'no',
        noise.mse,
        prediction.conditions.join(' '),
        ...(b
          ? [sweepB.find((report) => report.quantizer.bits === quantizer.bits)?.noise.snr_db ?? null]
          : []),
      ]),
    };
  },
};
