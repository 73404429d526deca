/** The core in two parts: the first makes the first pictures, the rest comes when it is called or when there is time. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../web/core/engine';
import { LabError } from '../../web/core/lab';
import { loadCore } from '../../web/core/load';
import { startOf } from '../../web/core/words';
import { makeEngine, quantizer, source } from './bench';

const part = async (name: string) =>
  Uint8Array.from(await readFile(new URL(`../../build/wasm/halfstep.${name}.wasm`, import.meta.url)));
const url = 'http://127.0.0.1/rest.wasm';

let first: Uint8Array<ArrayBuffer>, rest: Uint8Array<ArrayBuffer>, whole: Engine;
beforeAll(async () => {
  [first, rest, whole] = await Promise.all([part('first'), part('rest'), makeEngine()]);
  await whole.generate(source());
  await whole.index();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function start(): Promise<Engine> {
  const engine = new Engine(await loadCore({ bytes: first, rest: { url } }));
  await engine.generate(source());
  await engine.index();
  return engine;
}

/** A host as a worker asks it while all waits. */
function answering(answer: () => { status: number; response?: ArrayBuffer }): { asked: string[] } {
  const asked: string[] = [];
  vi.stubGlobal(
    'XMLHttpRequest',
    class {
      status = 0;
      response: ArrayBuffer | undefined;
      open(_: string, address: string, later: boolean) {
        expect(later).toBe(false);
        asked.push(address);
      }
      send() {
        Object.assign(this, answer());
      }
    },
  );
  return { asked };
}

const zoo = (engine: Engine, name: string) => startOf(engine.formats.find((row) => row.name === name)!);

describe('the core in two parts', () => {
  it('is smaller in the first than it was', () => {
    expect(first.length).toBeLessThan(0.7 * (first.length + rest.length));
    expect(rest.length).toBeGreaterThan(50_000);
  });

  it('measures uniform quantizers without the rest', async () => {
    const { asked } = answering(() => ({ status: 500 }));
    const engine = await start();
    for (const format of ['int', 'uint', 'midrise']) {
      for (const granularity of ['tensor', 'group:64']) {
        const words = quantizer({ format, bits: 4, granularity });
        const wants = { weights: true, noise: true, levels: true, sweep: [2, 4, 8] };
        expect(await engine.analyze(words, wants)).toEqual(await whole.analyze(words, wants));
      }
    }
    expect(asked).toEqual([]);
  });

  it('asks for the rest where it is called, once', async () => {
    const { asked } = answering(() => ({ status: 200, response: rest.slice().buffer }));
    const engine = await start();
    for (const name of ['q4_k', 'nf4', 'lloyd-max', 'e8']) {
      expect((await engine.analyze(zoo(engine, name))).report).toEqual(
        (await whole.analyze(zoo(whole, name))).report,
      );
    }
    expect(asked).toEqual([url]);
  });

  it('says in one sentence that the rest can’t be had, as often as it is called, and stands', async () => {
    let answer: { status: number; response?: ArrayBuffer } = { status: 404 };
    const { asked } = answering(() => {
      if (answer.status === 0) throw new TypeError('offline');
      return answer;
    });
    const engine = await start();
    const here = await engine.analyze(quantizer());
    for (let time = 0; time < 100; ++time) {
      answer = { status: time % 2 ? 404 : 0 };
      const refused = engine.analyze(zoo(engine, 'q4_k'));
      await expect(refused).rejects.toBeInstanceOf(LabError);
      await expect(refused).rejects.toThrow(
        time % 2 ? /rest\.wasm \(HTTP status 404\)\.$/ : /\(no answer\)\.$/,
      );
    }
    expect(await engine.analyze(quantizer({ bits: 5 }))).toEqual(await whole.analyze(quantizer({ bits: 5 })));
    expect((await engine.analyze(quantizer())).report).toEqual(here.report);
    expect(asked.length).toBe(100);
    answer = { status: 200, response: rest.slice().buffer };
    expect((await engine.analyze(zoo(engine, 'q4_k'))).report).toEqual(
      (await whole.analyze(zoo(whole, 'q4_k'))).report,
    );
  });

  it('brings the rest by itself a moment after the start', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const fetch = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async () => new Response(new Uint8Array(rest)));
    const engine = await start();
    expect(fetch).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2000);
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledWith(url));
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 500));
    // There is no XMLHttpRequest in Node: were the rest not here, this would fail.
    expect((await engine.analyze(zoo(engine, 'q4_k'))).report).toEqual(
      (await whole.analyze(zoo(whole, 'q4_k'))).report,
    );
  });
});
