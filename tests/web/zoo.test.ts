/** Every format on one plane: entries and views by hand, and on the real core the numbers that the page says. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Memory } from '../../web/components/chart/hold';
import { candidates, type Outcome } from '../../web/core/compare';
import type { Engine } from '../../web/core/engine';
import type { Lab } from '../../web/core/lab';
import type { Analysis, QuantizerSpec, Report } from '../../web/core/report';
import type { Scene } from '../../web/experiments/experiment';
import { ceilingOf, DB_A_BIT } from '../../web/experiments/plane-data';
import { Task } from '../../web/experiments/task';
import { zoo } from '../../web/experiments/zoo';
import {
  beginsByItself,
  bestFor,
  BY_ITSELF,
  cheapestFor,
  entriesOf,
  families,
  foundOf,
  start,
  toEntries,
  viewOf,
  WIDTHS,
  type Found,
} from '../../web/experiments/zoo-data';
import { markOf, shapes } from '../../web/experiments/zoo-marks';
import { choose } from '../../web/experiments/zoo-picture';
import { formatRow, makeEngine, quantizer, settle, source } from './bench';

const rows = [
  formatRow({ name: 'int' }),
  formatRow({ name: 'nf4', family: 'codebook', bits_min: 4, bits_max: 4 }),
  formatRow({ name: 'fp8', family: 'float', bits_min: 8, bits_max: 8 }),
];
const outcome = (format: string, bits: number | null, snr: number | null, exact = false): Outcome => ({
  quantizer: quantizer({ format }),
  report: {
    quantizer: { bits_per_weight: bits },
    noise: { snr_db: snr, exact },
  } as unknown as Report,
  reason: '',
});

describe('entries', () => {
  const entries = toEntries(
    [
      outcome('fp8', 8, 31),
      outcome('nf4', 4.5, 20.5),
      outcome('int', 8, 40),
      outcome('int', 4, null),
      { quantizer: quantizer(), report: null, reason: 'No.' },
      outcome('int', 16, null, true),
    ],
    rows,
  );

  test('are the measured ones, the cheapest first, with family and front', () => {
    expect(entries.map(({ bits, kin, pareto }) => [bits, kin, pareto])).toEqual([
      [4.5, 1, true],
      [8, 0, true],
      [8, 2, false],
      [16, 0, true],
    ]);
    expect(entries.at(-1)!.snr).toBe(Infinity);
  });
  test('the best for so many bits, the cheapest for so much SNR', () => {
    expect(bestFor(entries, 7.9)!.bits).toBe(4.5);
    expect(bestFor(entries, 8)!.snr).toBe(40);
    expect(bestFor(entries, 4)).toBeNull();
    expect(cheapestFor(entries, 21)!.bits).toBe(8);
    expect(cheapestFor(entries, 41)!.bits).toBe(16);
    expect(cheapestFor(entries.slice(0, 2), 41)).toBeNull();
  });
  test('a view shows what is chosen and the limit over it', () => {
    const ceiling = { gaussian: 0, shannon: 0, from: 0 };
    for (const width of WIDTHS)
      for (const at of [
        { bits: 1, snr: 4 },
        { bits: 4.5, snr: 20 },
        { bits: 16, snr: 74 },
      ]) {
        const { x, y } = viewOf(at, entries, ceiling, width);
        expect(x[0]).toBeGreaterThanOrEqual(0);
        expect(x[1] - x[0]).toBeCloseTo(width, 9);
        expect(x[0]).toBeLessThanOrEqual(at.bits);
        expect(x[1]).toBeGreaterThanOrEqual(at.bits);
        expect(y[0]).toBeLessThan(at.snr);
        expect(y[1]).toBeGreaterThan(at.snr);
      }
  });
  test('families of the table are told apart by colour and by shape', () => {
    const marks = [0, 1, 2, 3, 4, 5];
    expect(new Set(marks.map(markOf)).size).toBe(6);
    expect(new Set(marks.map((kin) => shapes(kin, [[50, 50]], 12))).size).toBe(6);
  });
});

describe('on the real core', () => {
  let engine: Engine;
  let stops: AbortController;
  const changed: Partial<QuantizerSpec>[] = [];
  beforeAll(async () => {
    engine = await makeEngine();
    await engine.generate(source({ count: 50_000, seed: 9 }));
  });

  /** A lab that does the comparison here. */
  const lab = () =>
    ({
      formats: engine.formats,
      compare: (asked: QuantizerSpec[], each: (outcome: Outcome, done: number) => void) =>
        engine.compare(asked, each, (stops = new AbortController()).signal),
      stopTask: () => stops.abort(),
    }) as unknown as Lab;

  async function sceneOf(words: Partial<QuantizerSpec>, task?: Task): Promise<Scene> {
    const spec = quantizer(words);
    const a: Analysis = await engine.analyze(spec, zoo.wants(spec, engine.formats));
    return {
      ...{ quantizer: spec, a, b: null, width: 980, height: 420, em: 12, moving: false, cursor: null, task },
      memory: new Map() as Memory,
      point: () => {},
      change: (change) => void changed.push(change),
      probe: () => null,
    };
  }

  test('points arrive, and then all of the table stands on the plane under the limit', async () => {
    let heard = 0;
    const task = new Task(lab(), () => (heard += 1));
    const scene = await sceneOf({ bits: 4 }, task);
    expect(beginsByItself(scene, task)).toBe(true);
    expect(zoo.why(scene)[0]).toMatch(/^No format was compared/);
    start(scene);
    expect(beginsByItself(scene, task)).toBe(false);
    await settle(5);
    const early = foundOf(scene)!.outcomes.length;
    expect(early).toBeGreaterThan(0);
    while (task.running) await settle(5);
    const found = foundOf(scene)!;
    expect(found.outcomes).toHaveLength(candidates(engine.formats).length);
    expect(early).toBeLessThan(found.outcomes.length);
    expect(heard).toBeGreaterThan(found.outcomes.length);
    expect(beginsByItself(scene, task)).toBe(false);

    const entries = entriesOf(scene);
    expect(new Set(entries.map(({ kin }) => kin)).size).toBe(families(engine.formats).length);
    // Normal weights that know nothing of each other: no format passes D(R), which is 6.02 dB a bit from 0.
    const { from } = ceilingOf(scene.a);
    expect(from).toBeCloseTo(0, 1);
    for (const { bits, snr, name } of entries) expect(snr, name).toBeLessThan(from! + DB_A_BIT * bits + 0.05);
    // Max (1960): 20.22 dB of 16 levels, and int with absmax is worse.
    expect(entries.find(({ name }) => name === 'lloyd-max 4')!.snr).toBeCloseTo(20.22, 1);
    expect(zoo.why(scene)[0]).toMatch(/^int 4 is under the front: .* has \d+\.\d\d dB more/);
    const facts = zoo.facts(scene);
    expect(facts[1]!.measured).toBe('4.001 bit');
    const table = zoo.table(scene);
    expect(table.rows).toHaveLength(entries.length);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    expect(zoo.describe({ ...scene, cursor: 3 })).toContain('ecsq 3');

    // A press puts a quantizer on the bench, in all its words but the seed.
    choose(
      scene,
      entries.find(({ name }) => name === 'nf4')!,
    );
    expect(changed.at(-1)).toMatchObject({ format: 'nf4', bits: 4, granularity: 'block:64' });
    expect(changed.at(-1)).not.toHaveProperty('seed');
  });

  test('a stop keeps what had come, and nothing starts anew by itself', async () => {
    const task = new Task(lab(), () => {
      if ((task.result as Found | undefined)?.outcomes.length === 3) task.lab.stopTask();
    });
    const scene = await sceneOf({ bits: 4 }, task);
    start(scene);
    while (task.running) await settle(2);
    expect(task.trouble).toBe('');
    expect(foundOf(scene)!.outcomes).toHaveLength(3);
    expect(beginsByItself(scene, task)).toBe(false);
    expect(zoo.why(scene)[0]).toMatch(/^The comparison was stopped after 3 of/);
  });

  test('of other weights it is stale: a new one begins, or waits where they are many', async () => {
    const task = new Task(lab(), () => {});
    start(await sceneOf({ bits: 4 }, task));
    while (task.running) await settle(5);
    await engine.generate(source({ name: 'laplace', count: 700, seed: 2 }));
    const scene = await sceneOf({ bits: 4 }, task);
    expect(foundOf(scene)).toBeNull();
    expect(entriesOf(scene)).toEqual([]);
    expect(beginsByItself(scene, task)).toBe(true);
    const { report } = scene.a;
    const many = {
      ...scene,
      a: { ...scene.a, report: { ...report, tensor: { ...report.tensor, count: BY_ITSELF + 1 } } },
    };
    expect(beginsByItself(many, task)).toBe(false);
  });

  test('newer weights end a comparison without a word', async () => {
    const task = new Task(lab(), () => {});
    const scene = await sceneOf({ bits: 4 }, task);
    start(scene);
    await engine.generate(source({ count: 900, seed: 3 }));
    while (task.running) await settle(2);
    expect(task.trouble).toBe('');
  });
});
