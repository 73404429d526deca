/** The worker's side of the border: one engine, jobs that can be cancelled, the quantizer of each slot. */
import { Engine, type FileLike } from './engine';
import { LabError, type Progress } from './lab';
import type { WasmSource } from './load';
import type { CoreModule } from './module';
import type {
  Analysis,
  FormatInfo,
  Probe,
  QuantizerSpec,
  SourceInfo,
  SourceSpec,
  TensorEntry,
  TensorReport,
  Wants,
} from './report';

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
    return this.#run(job, (signal) => this.#bench.generate(spec, { progress, signal }));
  }

  open(file: FileLike): Promise<TensorEntry[]> {
    return this.#bench.open(file);
  }

  fill(job: number, tensor: string, progress?: Progress): Promise<TensorReport> {
    return this.#run(job, (signal) => this.#bench.load(tensor, { progress, signal }));
  }

  analyze(job: number, slot: Slot, quantizer: QuantizerSpec, wants: Wants): Promise<Analysis> {
    this.#quantizers.set(slot, quantizer);
    return this.#run(job, (signal) => this.#bench.analyze(quantizer, wants, signal));
  }

  probe(slot: Slot, x: number): Probe {
    const quantizer = this.#quantizers.get(slot);
    if (!quantizer) throw new LabError('Nothing was measured yet.');
    return this.#bench.probe(quantizer, x);
  }

  cancel(job: number): void {
    this.#jobs.get(job)?.abort();
  }

  get #bench(): Engine {
    if (!this.#engine) throw new LabError('The core is not loaded yet.');
    return this.#engine;
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
