/** The rate–distortion plane: how far a quantizer is from what any code could reach. */
import { count, fixed, significant } from '../components/format';
import { zoomButtons } from '../components/chart/zoom';
import type { Analysis } from '../core/report';
import type { Experiment, Fact, Scene } from './experiment';
import normalFormula from './plane-normal.tex?mathml';
import formula from './plane.tex?mathml';
import {
  bookPlaces,
  ceilingOf,
  compared,
  DB_A_BIT,
  ECSQ_RATE,
  ecsqPlaces,
  gapOf,
  isCellsGap,
  LIMIT_RATES,
  nameOfLimit,
  placeOf,
  uniformPlaces,
  type Place,
} from './plane-data';
import { isVector } from './codebook';
import { CODED } from './plane-lengths';
import { picture, zoomOf } from './plane-picture';
import { known, snrText } from './sweep';
import { withUnit } from './unit';

const gapText = (place: Place | null | undefined, analysis: Analysis): string => {
  const gap = place && gapOf(place, ceilingOf(analysis));
  return gap ? `${fixed(gap.db, 2)} dB` : '–';
};

const bitText = (value: number | null | undefined): string => withUnit(fixed(value, 3), 'bit');

/** The ECSQ design that gives at least as much SNR with the fewest bits. */
const rivalOf = (analysis: Analysis, { snr }: Place): Place | undefined =>
  ecsqPlaces(analysis).find((place) => place.snr >= snr);

function facts({ a, b }: Scene): Fact[] {
  const place = placeOf(a);
  const placeB = b && placeOf(b);
  const ceiling = ceilingOf(a);
  const gap = place && gapOf(place, ceiling);
  const gapB = b && placeB && gapOf(placeB, ceilingOf(b));
  const rival = place && rivalOf(a, place);
  return [
    {
      label: 'SNR',
      measured: snrText(a.report),
      predicted: gap ? `${fixed(gap.bound, 2)} dB` : undefined,
      b: b ? snrText(b.report) : undefined,
      note: gap ? `beside it what ${nameOfLimit(ceiling)} allows at as many coded bits` : undefined,
    },
    {
      label: 'Bits per weight, codes of one length',
      measured: bitText(place?.fixed),
      b: b ? bitText(placeB?.fixed) : undefined,
      note: place && place.fixed === null ? 'a codebook made for an entropy coder' : 'with scales or levels',
    },
    {
      label: 'Bits per weight, entropy-coded',
      measured: bitText(place?.coded),
      predicted: gap ? bitText(gap.rate) : undefined,
      b: b ? bitText(placeB?.coded) : undefined,
      note: 'H with scales or levels; beside it the least rate for this SNR',
    },
    {
      label: `Gap to ${nameOfLimit(ceiling)}`,
      measured: gap ? `${fixed(gap.db, 2)} dB, ${fixed(gap.bits, 3)} bit` : '–',
      predicted:
        place && place.coded > 2 && ceiling.shannon !== null
          ? `${fixed(ceiling.cells_db, 2)} dB, ${fixed(ceiling.cells_bits, 4)} bit`
          : undefined,
      b: b ? (gapB ? `${fixed(gapB.db, 2)} dB` : '–') : undefined,
      note: `predicted: the least for ${isVector(a) ? 'these' : 'even'} cells at high rate`,
    },
    ...(rival
      ? [
          {
            label: `ECSQ for this SNR, ${fixed(rival.snr, 2)} dB`,
            measured: bitText(rival.coded),
            note: `gap ${gapText(rival, a)}`,
          },
        ]
      : []),
  ];
}

function why({ a }: Scene): string[] {
  const place = placeOf(a);
  const ceiling = ceilingOf(a);
  if (!place || ceiling.from === null)
    return [
      a.report.noise.exact
        ? 'There is no noise at all: such a quantizer has no place on this plane.'
        : 'These weights have no spread: there is nothing to code.',
    ];
  const gap = gapOf(place, ceiling)!;
  const sentences: string[] = [];
  if (ceiling.shannon === null)
    sentences.push(
      `The entropy h of these weights is not known, so the line is that of a normal law of their power, which other laws may pass: this quantizer is ${fixed(Math.abs(gap.db), 2)} dB ${gap.db < 0 ? 'over' : 'under'} it.`,
    );
  else if (gap.db < 0)
    sentences.push(
      'This point is beyond the limit, which supposes weights with a density and codes whose chances are known: here values repeat, or the weights are too few for their many codes, and H comes out too small.',
    );
  else if (isCellsGap(gap, place, ceiling))
    sentences.push(
      isVector(a)
        ? `At high rate this lattice with an entropy coder loses ${fixed(ceiling.cells_db, 2)} dB, ${fixed(ceiling.cells_bits, 4)} bit, to the limit, and even scalar cells ${fixed(ceiling.scalar_db, 2)} dB: its cells are nearer to balls.`
        : `At high rate even cells with an entropy coder lose ${fixed(ceiling.scalar_db, 2)} dB, ${fixed(ceiling.scalar_bits, 4)} bit, to the limit: it is the shape of the cells, intervals and not balls, and no scalar quantizer gets it back.`,
    );
  else
    sentences.push(
      `With codes as long as its entropy this quantizer is ${fixed(gap.db, 2)} dB under the limit: the same SNR could be had with ${fixed(gap.bits, 3)} bit less, or ${fixed(gap.db, 2)} dB more with as many bits.`,
    );
  const saved = place.fixed === null ? 0 : place.fixed - place.coded;
  if (saved > 0.01)
    sentences.push(
      `Codes of one length take ${fixed(saved, 2)} bit more than H, worth ${fixed(saved * DB_A_BIT, 1)} dB${ceiling.shannon !== null && saved * DB_A_BIT > gap.db ? ': most of the way to the limit is the coder’s, not the quantizer’s' : ''}.`,
    );
  if (ceiling.shannon !== null && known(ceiling.gaussian) && ceiling.shannon - ceiling.gaussian > 0.3)
    sentences.push(
      `Of all laws of one power the normal is the hardest to code: these weights allow ${fixed(ceiling.shannon - ceiling.gaussian, 1)} dB more. The bound is for weights that know nothing of each other.`,
    );
  return sentences.slice(0, 3);
}

export const plane: Experiment = {
  id: 'plane',
  title: 'Rate–distortion',
  question: 'How far from the best possible?',
  wants: (quantizer, formats) => ({
    others: compared(quantizer, formats),
    ecsq: ECSQ_RATE,
    limit: LIMIT_RATES,
    lengths: CODED,
  }),
  picture,
  controls: (scene) => zoomButtons(zoomOf(scene)),
  facts,
  formula: (a) => (a && ceilingOf(a).shannon === null ? normalFormula : formula),
  why,
  describe(scene) {
    const { a } = scene;
    const place = placeOf(a);
    const ceiling = ceilingOf(a);
    const gap = place && gapOf(place, ceiling);
    if (!place || !gap) return why(scene)[0]!;
    return (
      `SNR against bits per weight. The present quantizer, ${place.name} at ${place.bits} bits, has ${snrText(a.report)} ` +
      `at ${fixed(place.coded, 3)} bits per weight when entropy-coded; ${nameOfLimit(ceiling)} is ${fixed(gap.db, 2)} dB above it and ${fixed(gap.bits, 3)} bit to its left.`
    );
  },
  slots({ a }) {
    const place = placeOf(a);
    const ceiling = ceilingOf(a);
    const gap = place && gapOf(place, ceiling);
    return {
      rate: fixed(place?.coded, 3),
      ...(ceiling.shannon === null
        ? { sigma: significant(a.report.tensor.std, 4) }
        : { h: significant(a.report.entropy.differential_bits, 4) }),
      bound: fixed(gap?.bound, 2),
      bound2: fixed(gap?.bound, 2),
      snr: fixed(place?.snr, 2),
      gap: fixed(gap?.db, 2),
      bits: fixed(gap?.bits, 3),
    };
  },
  table({ a }) {
    const ceiling = ceilingOf(a);
    const all = [...uniformPlaces(a), ...bookPlaces(a), ...ecsqPlaces(a)];
    return {
      caption: `SNR and bits per weight, ${count(a.report.tensor.count)} weights`,
      columns: ['quantizer', 'b', 'fixed, bit', 'entropy-coded, bit', 'SNR, dB', 'gap, dB', 'gap, bit'],
      rows: all.map((place) => {
        const gap = gapOf(place, ceiling);
        return [
          place.name,
          place.bits,
          place.fixed,
          place.coded,
          place.snr,
          gap?.db ?? null,
          gap?.bits ?? null,
        ];
      }),
    };
  },
};
