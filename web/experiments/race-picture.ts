/** The race, drawn: milliseconds of one Report by each way, as bars on a logarithmic axis. */
import { svg } from 'lit';
import { bottomAxis, type Domain } from '../components/chart/axes';
import { inset, rightOf, rows, type Box } from '../components/chart/box';
import { drawLabels, type Label } from '../components/chart/labels';
import { logHorizontal, logTicks } from '../components/chart/log';
import { bar, strokes } from '../components/chart/paths';
import { count, significant } from '../components/format';
import { WAYS, type Finish, type Race, type RaceNumbers, type Way } from '../core/race';
import type { Scene } from './experiment';

export const NAMES: Record<Way, string> = {
  plain: 'plain JavaScript',
  scalar: 'wasm, scalar',
  simd: 'wasm, SIMD',
  index: 'sorted index',
};

const WORDS: Record<keyof RaceNumbers, string> = {
  mse: 'mean n²',
  snr_db: 'SNR',
  max_error: 'largest error',
  bias: 'bias',
  correlation: 'correlation',
  entropy_bits: 'entropy',
};

export const raceOf = ({ task }: Scene): Race | null => (task?.result as Race | undefined) ?? null;
export const finishOf = (race: Race | null, way: Way): Finish | undefined =>
  race?.finishes.find((finish) => finish.way === way);

/** The slowest way that ran is what the others are held against: plain JavaScript where it can run. */
export const referenceOf = (race: Race): Finish => finishOf(race, 'plain') ?? finishOf(race, 'scalar')!;

export const ms = (value: number): string => `${significant(value, value < 100 ? 2 : 3)} ms`;

/** "int 8 bit, absmax, on 1,000,000 weights of normal". */
export const subject = ({ quantizer, count: weights, tensor }: Race): string =>
  `${quantizer.format} ${quantizer.bits} bit, ${quantizer.range}, per ${quantizer.granularity}, on ${count(weights)} weights of ${tensor}`;

/** Whether the present quantizer and weights are those that raced. */
export const isPresent = (race: Race, { a, quantizer }: Scene): boolean =>
  JSON.stringify(race.quantizer) === JSON.stringify(quantizer) &&
  race.count === a.report.tensor.count &&
  race.tensor === a.report.tensor.name;

/** One sentence on whether all ways found the same numbers. */
export function agreement({ finishes }: Race): string {
  const wrong = finishes.filter(({ differs }) => differs.length > 0);
  if (wrong.length === 0) {
    const ways = finishes.length === WAYS.length ? 'All four' : `All ${finishes.length} that ran`;
    return `${ways} agree: mean n², SNR, largest error, bias, correlation and entropy, to a relative 10⁻⁶.`;
  }
  return wrong
    .map(({ way, differs }) => `${NAMES[way]} differs in ${differs.map((name) => WORDS[name]).join(', ')}.`)
    .join(' ');
}

/** How many times as fast as the reference: "12 ×". */
export const ratio = (race: Race, finish: Finish): string =>
  `${significant(referenceOf(race).median / finish.median, 3)} ×`;

export function picture(scene: Scene) {
  const { em } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const race = raceOf(scene);
  const box = inset(page, { top: 2.6 * em, right: 1.4 * em, bottom: 2.8 * em, left: em });
  const times = (race?.finishes ?? [])
    .flatMap(({ fastest, slowest }) => [fastest, slowest])
    .filter((time) => time > 0);
  const low = 10 ** Math.floor(Math.log10(Math.min(...times, 1)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...times, 10 * low) * 1.01));
  const domain: Domain = [low, high];
  const x = logHorizontal(box, domain);
  const at = (time: number): number => x(Math.max(low, time));
  const lanes = rows(box, 0.5 * em, ...WAYS.map(() => 1));
  const labels: Label[] = [
    {
      text: race
        ? [
            `${subject(race)}: median of ${race.rounds} rounds`,
            `${race.quantizer.format} ${race.quantizer.bits} bit, N = ${count(race.count)}, median of ${race.rounds}`,
          ]
        : scene.task?.running
          ? 'Warming up and timing, by turns…'
          : [
              'Nothing was timed yet: press Run. It takes a few seconds, and more for many weights.',
              'Press Run.',
            ],
      mark: 'ink',
      at: [{ x: em, y: 1.4 * em }],
    },
  ];
  const bars = WAYS.map((way, i) => {
    const lane = lanes[i]!;
    const y = lane.y + 1.55 * em;
    const height = Math.max(0.5 * em, lane.height - 1.75 * em);
    const finish = finishOf(race, way);
    labels.push({ ...nameOf(race, way), at: [{ x: lane.x + 0.4 * em, y: lane.y + 1.15 * em }] });
    if (!finish) return null;
    const middle = y + height / 2;
    const spread = strokes([
      [at(finish.fastest), middle, at(finish.slowest), middle],
      [at(finish.fastest), middle - 0.3 * em, at(finish.fastest), middle + 0.3 * em],
      [at(finish.slowest), middle - 0.3 * em, at(finish.slowest), middle + 0.3 * em],
    ]);
    return svg`
      <path class="area ${way === 'plain' ? 'theory' : 'quantized'}" d=${bar(box.x, at(finish.median), y, height)}></path>
      <path class="bracket" d=${spread}></path>`;
  });
  return svg`
    ${bottomAxis({ box, scale: x, ticks: logTicks(domain, box.width, em), label: 'time of one Report, ms (whiskers: fastest and slowest round)', em, grid: true })}
    ${bars}
    <path class="rule" d=${strokes([[box.x, box.y, box.x, box.y + box.height]])}></path>
    ${drawLabels(labels, { ...page, width: rightOf(box) }, em)}`;
}

/** What stands over a way's lane, and in which colour. */
function nameOf(race: Race | null, way: Way): Pick<Label, 'text' | 'mark'> {
  const finish = finishOf(race, way);
  const name = NAMES[way];
  if (!race) return { text: name, mark: 'theory' };
  if (!finish) {
    const why = race.absent.find((one) => one.way === way)?.why;
    return { text: [`${name}: not here, ${why}`, `${name}: not here`], mark: 'theory' };
  }
  const time = `${name}: ${ms(finish.median)}`;
  return {
    text: finish === referenceOf(race) ? time : [`${time}, ${ratio(race, finish)} as fast`, time],
    mark: finish.differs.length ? 'warn strong' : way === 'plain' ? 'ink strong' : 'quantized strong',
  };
}
