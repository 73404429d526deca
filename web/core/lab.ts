/** What the page asks of the worker. Every method may reject with a LabError: one sentence for a person. */
import type { Outcome } from './compare';
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

// The names carry the kind across the worker's border.
export class LabError extends Error {
  override name = 'LabError';
}
/** A newer request took this one's place, or it was cancelled: show nothing, keep what stands. */
export class Superseded extends Error {
  override name = 'Superseded';
}

export type Progress = (fraction: number) => void;

export interface Lab {
  readonly formats: FormatInfo[];
  readonly sources: SourceInfo[];
  /** Called when the weights were lost with their worker and could not be had again: the bench is empty. */
  emptied?: (() => void) | undefined;
  /** Fills the bench from a seeded source. Until it resolves the earlier weights stand. */
  generate(spec: SourceSpec, progress?: Progress): Promise<TensorReport>;
  /** Reads a file's directory of tensors, and nothing else of it. */
  open(file: File): Promise<TensorEntry[]>;
  /** Fills the bench from a tensor of a file. Until it resolves the earlier weights stand. */
  load(file: File, tensor: string, progress?: Progress): Promise<TensorReport>;
  /** Stops a generate or load under way; its promise rejects with Superseded. */
  cancel(): void;
  /**
   * Measures. Within a slot ('a', 'b') the newest request wins: an older one rejects with Superseded. One
   * already under way that wants the same pictures still resolves, in order, so that a fast drag stays live.
   */
  analyze(slot: 'a' | 'b', quantizer: QuantizerSpec, wants?: Wants): Promise<Analysis>;
  /**
   * Stops all measuring, though the core may not breathe while it measures: the worker is started again and its
   * weights are brought again. What was asked rejects with Superseded.
   */
  stopMeasuring(): void;
  /** The weights as a coded tensor, ready to be a file. */
  encode(quantizer: QuantizerSpec, coder: string): Promise<CodedFile>;
  /** The Report by plain JavaScript, scalar and SIMD wasm and the index, timed over so many rounds. */
  race(quantizer: QuantizerSpec, rounds: number, progress?: Progress): Promise<Race>;
  /**
   * The Report of each quantizer, or why it has none on these weights; `each` hears an outcome as it comes, and the
   * share that is done.
   */
  compare(quantizers: QuantizerSpec[], each: (outcome: Outcome, done: number) => void): Promise<Outcome[]>;
  /** The provably best codebook of 1 to 64 levels for the weights on the bench. */
  optimal(levels: number, progress?: Progress): Promise<OptimalDesign>;
  /** Stops a race, a comparison or an optimal design under way; its promise rejects with Superseded. */
  stopTask(): void;
  /** One weight through the quantizer last analyzed in the slot. */
  probe(slot: 'a' | 'b', x: number): Promise<Probe>;
  /** The weights of one scale, or of one block of a storage layout, one by one. */
  segment(quantizer: QuantizerSpec, index: number): Promise<Segment>;
}
