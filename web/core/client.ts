/** The page's side of the border: a Lab whose work is done in a worker, brought up again if it dies. */
import { proxy, wrap, type Endpoint, type Remote } from 'comlink';
import { createWorker, wasmSource } from './assets';
import type { Outcome } from './compare';
import { LabError, Superseded, type Lab, type Progress } from './lab';
import type { WasmSource } from './load';
import { NewestWins } from './newest';
import type { Race } from './race';
import type {
  Analysis,
  CodedFile,
  FormatInfo,
  OptimalDesign,
  Probe,
  QuantizerSpec,
  Segment,
  SourceInfo,
  SourceSpec,
  TensorEntry,
  TensorReport,
  Wants,
} from './report';
import type { Service, Slot } from './service';

/** What the client needs of a Worker. */
export type WorkerLike = Endpoint & { terminate(): void };

/** Loads the core into a worker. Rejects with a LabError where that can't be. */
export async function connect(): Promise<Lab> {
  try {
    return await Client.start(createWorker, await wasmSource());
  } catch (error) {
    throw kind(error) ?? new LabError(notStarted);
  }
}

interface Connection {
  remote: Remote<Service>;
  /** Never resolves; rejects when the worker dies. */
  death: Promise<never>;
  /** Ends the worker; what was asked of it is rejected with the reason, by default that it died. */
  die(reason?: LabError | Superseded): void;
}

const notStarted =
  'The lab’s worker did not start; reload the page to try again. In a sandboxed frame it takes halfstep.html, the lab in one file.';
const died =
  'The lab’s worker stopped, most likely out of memory; it was started again with the weights it had before.';

export class Client implements Lab {
  formats: FormatInfo[] = [];
  sources: SourceInfo[] = [];
  emptied?: () => void;
  #connection!: Promise<Connection>;
  #current: Connection | undefined;
  #nextJob = 1;
  // The generate or load under way.
  #filling: number | undefined;
  #taskJob: number | undefined;
  // What brings a new worker to where the dead one stood.
  #refill: ((remote: Remote<Service>) => Promise<unknown>) | undefined;
  readonly #slots: Record<Slot, NewestWins<{ quantizer: QuantizerSpec; wants: Wants }, Analysis>>;

  private constructor(
    private readonly createWorker: () => WorkerLike,
    private readonly source: WasmSource,
  ) {
    this.#slots = { a: this.#slot('a'), b: this.#slot('b') };
  }

  static async start(create: () => WorkerLike, source: WasmSource): Promise<Client> {
    const client = new Client(create, source);
    await (client.#connection = client.#connect());
    return client;
  }

  generate(spec: SourceSpec, progress?: Progress): Promise<TensorReport> {
    return this.#fill((remote, job, report) => remote.generate(job, spec, report), progress);
  }

  open(file: File): Promise<TensorEntry[]> {
    return this.#call((remote) => remote.open(file));
  }

  load(file: File, tensor: string, progress?: Progress): Promise<TensorReport> {
    return this.#fill((remote, job, report) => remote.fill(job, file, tensor, report), progress);
  }

  cancel(): void {
    if (this.#filling !== undefined) this.#cancel(this.#filling);
  }

  analyze(slot: Slot, quantizer: QuantizerSpec, wants: Wants = {}): Promise<Analysis> {
    return this.#slots[slot].ask({ quantizer, wants });
  }

  stopMeasuring(): void {
    this.#current?.die(new Superseded());
  }

  encode(quantizer: QuantizerSpec, coder: string): Promise<CodedFile> {
    return this.#call((remote) => remote.encode(quantizer, coder));
  }

  race(quantizer: QuantizerSpec, rounds: number, progress?: Progress): Promise<Race> {
    return this.#task((remote, job) => remote.race(job, quantizer, rounds, progress && proxy(progress)));
  }

  compare(quantizers: QuantizerSpec[], each: (outcome: Outcome, done: number) => void): Promise<Outcome[]> {
    return this.#task((remote, job) => remote.compare(job, quantizers, proxy(each)));
  }

  optimal(levels: number, progress?: Progress): Promise<OptimalDesign> {
    return this.#task((remote, job) => remote.optimal(job, levels, progress && proxy(progress)));
  }

  stopTask(): void {
    if (this.#taskJob !== undefined) this.#cancel(this.#taskJob);
  }

  probe(slot: Slot, x: number): Promise<Probe> {
    return this.#call((remote) => remote.probe(slot, x));
  }

  segment(quantizer: QuantizerSpec, index: number): Promise<Segment> {
    return this.#call((remote) => remote.segment(quantizer, index));
  }

  #slot(slot: Slot) {
    let job = 0;
    return new NewestWins<{ quantizer: QuantizerSpec; wants: Wants }, Analysis>(
      ({ quantizer, wants }) =>
        this.#call((remote) => remote.analyze((job = this.#nextJob++), slot, quantizer, wants)),
      (answered, newer) => JSON.stringify(answered.wants) === JSON.stringify(newer.wants),
      () => this.#cancel(job),
    );
  }

  async #fill(
    bring: (remote: Remote<Service>, job: number, progress?: Progress) => Promise<TensorReport>,
    progress?: Progress,
  ): Promise<TensorReport> {
    this.cancel();
    const job = (this.#filling = this.#nextJob++);
    try {
      const report = await this.#call((remote) => bring(remote, job, progress && proxy(progress)));
      this.#refill = (remote) => bring(remote, this.#nextJob++);
      return report;
    } finally {
      if (this.#filling === job) this.#filling = undefined;
    }
  }

  #cancel(job: number): void {
    void this.#connection.then(({ remote }) => remote.cancel(job)).catch(() => {});
  }

  // Work started by hand, one at a time: a newer one stops it.
  async #task<T>(ask: (remote: Remote<Service>, job: number) => Promise<T>): Promise<T> {
    this.stopTask();
    const job = (this.#taskJob = this.#nextJob++);
    try {
      return await this.#call((remote) => ask(remote, job));
    } finally {
      if (this.#taskJob === job) this.#taskJob = undefined;
    }
  }

  async #call<T>(ask: (remote: Remote<Service>) => Promise<T>): Promise<T> {
    const connection = await this.#connection;
    try {
      return await Promise.race([ask(connection.remote), connection.death]);
    } catch (error) {
      const known = kind(error);
      if (known) throw known;
      // A trap in the core: what is left in its memory can't be trusted.
      connection.die();
      throw new LabError(died);
    }
  }

  async #connect(): Promise<Connection> {
    const worker = this.createWorker();
    const remote = wrap<Service>(worker);
    let bury!: (reason: LabError | Superseded) => void;
    const death = new Promise<never>((_, reject) => (bury = reject));
    death.catch(() => {});
    const connection: Connection = {
      remote,
      death,
      die: (reason) => {
        worker.terminate();
        bury(reason ?? new LabError(this.#current === connection ? died : notStarted));
        if (this.#current !== connection) return;
        this.#current = undefined;
        this.#connection = this.#connect();
        this.#connection.catch(() => {});
      },
    };
    worker.addEventListener('error', () => connection.die());
    worker.addEventListener('messageerror', () => connection.die());

    const { formats, sources } = await Promise.race([remote.start(this.source), death]).catch((error) => {
      connection.die();
      throw kind(error) ?? new LabError(notStarted);
    });
    Object.assign(this, { formats, sources });
    try {
      await Promise.race([this.#refill?.(remote), death]);
    } catch {
      // They can't be had again: start with an empty bench.
      this.#refill = undefined;
      connection.die();
      const empty = this.#connect();
      // What is asked from now on waits for the new worker.
      this.emptied?.();
      return empty;
    }
    this.#current = connection;
    return connection;
  }
}

/** The two rejections a Lab speaks, rebuilt on this side of the border; undefined for any other error. */
function kind(error: unknown): LabError | Superseded | undefined {
  const { name, message } = error as Error;
  if (name === 'Superseded') return new Superseded();
  if (name === 'LabError') return new LabError(message);
  return undefined;
}
