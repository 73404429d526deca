/** Every format on the present weights: what was measured so far, the front, and what the reader looks at. */
import type { Domain } from '../components/chart/axes';
import { byCost, candidates, front, nameOf, type Outcome } from '../core/compare';
import type { FormatInfo, QuantizerSpec, Report, TensorReport } from '../core/report';
import type { Scene } from './experiment';
import { DB_A_BIT, type Ceiling } from './plane-data';
import { known } from './sweep';
import type { Task } from './task';

/** More weights than these are compared only on request. */
export const BY_ITSELF = 1_000_000;

/** A comparison, under way or ended: of which weights, what has come, and of how many. */
export interface Found {
  tensor: TensorReport;
  outcomes: Outcome[];
  total: number;
}

/** A quantizer on the plane. */
export interface Entry {
  name: string;
  quantizer: QuantizerSpec;
  report: Report;
  bits: number;
  /** Infinite where there is no noise at all. */
  snr: number;
  /** The number of its format's family, in the order of the table. */
  kin: number;
  pareto: boolean;
}

export const formatsOf = ({ task, a }: Scene): readonly FormatInfo[] =>
  task?.lab.formats ?? (a.format ? [a.format] : []);

/** The families of the table, in its order. */
export const families = (formats: readonly FormatInfo[]): string[] => [
  ...new Set(formats.map(({ family }) => family)),
];

export const kinOf = (format: string, formats: readonly FormatInfo[]): number =>
  Math.max(0, families(formats).indexOf(formats.find(({ name }) => name === format)?.family ?? ''));

const sameWeights = (one: TensorReport, other: TensorReport) =>
  one.name === other.name && one.count === other.count && one.rms === other.rms && one.mean === other.mean;

/** What was found of the present weights; null where it was of others, or nothing was compared. */
export function foundOf({ task, a }: Scene): Found | null {
  const found = task?.result as Found | undefined;
  return found && sameWeights(found.tensor, a.report.tensor) ? found : null;
}

const sorted = new WeakMap<Outcome[], Entry[]>();

/** The quantizers measured so far, the cheapest first. */
export function entriesOf(scene: Scene): Entry[] {
  const found = foundOf(scene);
  if (!found) return [];
  let entries = sorted.get(found.outcomes);
  if (!entries) sorted.set(found.outcomes, (entries = toEntries(found.outcomes, formatsOf(scene))));
  return entries;
}

export function toEntries(outcomes: readonly Outcome[], formats: readonly FormatInfo[]): Entry[] {
  const measured = outcomes.flatMap(({ quantizer, report }) =>
    report && known(report.quantizer.bits_per_weight) && (report.noise.exact || known(report.noise.snr_db))
      ? [{ quantizer, report }]
      : [],
  );
  const chosen = new Set(front(measured.map(({ report }) => report)));
  return measured
    .sort((p, q) => byCost(p.report, q.report))
    .map(({ quantizer, report }) => ({
      name: nameOf(quantizer, formats),
      quantizer,
      report,
      bits: report.quantizer.bits_per_weight!,
      snr: report.noise.exact ? Infinity : report.noise.snr_db!,
      kin: kinOf(quantizer.format, formats),
      pareto: chosen.has(report),
    }));
}

/** What the reader points at: its number among the entries. */
export const pointedAt = (scene: Scene, entries: Entry[]): number | null =>
  scene.cursor !== null && entries[scene.cursor] ? scene.cursor : null;

/** Starts the comparison; what has come stands in the task's result from the first on. */
export function start({ task, a }: Scene): void {
  if (!task || task.running) return;
  void task.run(async (lab, progress) => {
    const asked = candidates(lab.formats);
    let found: Found = { tensor: a.report.tensor, outcomes: [], total: asked.length };
    task.result = found;
    const outcomes = await lab.compare(asked, (outcome, done) => {
      found = {
        ...found,
        tensor: outcome.report?.tensor ?? found.tensor,
        outcomes: [...found.outcomes, outcome],
      };
      task.result = found;
      progress(done);
    });
    return { ...found, outcomes };
  });
}

/** Whether the comparison is to begin without being asked for. */
export const beginsByItself = (scene: Scene, task: Task): boolean =>
  !task.running && !task.trouble && !foundOf(scene) && scene.a.report.tensor.count <= BY_ITSELF;

/** Bits across the picture, the widest view first. */
export const WIDTHS = [17.5, 9.2, 6, 4, 2.5, 1.6, 1];
export const FIRST_WIDTH = 1;
export const widthOf = ({ settings }: Scene): number => settings?.['zoom'] ?? FIRST_WIDTH;

/** What is looked at: so many bits, about the chosen one where that is not all, and up to the limit. */
export function viewOf(
  at: { bits: number; snr: number } | null,
  entries: readonly Pick<Entry, 'bits' | 'snr'>[],
  ceiling: Pick<Ceiling, 'from'>,
  width: number,
): { x: Domain; y: Domain } {
  const bits = at?.bits ?? width / 2;
  const low = Math.max(0, width > 9 ? bits + 0.8 - width : bits - width / 2);
  const high = low + width;
  const heights = [...entries, ...(at ? [at] : [])]
    .filter((entry) => entry.bits >= low && entry.bits <= high && Number.isFinite(entry.snr))
    .map(({ snr }) => snr);
  const zero = ceiling.from ?? 0;
  const top = Math.max(...heights, zero + DB_A_BIT * (low + 0.75 * width));
  const bottom = Math.min(...heights, zero + DB_A_BIT * low);
  const room = 0.04 * (top - bottom);
  return { x: [low, high], y: [bottom - room, top + 2 * room] };
}

/** The entry with the most SNR for no more bits than these. */
export const bestFor = (entries: readonly Entry[], bits: number): Entry | null =>
  entries.findLast((entry) => entry.pareto && entry.bits <= bits) ?? null;

/** The cheapest entry with at least so much SNR. */
export const cheapestFor = (entries: readonly Entry[], snr: number): Entry | null =>
  entries.find((entry) => entry.pareto && entry.snr >= snr) ?? null;
