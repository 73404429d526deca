import { readFile } from 'node:fs/promises';
import { expose, type Endpoint } from 'comlink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, type WorkerLike } from '../../web/core/client';
import { candidates, type Outcome } from '../../web/core/compare';
import { LabError, Superseded } from '../../web/core/lab';
import { loadCore } from '../../web/core/load';
import { NewestWins } from '../../web/core/newest';
import { Service } from '../../web/core/service';
import { npyFile } from '../reference/files.mjs';
import { memoryFile, quantizer, settle, source, wasm } from './bench';

const open: MessagePort[] = [];
afterEach(() => open.splice(0).forEach((port) => port.close()));

/** A worker in this thread: its messages cross a channel as they would cross to a worker. */
function workerOf(service: object): WorkerLike & { crash(): void; terminated: boolean } {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  expose(service, port1 as unknown as Endpoint);
  let crashed = () => {};
  const worker = {
    terminated: false,
    postMessage: port2.postMessage.bind(port2),
    start: port2.start.bind(port2),
    addEventListener(type: string, listener: EventListener) {
      if (type === 'error') crashed = () => listener(new Event('error'));
      else port2.addEventListener(type, listener);
    },
    removeEventListener: port2.removeEventListener.bind(port2),
    terminate() {
      worker.terminated = true;
      port1.close();
    },
    crash: () => crashed(),
  };
  return worker as never;
}

const real = async () => {
  const bytes = await readFile(wasm);
  return Client.start(() => workerOf(new Service(loadCore)), { bytes });
};

/** Answers when told to, and keeps what it was asked. */
class SlowService {
  analyzed: string[] = [];
  cancelled: number[] = [];
  filled: string[] = [];
  pending: { answer(): void; fail(error: Error): void }[] = [];
  start = async () => ({ formats: [], sources: [] });
  analyze(_job: number, slot: string, { bits }: { bits: number }) {
    this.analyzed.push(`${slot}${bits}`);
    return this.#later({ report: bits });
  }
  generate(_job: number, { seed }: { seed: number }) {
    this.filled.push(`seed ${seed}`);
    return this.#later({ count: seed });
  }
  open = async (file: { name: string }) => (this.filled.push(`open ${file.name}`), []);
  cancel = (job: number) => void this.cancelled.push(job);
  #later<T>(value: T): Promise<T> {
    return new Promise((answer, fail) => this.pending.push({ answer: () => answer(value), fail }));
  }
}

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    (value) => value,
    (error: Error) => error.constructor,
  );
const until = (ready: () => boolean) => vi.waitFor(() => expect(ready()).toBe(true), 10_000);
const ask = (bits: number) => quantizer({ bits });

describe('the newest request wins', () => {
  it('sends one at a time, and of those that wait only the newest', async () => {
    const service = new SlowService();
    const lab = await Client.start(() => workerOf(service), {});
    const asked = [1, 2, 3, 4, 5].map((bits) => outcome(lab.analyze('a', ask(bits))));
    await until(() => service.pending.length > 0);
    await settle(20);
    expect(service.analyzed).toEqual(['a1']);
    service.pending[0].answer();
    await until(() => service.pending.length > 1);
    expect(service.analyzed).toEqual(['a1', 'a5']);
    service.pending[1].answer();
    expect(await Promise.all(asked)).toEqual([
      { report: 1 },
      Superseded,
      Superseded,
      Superseded,
      { report: 5 },
    ]);
  });

  it('keeps the slots apart', async () => {
    const service = new SlowService();
    const lab = await Client.start(() => workerOf(service), {});
    const asked = [outcome(lab.analyze('a', ask(1))), outcome(lab.analyze('b', ask(2)))];
    await until(() => service.pending.length > 1);
    expect(service.analyzed).toEqual(['a1', 'b2']);
    service.pending.forEach((each) => each.answer());
    expect(await Promise.all(asked)).toEqual([{ report: 1 }, { report: 2 }]);
  });

  it('drops an answer on its way when the newer wants another picture, and tells the worker', async () => {
    const service = new SlowService();
    const lab = await Client.start(() => workerOf(service), {});
    const older = outcome(lab.analyze('a', ask(1), { noise: true }));
    const newer = outcome(lab.analyze('a', ask(1), { levels: true }));
    await until(() => service.cancelled.length > 0);
    service.pending[0].answer();
    expect(await older).toBe(Superseded);
    await until(() => service.pending.length > 1);
    service.pending[1].answer();
    expect(await newer).toEqual({ report: 1 });
  });

  it('goes on after a refusal', async () => {
    const newest = new NewestWins<number, number>(
      async (n) => {
        if (n < 0) throw new LabError('No.');
        return n;
      },
      () => true,
      () => {},
    );
    await expect(newest.ask(-1)).rejects.toThrow('No.');
    expect(await newest.ask(2)).toBe(2);
  });

  it('holds a slider for a while without a queue, on the real core', async () => {
    const lab = await real();
    await lab.generate(source({ count: 200_000 }));
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      asked.push(outcome(lab.analyze('a', quantizer({ range: String(1 + i / 100) }), { sweep: [2, 8] })));
      if (i % 10 === 0) await settle();
    }
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter((each) => each === Superseded).length).toBeGreaterThan(100);
    expect(outcomes.at(-1)).toMatchObject({ report: { quantizer: { range: '2.99' } } });
  });
});

describe('filling the bench through the border', () => {
  it('reports progress and can be cancelled; what stood stands', async () => {
    const lab = await real();
    expect(lab.formats.map((format) => format.name)).toContain('uint');
    expect(lab.sources.map((each) => each.name)).toContain('student');
    await lab.generate(source({ count: 1000 }));
    const fractions: number[] = [];
    const long = lab.generate(source({ count: 16_777_216 }), (fraction) => {
      fractions.push(fraction);
      lab.cancel();
    });
    await expect(long).rejects.toBeInstanceOf(Superseded);
    expect(fractions.length).toBeGreaterThan(0);
    expect(Math.max(...fractions)).toBeLessThan(1);
    expect((await lab.analyze('a', quantizer())).report.tensor.count).toBe(1000);
  });

  it('carries the core’s sentences across', async () => {
    const lab = await real();
    const refused = lab.generate(source({ name: 'nonesuch' }));
    await expect(refused).rejects.toBeInstanceOf(LabError);
    await expect(refused).rejects.toThrow(/nonesuch/);
    await expect(lab.probe('a', 1)).rejects.toBeInstanceOf(LabError);
  });

  it('probes with the quantizer last analyzed in the slot', async () => {
    const lab = await real();
    await lab.generate(source({ count: 1000 }));
    await lab.analyze('a', quantizer({ bits: 3, range: '3' }));
    await lab.analyze('b', quantizer({ bits: 2, range: '3' }));
    expect((await lab.probe('a', 2.2)).quantized).toBe(2);
    expect((await lab.probe('b', 2.2)).quantized).toBe(3);
  });
});

describe('weights of files', () => {
  it('leaves newer weights alone when an older file’s directory comes late', async () => {
    const service = new Service(loadCore);
    await service.start({ bytes: await readFile(wasm) });
    const late = memoryFile('late.npy', npyFile({ values: [1, 2, 3] }));
    let go!: () => void;
    const held = new Promise<void>((resolve) => (go = resolve));
    const slow = {
      ...late,
      slice: (begin: number, end: number) => ({
        arrayBuffer: () => held.then(() => late.slice(begin, end).arrayBuffer()),
      }),
    };
    const older = outcome(service.fill(1, slow, 'late'));
    service.cancel(1);
    const newer = service.generate(2, source({ count: 4_000_000 }));
    go();
    expect(await older).toBe(Superseded);
    expect((await newer).count).toBe(4_000_000);
    expect((await service.fill(3, late, 'late')).count).toBe(3);
  });
});

describe('a comparison through the border', () => {
  it('tells each outcome as it comes, lets other questions in between, and gives all', async () => {
    const lab = await real();
    await lab.generate(source({ count: 100_000 }));
    const asked = candidates(lab.formats).slice(0, 40);
    const heard: [Outcome, number][] = [];
    const comparing = lab.compare(asked, (each, done) => heard.push([each, done]));
    let during = -1;
    const between = lab.analyze('a', quantizer({ bits: 7 })).then(() => (during = heard.length));
    const all = await comparing;
    await between;
    await settle();
    expect(during).toBeLessThan(asked.length);
    expect(all.map(({ quantizer: spec }) => spec)).toEqual(asked);
    expect(heard.map(([each]) => each)).toEqual(all);
    expect(heard.at(-1)![1]).toBe(1);
  });
  it('is stopped, and a block of the quantizer comes', async () => {
    const lab = await real();
    await lab.generate(source({ count: 100_000 }));
    const comparing = lab.compare(candidates(lab.formats), () => lab.stopTask());
    await expect(comparing).rejects.toBeInstanceOf(Superseded);
    const { begin, count, weights } = await lab.segment(quantizer({ granularity: 'block:40' }), 2);
    expect([begin, count, weights.length]).toEqual([80, 40, 40]);
    await expect(lab.segment(quantizer(), 1)).rejects.toBeInstanceOf(LabError);
  });
});

/** A lab of slow workers, the first of which has made weights of seed 77 and is measuring them. */
async function measuring() {
  const services: SlowService[] = [];
  const workers: ReturnType<typeof workerOf>[] = [];
  const lab = await Client.start(() => {
    services.push(new SlowService());
    workers.push(workerOf(services.at(-1)!));
    return workers.at(-1)!;
  }, {});
  const generated = lab.generate(source({ seed: 77 }));
  await until(() => services[0].pending.length > 0);
  services[0].pending[0].answer();
  await generated;
  const asked = outcome(lab.analyze('a', ask(1)));
  await until(() => services[0].pending.length > 1);
  /** The second worker makes the same weights, and measures. */
  const startedAgain = async () => {
    await until(() => services[1]?.pending.length > 0);
    expect(services[1].filled).toEqual(['seed 77']);
    services[1].pending[0].answer();
    const again = lab.analyze('a', ask(2));
    await until(() => services[1].pending.length > 1);
    services[1].pending[1].answer();
    expect(await again).toEqual({ report: 2 });
  };
  return { lab, services, workers, asked, startedAgain };
}

describe('a worker that dies', () => {
  it('rejects what was asked with one sentence, and is started again with its weights', async () => {
    const { workers, asked, startedAgain } = await measuring();
    workers[0].crash();
    expect(await asked).toBe(LabError);
    expect(workers[0].terminated).toBe(true);
    await startedAgain();
  });

  it('is ended by hand without a complaint, and started again with its weights', async () => {
    const { lab, asked, startedAgain } = await measuring();
    lab.stopMeasuring();
    expect(await asked).toBe(Superseded);
    await startedAgain();
  });

  it('counts a trap in the core as a death', async () => {
    let started = 0;
    const service = new SlowService();
    const lab = await Client.start(() => (started++, workerOf(service)), {});
    const asked = lab.analyze('a', ask(1));
    await until(() => service.pending.length > 0);
    service.pending[0].fail(new WebAssembly.RuntimeError('memory access out of bounds'));
    await expect(asked).rejects.toThrow(/worker stopped/);
    await until(() => started === 2);
  });

  it('does not start again and again what dies at its start', async () => {
    let started = 0;
    const dead = { start: () => Promise.reject(new Error('trap')) };
    const start = Client.start(() => (started++, workerOf(dead)), {});
    await expect(start).rejects.toThrow(/did not start/);
    await settle(20);
    expect(started).toBe(1);
  });

  it('starts empty when the weights kill it again', async () => {
    const { lab, services, asked } = await measuring();
    let emptied = 0;
    lab.emptied = () => (emptied += 1);
    services[0].pending[1].fail(new Error('trap'));
    expect(await asked).toBe(LabError);
    await until(() => services[1]?.pending.length > 0);
    services[1].pending[0].fail(new Error('trap'));
    await until(() => services.length === 3);
    await settle(20);
    expect([services[2].filled, emptied]).toEqual([[], 1]);
  });
});
