/** The session over the real client and core, worked at random: it must end on what its state says, and fall silent. */
import { readFile } from 'node:fs/promises';
import { expose, type Endpoint } from 'comlink';
import { afterEach, expect, it, vi } from 'vitest';
import { Client, type WorkerLike } from '../../web/core/client';
import { loadCore } from '../../web/core/load';
import type { Wants } from '../../web/core/report';
import { Service } from '../../web/core/service';
import { asked } from '../../web/core/words';
import type { Experiment } from '../../web/experiments/experiment';
import { Session } from '../../web/session';
import { npyFile, safetensorsFile } from '../reference/files.mjs';
import { makeEngine, memoryFile, settle, wasm } from './bench';

let messages = 0;

/** A worker in this thread that is handed things as they are: Node's clone of a File has no name. */
function workerOf(service: object): WorkerLike {
  const ends = [new EventTarget(), new EventTarget()];
  const end = (mine: number) => ({
    addEventListener: ends[mine]!.addEventListener.bind(ends[mine]),
    removeEventListener: ends[mine]!.removeEventListener.bind(ends[mine]),
    postMessage: (data: unknown) => {
      messages += 1;
      setImmediate(() => ends[1 - mine]!.dispatchEvent(new MessageEvent('message', { data })));
    },
    terminate: () => {},
  });
  expose(service, end(1) as unknown as Endpoint);
  return end(0) as unknown as WorkerLike;
}

function browser(): void {
  const location = { pathname: '/', search: '?n=1000' };
  vi.stubGlobal('location', location);
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('history', { replaceState: () => {}, pushState: () => {} });
}
afterEach(() => vi.unstubAllGlobals());

const wave = (count: number, pace: number) => Array.from({ length: count }, (_, i) => Math.sin(i * pace));
const models = ['A.safetensors', 'B.safetensors'].map((name, i) =>
  memoryFile(
    name,
    safetensorsFile({
      small: { shape: [300 + i], values: wave(300 + i, 1 + i) },
      large: { shape: [60_000 + i], values: wave(60_000 + i, 2 + i) },
    }),
  ),
);
// Its directory can be read and its weights can't.
const torn = memoryFile('torn.npy', npyFile({ values: wave(500, 3) }));
const files = [
  ...models,
  { ...torn, slice: (begin: number, end: number) => torn.slice(begin, begin > 0 ? begin : end) },
  memoryFile('cat.jpg', new Uint8Array(100)),
] as unknown as File[];

const wants: Wants[] = [
  {},
  { weights: true, levels: true },
  { noise: true, sweep: [2, 4, 6, 8] },
  { lloyd: { levels: 4, most: 8 }, range_scan: { count: 9, change: { granularity: 'tensor' } } },
  { by_place: 16, limit: [1, 2] },
];
const experiments = wants.map((each, i) => ({
  id: `x${i}`,
  title: `x${i}`,
  wants: () => each,
})) as unknown as Experiment[];

/** Weights measured before they were sorted are summed in another order: the last digits differ. */
function near(value: unknown): unknown {
  if (typeof value === 'number' && Number.isFinite(value)) return expect.closeTo(value, 9);
  if (Array.isArray(value)) return value.map(near);
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, near(each)]));
}

it.each([1, 2, 3, 4])(
  'ends on the weights of its state, walk %i',
  async (start) => {
    let seed = start * 7919;
    const below = (n: number) => (seed = (seed * 16807) % 2147483647) % n;
    const one = <T>(list: readonly T[]) => list[below(list.length)]!;
    browser();
    const bytes = await readFile(wasm);
    const lab = await Client.start(() => workerOf(new Service(loadCore)), { bytes });
    const session = new Session(lab, experiments, () => {});
    const source = (change: object) =>
      session.change({ source: { ...session.state.source, ...change }, file: null }, below(4) > 0);
    const steps = [
      () => source({ count: one([1000, 20_000, 1_500_000, 3_000_000]) }),
      () => source({ seed: below(5) }),
      () => session.changeQuantizer({ bits: 2 + below(7), rounding: one(['nearest', 'stochastic']) }, true),
      () => session.change({ held: below(2) ? session.state.quantizer : null }, true),
      () => session.change({ experiment: one(experiments).id }, true),
      () => session.undo(),
      () => session.undo(),
      () => session.redo(),
      () => session.redo(),
      () => session.cancel(),
      () => void session.open(one(files)),
      () =>
        session.change({ file: { name: one(models).name, tensor: one(['small', 'large', 'gone']) } }, true),
    ];
    for (let round = 0; round < 4; ++round) {
      for (let step = 0; step < 15; ++step) {
        one(steps)();
        if (below(3) === 0) await settle(below(30));
      }
      // A drag ends.
      session.change({}, true);
      let before = -1;
      while (before !== messages) {
        before = messages;
        await settle(250);
      }
      const { state } = session;
      expect([session.work, session.stale]).toEqual([null, false]);

      const fresh = await makeEngine();
      const named = files.find(({ name }) => name === state.file?.name && session.files.has(name));
      const weights = await (named
        ? fresh.loadFrom(named, state.file!.tensor)
        : fresh.generate(state.source));
      await fresh.index();
      expect(session.tensor).toMatchObject(weights);
      const measure = (words: typeof state.quantizer) =>
        fresh.analyze(
          asked(lab.formats, words),
          experiments.find(({ id }) => id === state.experiment)!.wants(words, []),
        );
      expect(session.a).toEqual(near(await measure(state.quantizer)));
      expect(session.b).toEqual(state.held && near(await measure(state.held)));
    }
  },
  60_000,
);
