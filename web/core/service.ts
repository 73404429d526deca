/** The worker's side of the border: one engine, jobs that can be cancelled, the quantizer of each slot. */
import type { Outcome } from './compare';
import type { FileLike } from './directory';
import { Engine, type Work } from './engine';
import { LabError, type Progress } from './lab';
import type { WasmSource } from './load';
import type { CoreModule } from './module';
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

// Of the whole work of bringing weights; the rest is sorting them.
const broughtShare = 0.6;

export type Slot = 'a' | 'b';

/** Job ids come from the client, each used once. */
export class Service {
  #engine: Engine | undefined;
  readonly #jobs = new Map<number, AbortController>();
  readonly #quantizers = new Map<Slot, QuantizerSpec>();

  constructor(private readonly load: (source: WasmSource) => Promise<CoreModule>) {}

  async start(source: WasmSource): Promise<{ formats: FormatInfo[]; sources: SourceInfo[] }> {
    const { formats, sources } = (this.#engine = new Engine(await this.load(source)));
    return { formats, sources };
  }

  generate(job: number, spec: SourceSpec, progress?: Progress): Promise<TensorReport> {
    return this.#run(job, (signal) =>
      this.#bring(signal, progress, (work) => this.#bench.generate(spec, work)),
    );
  }

  open(file: FileLike): Promise<TensorEntry[]> {
    return this.#bench.open(file);
  }

  fill(job: number, file: FileLike, tensor: string, progress?: Progress): Promise<TensorReport> {
    return this.#run(job, (signal) =>
      this.#bring(signal, progress, (work) => this.#bench.loadFrom(file, tensor, work)),
    );
  }

  analyze(job: number, slot: Slot, quantizer: QuantizerSpec, wants: Wants): Promise<Analysis> {
    this.#quantizers.set(slot, quantizer);
    return this.#run(job, (signal) => this.#bench.analyze(quantizer, wants, signal));
  }

  encode(quantizer: QuantizerSpec, coder: string): CodedFile {
    return this.#bench.encode(quantizer, coder);
  }

  probe(slot: Slot, x: number): Probe {
    const quantizer = this.#quantizers.get(slot);
    if (!quantizer) throw new LabError('Nothing was measured yet.');
    return this.#bench.probe(quantizer, x);
  }

  segment(quantizer: QuantizerSpec, index: number): Segment {
    return this.#bench.segment(quantizer, index);
  }

  race(job: number, quantizer: QuantizerSpec, rounds: number, progress?: Progress): Promise<Race> {
    return this.#run(job, (signal) => this.#bench.race(quantizer, rounds, { signal, progress }));
  }

  compare(
    job: number,
    quantizers: QuantizerSpec[],
    each: (outcome: Outcome, done: number) => void,
  ): Promise<Outcome[]> {
    return this.#run(job, (signal) => this.#bench.compare(quantizers, each, signal));
  }

  optimal(job: number, levels: number, progress?: Progress): Promise<OptimalDesign> {
    return this.#run(job, (signal) => this.#bench.optimal(levels, { signal, progress }));
  }

  cancel(job: number): void {
    this.#jobs.get(job)?.abort();
  }

  get #bench(): Engine {
    if (!this.#engine) throw new LabError('The core is not loaded yet.');
    return this.#engine;
  }

  // Brings weights and sorts them; a stop while sorting leaves them to be read directly.
  async #bring(
    signal: AbortSignal,
    progress: Progress | undefined,
    bring: (work: Work) => Promise<TensorReport>,
  ): Promise<TensorReport> {
    const report = await bring({ signal, progress: (fraction) => progress?.(fraction * broughtShare) });
    const sorting = (fraction: number) => progress?.(broughtShare + fraction * (1 - broughtShare));
    const unsorted = await this.#bench.index({ signal, progress: sorting });
    return unsorted ? { ...report, unsorted } : report;
  }

  async #run<T>(job: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#jobs.set(job, controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#jobs.delete(job);
    }
  }
}
