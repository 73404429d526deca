/** The race: the same Report by four ways, timed on the reader's own machine. */
import { html, nothing } from 'lit';
import { count, fixed, significant } from '../components/format';
import { WAYS } from '../core/race';
import type { Experiment, Fact, Scene } from './experiment';
import {
  agreement,
  finishOf,
  isPresent,
  ms,
  NAMES,
  picture,
  raceOf,
  ratio,
  referenceOf,
  subject,
} from './race-picture';
import formula from './race.tex?mathml';

const ROUNDS = 9;

function controls({ task, quantizer, a }: Scene) {
  if (!task) return html``;
  const race = task.result !== undefined;
  const run = () => void task.run((lab, progress) => lab.race(quantizer, ROUNDS, progress));
  return html`<div class="workings" role="group" aria-label="The race">
    ${
      task.running
        ? html`<button type="button" @click=${() => task.lab.stopTask()}>Cancel</button>
            <progress max="1" .value=${task.fraction ?? 0} aria-label="The race"></progress>`
        : html`<button type="button" @click=${run}>${race ? 'Run again' : 'Run'}</button>`
    }
    <output class="told"
      >${task.running ? `${ROUNDS} rounds on ${count(a.report.tensor.count)} weights` : task.trouble || nothing}</output
    >
  </div>`;
}

function facts(scene: Scene): Fact[] {
  const race = raceOf(scene);
  return WAYS.map((way): Fact => {
    const finish = finishOf(race, way);
    const why = race?.absent.find((one) => one.way === way)?.why;
    if (!race || !finish) return { label: NAMES[way], measured: '–', note: why ?? 'not timed yet' };
    const reference = referenceOf(race);
    return {
      label: NAMES[way],
      measured: ms(finish.median),
      note: `${finish === reference ? 'what the others are held against' : `${ratio(race, finish)} as fast`}; ${ms(finish.fastest)} to ${ms(finish.slowest)}`,
    };
  });
}

function why(scene: Scene): string[] {
  const race = raceOf(scene);
  if (!race)
    return [
      'Plain JavaScript, scalar WebAssembly, SIMD WebAssembly and the sorted index each make the Report of the present quantizer, by turns and after warming up.',
      'Δ and the sorting are given: they are found once, when the weights or the quantizer change.',
    ];
  return [
    ...(isPresent(race, scene)
      ? []
      : [`This was ${subject(race)}: not what is on the bench now. Run again.`]),
    agreement(race),
    'Plain JavaScript does less: the six numbers that are compared; the core finds overload, bounds and predictions too. SIMD takes four weights at a time. The index reads no weights: it looks up where each cell begins and ends, so its time grows with the levels and not with N.',
  ];
}

export const race: Experiment = {
  id: 'race',
  title: 'Race',
  question: 'How fast is this machine at it?',
  wants: () => ({}),
  picture,
  controls,
  facts,
  formula,
  why,
  describe(scene) {
    const ran = raceOf(scene);
    if (!ran) return 'The times of one Report by four ways; nothing was timed yet.';
    const times = ran.finishes.map(({ way, median }) => `${NAMES[way]} ${ms(median)}`).join(', ');
    return `Times of one Report, ${subject(ran)}, median of ${ran.rounds} rounds: ${times}. ${agreement(ran)}`;
  },
  slots(scene) {
    const ran = raceOf(scene);
    const [simd, index] = [finishOf(ran, 'simd'), finishOf(ran, 'index')];
    const plain = finishOf(ran, 'plain');
    const over = (other: typeof simd) => (plain && other ? significant(plain.median / other.median, 3) : '–');
    return {
      n: ran ? count(ran.count) : '–',
      ms: simd ? significant(simd.median, 3) : '–',
      rate: ran && simd ? fixed(ran.count / simd.median / 1000, 0) : '–',
      simd: over(simd),
      index: over(index),
    };
  },
  table(scene) {
    const ran = raceOf(scene);
    return {
      caption: ran ? `${subject(ran)}: ${ran.rounds} rounds` : 'Nothing was timed yet',
      columns: [
        'way',
        'median, ms',
        'fastest',
        'slowest',
        'mean n²',
        'SNR, dB',
        'largest error',
        'bias',
        'correlation',
        'H, bit',
      ],
      rows: (ran?.finishes ?? []).map(({ way, median, fastest, slowest, numbers: n }) => [
        NAMES[way],
        median,
        fastest,
        slowest,
        n.mse,
        n.snr_db,
        n.max_error,
        n.bias,
        n.correlation,
        n.entropy_bits,
      ]),
    };
  },
};
