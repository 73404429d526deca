/** The words of the core, as the page and the command speak them. null is a number without meaning here. */
export type Measured = number | null;

export interface SourceSpec {
  name: string;
  count: number;
  seed: number;
  scale: number;
  channels: number;
  parameters: Record<string, number>;
}

/** The quantizer a person asks for; `range` and `granularity` in the spelling of DESIGN section 5. */
export interface QuantizerSpec {
  format: string;
  bits: number;
  range: string;
  granularity: string;
  rounding: string;
  /** How a scale is stored. */
  scale_type: string;
  /** Of a float of one's own. */
  exponent_bits: number;
  /** Levels of a typed codebook, numbers between commas. */
  codebook: string;
  /** Done to the weights before the quantizer and undone after: none, hadamard:B or columns. */
  transform: string;
  /** What rounds beyond the largest value of a float becomes: saturate, that value; infinity, ±∞ or NaN. */
  overflow: string;
  seed: number;
}

export interface TensorReport {
  name: string;
  dtype: string;
  shape: number[];
  count: number;
  min: Measured;
  max: Measured;
  mean: Measured;
  rms: Measured;
  std: Measured;
  kurtosis: Measured;
  /** null where the stored type is not decoded. */
  nonfinite: Measured;
  /** Why the weights could not be sorted, so that every measure reads them all. */
  unsorted?: string;
}

export interface Report {
  tensor: TensorReport;
  quantizer: QuantizerSpec & {
    step: Measured;
    step_min: Measured;
    zero_point: Measured;
    range_low: Measured;
    range_high: Measured;
    scales: number;
    /** States that a code can take; of a lattice a code is of a whole vector. */
    levels: number;
    /** What the codes take of bits_per_weight; the rest is scales, zero points and levels. */
    code_bits: Measured;
    bits_per_weight: Measured;
    bytes: Measured;
  };
  noise: {
    mse: Measured;
    /** null and `exact` true: no noise at all. */
    snr_db: Measured;
    exact: boolean;
    max_error: Measured;
    /** null too of scales that were quantized once the codes were chosen. */
    bound: Measured;
    max_error_in_steps: Measured;
    granular_max_error_in_steps: Measured;
    /** How far rounding moves a weight: ½, 1 or 1½ (src/theory/noise.h). */
    bound_in_steps: Measured;
    /** Fraction of the weights beyond the range. */
    overload: Measured;
    overload_mse: Measured;
    bias: Measured;
    variance: Measured;
    correlation: Measured;
    /** Finite weights whose Q is not: then there is no mean of the noise. */
    lost: number;
  };
  entropy: { bits: Measured; occupied_levels: number; differential_bits: Measured };
  prediction: { mse: Measured; snr_db: Measured; entropy_bits: Measured; conditions: Condition[] };
}

/** Why a prediction fails on these weights. */
export type Condition =
  | 'overload'
  | 'few_levels'
  | 'few_weights'
  | 'atoms'
  | 'correlated'
  | 'float32'
  | 'uneven'
  | 'few_per_level'
  | 'steep'
  | 'nonfinite'
  | 'lost'
  | 'constant'
  | 'empty';

/** Counts of equal bins over [low, high); `below` and `above` fell outside. */
export interface Histogram {
  low: number;
  high: number;
  counts: Float64Array;
  below: number;
  above: number;
}

/** The quantizer's levels in rising order: code, value, and how many weights took it.
 * Cell i is [edges[i], edges[i+1]); with several scales values and edges are in steps. */
export interface Levels {
  codes: Int32Array;
  values: Float64Array;
  edges: Float64Array;
  counts: Float64Array;
  /** Of a float that does not saturate: Q outside of all cells is ±beyond, ∞ or NaN. */
  beyond?: number;
}

/** One weight through the quantizer. */
export interface Probe {
  x: number;
  code: number;
  quantized: number;
  noise: number;
}

/** The weights of one scale, or of one block of a storage layout; of a long one the first 256 are seen. */
export interface Segment {
  /** Its place in the tensor, and how many weights it has. */
  begin: number;
  count: number;
  /** So many weights share a scale and an offset. */
  part: number;
  /** What a code stands for before its scale, rising: Q(x) of weight i is level · scale + offset. None of a lattice. */
  levels: Float32Array;
  scales: Float32Array;
  offsets: Float32Array;
  /** Of the weights seen: x, Q(x), and the place of the code among the levels. */
  weights: Float32Array;
  quantized: Float32Array;
  codes: Uint32Array;
}

/** The weights as a matrix in cells; the last of a row and of a column may be smaller. NaN where there is nothing. */
export interface HeatMap {
  /** Weights down and across: the first axis, and the others. */
  rows: number;
  columns: number;
  /** Weights of a cell. */
  cell_rows: number;
  cell_columns: number;
  /** Of each cell, row after row: the largest magnitude and the rms that the quantizer sees, under the transform. */
  largest: Float32Array;
  rms: Float32Array;
  /** The rms of the noise, of the weights as they are. */
  noise: Float32Array;
  /** The largest step or scale; NaN where levels stand for themselves. */
  scale: Float32Array;
}

/** The words of a QuantizerSpec that not every format takes. */
export type QuantizerWord =
  | 'range'
  | 'granularity'
  | 'rounding'
  | 'scale_type'
  | 'exponent_bits'
  | 'codebook'
  | 'transform'
  | 'overflow';

/** A row of the core's table of formats. */
export interface FormatInfo {
  name: string;
  label: string;
  /** Formats of one family are kin. */
  family: string;
  bits_min: number;
  bits_max: number;
  summary: string;
  takes: QuantizerWord[];
  /** What stands where the word is not taken, and what a person starts from where it is. */
  range: string;
  granularity: string;
  scale_type: string;
  /** Of a format that takes a scale_type, those that it does. */
  scale_types: string[];
  /** Levels of uneven distance: there is no step. */
  codebook: boolean;
  /** A weight's Q depends on its neighbours: blocks with a layout of their own, or vectors. */
  in_blocks: boolean;
  /** The levels are designed on the weights: one codebook a tensor, without a range. */
  designed: boolean;
  /** The codes take their entropy, and the codebook a share of each for the coder's table. */
  entropy_coded: boolean;
  /** All that a weight of many takes in the format's own words; null where its width is a choice. */
  bits_per_weight: number | null;
  /** What a code takes where several are packed together; 0 where that is its bits. */
  packed_bits: number;
  /** All that a block of its own layout takes, over its weights; 0 where the format has none. */
  block_bits: number;
}

export interface SourceInfo {
  name: string;
  label: string;
  parameters: {
    name: string;
    label: string;
    unit: string;
    initial: number;
    low: number;
    high: number;
    step: number;
  }[];
}

/** A tensor of an opened file. Bytes [begin, end) of the file. */
export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  count: number;
  decodable: boolean;
  /** One sentence of why not; empty when it is. */
  reason: string;
  begin: number;
  end: number;
}

/** A codebook on the present weights. Its cell i is [edges[i−1], edges[i]), open at the ends. */
export interface Design {
  levels: Float64Array;
  edges: Float64Array;
  mse: number;
  entropy_bits: number;
}

/** The provably best codebook of its size; over a million distinct weights, of neighbours merged into points. */
export interface OptimalDesign extends Design {
  points: number;
  /** Mean square distance of the weights from their points, 0 where none were merged. */
  merge_mse: number;
  /** No codebook of so many levels errs less: mse itself, or less by what merging may have cost. */
  least_mse: number;
}

/** The best uniform quantizer of a law of unit variance. */
export interface UniformOptimum {
  step: number;
  mse: number;
  snr_db: number;
  entropy_bits: number;
}

/** The least mse that a rate in bits per weight allows: to a normal law of this variance; by Shannon's bound. */
export interface Limit {
  rate: number;
  gaussian_mse: Measured;
  shannon_mse: Measured;
  /** What scalar cells with an entropy coder lose to it at high rate. */
  scalar_db: Measured;
  scalar_bits: Measured;
}

/** The noise of the quantizer at one range, and its parts inside and beyond it. */
export interface RangePoint {
  range: number;
  mse: number;
  granular_mse: number;
  overload_mse: number;
  snr_db: Measured;
}

/** How long the weights are as a coded tensor. */
export interface CodedLength {
  coder: string;
  /** All of it: shape, scales, the coder's table and its stream. */
  bytes: number;
  table_bytes: number;
  stream_bytes: number;
  bits_per_weight: number;
  /** Decoding it gave every code and every Q(x) again. */
  agree: boolean;
}

/** The weights as a coded tensor, ready to be a file. */
export interface CodedFile extends Pick<CodedLength, 'table_bytes' | 'stream_bytes' | 'bits_per_weight'> {
  bytes: Uint8Array;
}

export interface DecodedTensor {
  coder: string;
  shape: number[];
  /** Counted from the lowest. */
  codes: Uint16Array;
  values: Float32Array;
}

/** A sine of some steps through a rounding with a level at 0 (src/measures/dither.h). All in steps. */
export interface DitherStudy {
  /** One cycle of x, Q of the first cycle, and Q averaged over all of them. */
  signal: Float64Array;
  once: Float64Array;
  average: Float64Array;
  /** Power of n at each frequency, from 0 up: they sum to its mean square. */
  spectrum: Float64Array;
  mean: Measured;
  variance: Measured;
  max_error: Measured;
  correlation: Measured;
  /** The slope of Q on x: 0 for a sine that is lost, 1 for one that is kept. */
  kept: Measured;
}

/** n/Δ of the weights inside the range by their place in a cell, from −½ to ½ of the nearest level. */
export interface NoiseByPlace {
  counts: Float64Array;
  means: Float64Array;
  rms: Float64Array;
}

/** What a picture may ask for beside the Report. */
export interface Wants {
  weights?: boolean;
  /** With the levels where the format is a codebook: the mean distance of neighbours stands in for the step. */
  noise?: boolean;
  levels?: boolean;
  /** Reports for each of these bit widths that the format has, other words unchanged. */
  sweep?: number[];
  /** Reports of the quantizer with these words changed; none by channel where a channel is one weight. */
  others?: Partial<QuantizerSpec>[];
  /** The levels of the quantizer with these words changed. */
  other_levels?: Partial<QuantizerSpec>[];
  /**
   * The noise at so many ranges, rising by one ratio, of the quantizer with these words changed: one scale
   * for the tensor, any rounding but those that draw. None where the format has no range.
   */
  range_scan?: { count: number; change?: Partial<QuantizerSpec> };
  /** Frames of Lloyd's iteration on so many levels, from even ones, at most `most`. */
  lloyd?: { levels: number; most: number };
  /** Sines of these amplitudes in steps through the rounding; no weights are asked. */
  dither?: number[];
  /** The noise by place in so many bins. */
  by_place?: number;
  /** Entropy-constrained designs up to this rate in bits per weight. */
  ecsq?: number;
  /** The limit at these rates in bits per weight. */
  limit?: number[];
  /** The weights as a matrix, in at most so many cells. */
  heat?: { rows: number; columns: number };
  /** How long these coders make the weights, really encoded and decoded; none of more than `most` weights. */
  lengths?: { coders: string[]; most?: number };
}

export interface Analysis {
  report: Report;
  /** What it answers; none in one made by hand. */
  question?: { quantizer: QuantizerSpec; wants: Wants };
  /** The row of the format. */
  format?: FormatInfo;
  weights?: Histogram;
  noise?: Histogram;
  levels?: Levels;
  sweep?: Report[];
  others?: Report[];
  other_levels?: Levels[];
  range_scan?: RangePoint[];
  lloyd?: Design[];
  dither?: DitherStudy[];
  by_place?: NoiseByPlace;
  ecsq?: Design[];
  limit?: Limit[];
  heat?: HeatMap;
  lengths?: CodedLength[];
  /** Why there are no lengths, where the quantizer has no coded tensor. */
  uncoded?: string;
}
