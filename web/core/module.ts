/** The wasm core as Embind exposes it (src/bindings). Plain values in, plain values out, copies only. */
import type {
  CodedFile,
  CodedLength,
  DecodedTensor,
  Design,
  DitherStudy,
  FormatInfo,
  HeatMap,
  Histogram,
  Levels,
  Limit,
  NoiseByPlace,
  OptimalDesign,
  Probe,
  RangePoint,
  Segment,
  SourceInfo,
  SourceSpec,
  TensorEntry,
  UniformOptimum,
} from './report';

/** The core's spelling of a Request (src/request.h). */
export interface CoreRequest {
  format: string;
  bits: number;
  range: string;
  granularity: string;
  rounding: string;
  scale_type: string;
  exponent_bits: number;
  codebook: string;
  /** Done to the weights before the quantizer and undone after: none, hadamard:B or columns. */
  transform: string;
  overflow: string;
  seed: number;
}

export type Answer<T> = T | { error: string };

/** The numbers of src/report.h, NaN where one has no meaning. */
export type CoreReport = Record<'tensor' | 'quantizer' | 'noise' | 'entropy' | 'prediction', object>;

/** A row as the core spells it: a range that is a number is one. */
export interface CoreFormat extends Omit<FormatInfo, 'range'> {
  range: string | number;
  /** A zero point of as many bits beside each scale. */
  zero_point: boolean;
}

/** A directory entry with what decode needs. */
export interface CoreEntry extends TensorEntry {
  /** Weights that are stored together; divides the last axis. */
  block_weights: number;
  big_endian: boolean;
  fortran_order: boolean;
}

export interface CoreModule {
  formats(): CoreFormat[];
  sources(): SourceInfo[];
  /** Names of the entropy coders, the simplest first. */
  coders(): string[];
  /** Reads a coded tensor: any bytes at all end in a tensor or in one sentence. */
  decode(bytes: Uint8Array): Answer<DecodedTensor>;
  /**
   * The tensors of a file from its first bytes. `need` says how many bytes from the start are wanted
   * before it can tell (at most 100 MB); call again with that many.
   */
  directory(
    head: Uint8Array,
    fileBytes: number,
    fileName: string,
  ): Answer<{ need: number } | { entries: CoreEntry[] }>;
  /** The best mid-rise quantizer of a law of unit variance, in closed form: normal, laplace or uniform. */
  optimal_uniform(law: string, levels: number): Answer<UniformOptimum>;
  /** A sine through a rounding: see DitherStudy. 0 ≤ amplitude ≤ 1000, in steps. */
  dither_study(rounding: string, seed: number, amplitude: number): Answer<DitherStudy>;
  Bench: new () => CoreBench;
}

/**
 * The weights on the bench, and the next ones being brought (staged). Free with delete().
 * Reports are plain objects of the numbers of src/report.h, NaN where a number has no meaning.
 */
export interface CoreBench {
  /** Makes room for `count` staged weights; the present ones stand. An earlier staging is dropped. */
  stage(count: number): Answer<{ ok: true }>;
  /** Writes staged weights begin … begin + count − 1 of a source. */
  stage_source(
    spec: Omit<SourceSpec, 'parameters'> & { parameters: number[] },
    begin: number,
    count: number,
  ): Answer<{ ok: true }>;
  /** Decodes whole elements or blocks to the staged weights from `begin` on. */
  stage_bytes(dtype: string, bigEndian: boolean, begin: number, bytes: Uint8Array): Answer<{ ok: true }>;
  /** Drops what was staged. */
  unstage(): void;
  /** The staged weights become the present ones; statistics are taken. For a generated tensor `source` gives h(X). */
  commit(
    shape: number[],
    fortranOrder: boolean,
    source: object | null,
  ): Answer<{ shape: number[]; tensor: object }>;
  analyze(request: CoreRequest): Answer<CoreReport>;
  /** A stretch of the work on the sorted index of the present weights; done is 1 when it stands. */
  index_step(): Answer<{ done: number }>;
  /** The same report by one way, for the race; nothing is kept. */
  analyze_by(request: CoreRequest, way: 'scalar' | 'simd' | 'index'): Answer<CoreReport>;
  /** Lloyd's iteration from even levels, a frame each, at most `most`. */
  lloyd_frames(levels: number, most: number): Answer<{ frames: Design[] }>;
  /** Lloyd–Max of `size` levels, or ECSQ at a rate of `size` bits per weight. */
  design(format: string, size: number): Answer<Design>;
  /** The optimal codebook: begin, step until done is 1, then take it. */
  optimal_begin(levels: number): Answer<{ ok: true }>;
  optimal_step(): Answer<{ done: number }>;
  optimal_design(): Answer<OptimalDesign>;
  /** The noise of the quantizer at `count` ranges, one scale for the tensor; none where the format has no range. */
  range_scan(request: CoreRequest, count: number): Answer<{ points: RangePoint[] }>;
  /** Entropy-constrained designs of rising rate, up to `highestRate` bits per weight. */
  ecsq_curve(highestRate: number): Answer<{ designs: Design[] }>;
  limit(rate: number): Limit;
  weight_histogram(bins: number): Answer<Histogram>;
  /** Histogram of n/Δ over [low, high). */
  noise_histogram(request: CoreRequest, low: number, high: number, bins: number): Answer<Histogram>;
  noise_by_place(request: CoreRequest, bins: number): Answer<NoiseByPlace>;
  levels(request: CoreRequest): Answer<Levels>;
  probe(request: CoreRequest, x: number): Answer<Probe>;
  /** The weights of scale number `index`, of a storage layout of its block; under the transform. */
  segment(request: CoreRequest, index: number): Answer<Segment>;
  /** The weights as a matrix, in at most `down` × `across` cells. */
  heat_map(request: CoreRequest, down: number, across: number): Answer<HeatMap>;
  /** A copy of the weights begin … begin + count − 1. */
  weights(begin: number, count: number): Answer<{ values: Float32Array }>;
  /** A copy of their reconstruction Q(x). */
  quantize(request: CoreRequest, begin: number, count: number): Answer<{ values: Float32Array }>;
  /** Why the weights have no coded tensor, as an error. */
  can_code(request: CoreRequest): Answer<{ ok: true }>;
  /** The weights as a coded tensor. */
  encode(request: CoreRequest, coder: string): Answer<CodedFile>;
  /** Whether these bytes decode to the code and to the Q(x) of every weight. */
  agrees(request: CoreRequest, bytes: Uint8Array): Answer<{ agree: boolean }>;
  /** Encodes and decodes: how long, and whether it agrees. */
  check(request: CoreRequest, coder: string): Answer<Omit<CodedLength, 'coder'>>;
  delete(): void;
}
