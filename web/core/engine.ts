/** The bench over the wasm core: what the worker, the command and the tests all drive. Knows no environment. */
import { given } from './answer';
import { compare, type Outcome } from './compare';
import { readBytes, readDirectory, type Directory, type FileLike } from './directory';
import { LabError, Superseded, type Progress } from './lab';
import type { Answer, CoreBench, CoreFormat, CoreModule } from './module';
import { plain, toReport } from './plain';
import { judged, run, type Race } from './race';
import { field } from './race-field';
import { asked } from './words';
import type {
  Analysis,
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
  OptimalDesign,
  Probe,
  QuantizerSpec,
  RangePoint,
  Report,
  Segment,
  SourceInfo,
  SourceSpec,
  TensorEntry,
  TensorReport,
  UniformOptimum,
  Wants,
} from './report';

/** How a long work tells how far it is, and is told to stop: it then rejects with Superseded. */
export interface Work {
  progress?: Progress;
  signal?: AbortSignal;
}

const stretchWeights = 1 << 20;
const stretchBytes = 8 << 20;
const weightBins = 512;
// Bin edges fall on ±½ step.
const noiseBins = { low: -1, high: 1, bins: 256 };
const LEAST_REACH = 2 ** -100;
const mostKept = 256;
const breathAfterMs = 8;
// A sweep younger than this is finished though a newer request waits: so a drag stays live.
const givesWayAfterMs = 200;

/** What brings weights to the staging, stretch by stretch. */
interface Filling {
  name: string;
  dtype: string;
  count: number;
  stretch: number;
  /** Resolves with what writes the stretch. */
  bring(begin: number, count: number): Promise<() => Answer<{ ok: true }>>;
  commit(): ReturnType<CoreBench['commit']>;
}

export class Engine {
  readonly formats: (FormatInfo & Pick<CoreFormat, 'zero_point'>)[];
  readonly sources: SourceInfo[];
  readonly coders: string[];
  readonly #core: CoreModule;
  readonly #bench: CoreBench;
  #file: Directory | undefined;
  #tensor: Pick<TensorReport, 'name' | 'dtype' | 'shape'> | undefined;
  #staging: Filling | undefined;
  // Of the present weights; commit replaces both.
  #reports = new Map<string, Report>();
  #designs = new Map<string, Design[]>();
  #scans = new Map<string, RangePoint[]>();
  #levels = new Map<string, Levels>();
  #lengths = new Map<string, CodedLength>();
  #weights: Histogram | undefined;
  // The last one: a few of them would be megabytes.
  #heat: { key: string; map: HeatMap } | undefined;
  // Of no weights at all.
  readonly #studies = new Map<string, DitherStudy>();

  constructor(core: CoreModule) {
    this.#core = core;
    this.formats = core.formats().map((row) => ({ ...row, range: String(row.range) }));
    this.sources = core.sources();
    this.coders = core.coders();
    this.#bench = new core.Bench();
  }

  /** Fills the bench from a seeded source; until then the earlier weights stand. */
  generate(spec: SourceSpec, work: Work = {}): Promise<TensorReport> {
    const info = this.sources.find((source) => source.name === spec.name);
    const parameters = (info?.parameters ?? []).map((p) => spec.parameters[p.name] ?? p.initial);
    const source = { ...spec, parameters };
    return this.#fill(work, {
      name: spec.name,
      dtype: 'F32',
      count: spec.count,
      stretch: stretchWeights,
      bring: async (begin, count) => () => this.#bench.stage_source(source, begin, count),
      commit: () => this.#bench.commit([spec.count], false, source),
    });
  }

  /** Reads a file's directory, and no more of the file than the core needs for it. */
  async open(file: FileLike): Promise<TensorEntry[]> {
    this.#file = await readDirectory(this.#core, file);
    return this.#file.entries;
  }

  /** Fills the bench from a tensor of the file last opened; until then the earlier weights stand. */
  async load(name: string, work: Work = {}): Promise<TensorReport> {
    if (!this.#file) throw new LabError('No file is open.');
    return this.#load(this.#file, name, work);
  }

  /** The same from any file, whichever was opened last. */
  async loadFrom(file: FileLike, name: string, work: Work = {}): Promise<TensorReport> {
    const directory = await readDirectory(this.#core, file);
    // Newer weights may have begun meanwhile: they are not to be disturbed.
    if (work.signal?.aborted) throw new Superseded();
    return this.#load(directory, name, work);
  }

  async #load({ file, entries }: Directory, name: string, work: Work): Promise<TensorReport> {
    const entry = entries.find((candidate) => candidate.name === name);
    if (!entry) throw new LabError(`${file.name} has no tensor “${name}”.`);
    if (!entry.decodable) throw new LabError(entry.reason);
    const { block_weights } = entry;
    const blockBytes = entry.count ? (entry.end - entry.begin) / (entry.count / block_weights) : 1;
    return this.#fill(work, {
      name,
      dtype: entry.dtype,
      count: entry.count,
      stretch: Math.floor(stretchBytes / blockBytes) * block_weights,
      bring: async (begin, count) => {
        const at = entry.begin + (begin / block_weights) * blockBytes;
        const bytes = await readBytes(file, at, at + (count / block_weights) * blockBytes);
        return () => this.#bench.stage_bytes(entry.dtype, entry.big_endian, begin, bytes);
      },
      commit: () => this.#bench.commit(entry.shape, entry.fortran_order, null),
    });
  }

  /** Measures the weights, and what else a picture wants. Newer weights meanwhile reject it with Superseded. */
  async analyze(quantizer: QuantizerSpec, wants: Wants = {}, signal?: AbortSignal): Promise<Analysis> {
    quantizer = asked(this.formats, quantizer);
    const reports = this.#reports;
    const bench = this.#bench;
    const format = this.formats.find((row) => row.name === quantizer.format)!;
    const analysis: Analysis = { report: this.#report(quantizer), question: { quantizer, wants }, format };
    if (wants.weights) {
      this.#weights ??= given(bench.weight_histogram(weightBins));
      analysis.weights = this.#weights;
    }
    if (wants.levels || (wants.noise && format.codebook)) analysis.levels = given(bench.levels(quantizer));
    if (wants.noise) {
      // A triangular dither's error reaches further than a step.
      const { low, high, bins } = noiseBins;
      const wide = (analysis.report.noise.bound_in_steps ?? 0) > high ? 1.5 : 1;
      const reach = format.codebook ? reachOf(analysis.levels!) : wide;
      analysis.noise = given(bench.noise_histogram(quantizer, low * reach, high * reach, bins * wide));
    }
    if (wants.heat) {
      const { rows, columns } = wants.heat;
      const key = JSON.stringify([quantizer, rows, columns]);
      if (this.#heat?.key !== key) this.#heat = { key, map: given(bench.heat_map(quantizer, rows, columns)) };
      analysis.heat = this.#heat.map;
    }
    if (wants.limit) analysis.limit = wants.limit.map((rate) => plain(bench.limit(rate)) as Limit);
    if (wants.by_place) analysis.by_place = given(bench.noise_by_place(quantizer, wants.by_place));

    const begun = performance.now();
    let breath = begun;
    const each = async <T, U>(list: T[], make: (item: T) => U): Promise<U[]> => {
      const made: U[] = [];
      for (const item of list) {
        if (performance.now() - breath > breathAfterMs) {
          await pause();
          breath = performance.now();
          if (this.#reports !== reports) throw new Superseded();
          if (signal?.aborted && breath - begun > givesWayAfterMs) throw new Superseded();
        }
        made.push(make(item));
      }
      return made;
    };
    if (wants.sweep) {
      const widths = wants.sweep.filter((bits) => bits >= format.bits_min && bits <= format.bits_max);
      analysis.sweep = await each(widths, (bits) => this.#report({ ...quantizer, bits }));
    }
    if (wants.others) analysis.others = [];
    // A scale for every weight would take seconds, and compare with nothing.
    const { count, shape } = analysis.report.tensor;
    const alone = (other: Partial<QuantizerSpec>) => other.granularity === 'channel' && shape[0] === count;
    if (wants.other_levels) analysis.other_levels = [];
    // By turns, so that a codebook asked for in both is designed once: the core keeps its last plan.
    const longest = Math.max(wants.others?.length ?? 0, wants.other_levels?.length ?? 0);
    await each([...Array(longest).keys()], (i) => {
      const [other, levels] = [wants.others?.[i], wants.other_levels?.[i]];
      if (other && !alone(other)) analysis.others!.push(this.#report({ ...quantizer, ...other }));
      if (levels) analysis.other_levels!.push(this.#levelsOf({ ...quantizer, ...levels }));
    });
    if (wants.dither) {
      const { rounding, seed } = analysis.report.quantizer;
      analysis.dither = await each(wants.dither, (amplitude) =>
        kept(this.#studies, `${rounding} ${seed} ${amplitude}`, () =>
          plain(given(this.#core.dither_study(rounding, seed, amplitude))),
        ),
      );
    }
    if (wants.range_scan) {
      const { count, change } = wants.range_scan;
      // Neither the present range nor the seed has a part in it, so dragging the range costs nothing.
      const words = asked(this.formats, { ...quantizer, ...change, range: 'absmax', seed: 0 });
      const key = JSON.stringify([words, count]);
      analysis.range_scan = kept(this.#scans, key, () =>
        given(bench.range_scan(words, count)).points.map((point) => plain(point) as RangePoint),
      );
    }
    // Neither depends on the quantizer, only on the weights.
    if (wants.lloyd) {
      const { levels, most } = wants.lloyd;
      const { count, nonfinite } = analysis.report.tensor;
      const frames = () => given(bench.lloyd_frames(levels, most)).frames;
      analysis.lloyd = count === nonfinite ? [] : kept(this.#designs, `lloyd ${levels} ${most}`, frames);
    }
    if (wants.ecsq) {
      const rate = wants.ecsq;
      analysis.ecsq = kept(this.#designs, `ecsq ${rate}`, () => given(bench.ecsq_curve(rate)).designs);
    }
    if (wants.lengths) {
      const { coders, most = Infinity } = wants.lengths;
      const { count, nonfinite } = analysis.report.tensor;
      const able = bench.can_code(quantizer);
      if ('error' in able) analysis.uncoded = able.error;
      const none = 'error' in able || count > most || count === nonfinite;
      const lateAbort = {
        get aborted() {
          return (signal?.aborted ?? false) && performance.now() - begun > givesWayAfterMs;
        },
      };
      analysis.lengths = none ? [] : await this.lengths(quantizer, lateAbort, coders);
    }
    return analysis;
  }

  /** The present Report by every way that can give it, timed: see race.ts. */
  async race(quantizer: QuantizerSpec, rounds: number, { progress, signal }: Work = {}): Promise<Race> {
    const words = asked(this.formats, quantizer);
    const report = this.#report(words);
    const tensor = this.#tensor;
    const { count, nonfinite, name } = report.tensor;
    if (count === nonfinite) throw new LabError('There is no finite weight to race over.');
    const { contestants, absent } = field(report, {
      weights: () => this.weights(0, count),
      unsorted: await this.index({ signal }),
      by: (way) => given(this.#bench.analyze_by(words, way)),
    });
    const finishes = await run(contestants, rounds, async (done) => {
      progress?.(done);
      await pause();
      if (signal?.aborted || this.#tensor !== tensor) throw new Superseded();
    });
    return { quantizer, tensor: name, count, rounds, finishes: judged(finishes), absent };
  }

  /**
   * The Report of each of these quantizers in turn, or why it has none here. `each` hears every outcome as it
   * comes, and the share that is done.
   */
  async compare(
    quantizers: readonly QuantizerSpec[],
    each: (outcome: Outcome, done: number) => void = () => {},
    signal?: AbortSignal,
  ): Promise<Outcome[]> {
    const tensor = this.#tensor;
    if (!tensor) throw new LabError('There are no weights on the bench yet.');
    const measure = (quantizer: QuantizerSpec) => this.#report(quantizer);
    return compare(quantizers, measure, async (outcome, done) => {
      each(outcome, done);
      await pause();
      if (signal?.aborted || this.#tensor !== tensor) throw new Superseded();
    });
  }

  /**
   * Sorts the weights, after which every per-tensor quantizer is measured at once. Resolves with a reason
   * where it was stopped or memory does not allow it: every measure then reads all weights.
   */
  async index({ progress, signal }: Work = {}): Promise<string | undefined> {
    const tensor = this.#tensor;
    for (;;) {
      const step = this.#bench.index_step();
      if ('error' in step) return `${step.error} Every measure reads all of them instead.`;
      progress?.(step.done);
      if (step.done >= 1) return undefined;
      await pause();
      if (this.#tensor !== tensor) throw new Superseded();
      if (signal?.aborted) return 'Sorting was stopped: every measure reads all the weights.';
    }
  }

  /** Lloyd–Max of `size` levels, or ECSQ at a rate of `size` bits per weight, on the present weights. */
  design(format: string, size: number): Design {
    return kept(this.#designs, `${format} ${size}`, () => [given(this.#bench.design(format, size))])[0];
  }

  /** The best mid-rise quantizer of a named law in closed form, for unit variance: no weights are asked. */
  optimalUniform(law: string, levels: number): UniformOptimum {
    return given(this.#core.optimal_uniform(law, levels));
  }

  /** The provably best codebook of 1 to 64 levels. */
  async optimal(levels: number, { progress, signal }: Work = {}): Promise<OptimalDesign> {
    const tensor = this.#tensor;
    given(this.#bench.optimal_begin(levels));
    for (;;) {
      const { done } = given(this.#bench.optimal_step());
      progress?.(done);
      if (done >= 1) return given(this.#bench.optimal_design());
      await pause();
      if (signal?.aborted || this.#tensor !== tensor) throw new Superseded();
    }
  }

  /** The weights as a coded tensor, ready to be a file. */
  encode(quantizer: QuantizerSpec, coder: string): CodedFile {
    return given(this.#bench.encode(asked(this.formats, quantizer), coder));
  }

  /** Whether these bytes decode to the code and to the Q(x) of every weight. */
  agrees(quantizer: QuantizerSpec, bytes: Uint8Array): boolean {
    return given(this.#bench.agrees(asked(this.formats, quantizer), bytes)).agree;
  }

  /** Reads a coded tensor. */
  decode(bytes: Uint8Array): DecodedTensor {
    return given(this.#core.decode(bytes));
  }

  /** How long the weights are with each coder, encoded and decoded again. */
  async lengths(
    quantizer: QuantizerSpec,
    signal?: { readonly aborted: boolean },
    coders: readonly string[] = this.coders,
  ): Promise<CodedLength[]> {
    const lengths = this.#lengths;
    const all: CodedLength[] = [];
    for (const coder of coders) {
      if (all.length) await pause();
      if (signal?.aborted || this.#lengths !== lengths) throw new Superseded();
      const key = JSON.stringify([coder, quantizer]);
      const check = () => ({ coder, ...given(this.#bench.check(quantizer, coder)) });
      all.push(kept(lengths, key, check));
    }
    return all;
  }

  /** One weight through a quantizer with the range it takes on these weights. */
  probe(quantizer: QuantizerSpec, x: number): Probe {
    return given(this.#bench.probe(asked(this.formats, quantizer), x));
  }

  /** The weights of one scale, one by one. */
  segment(quantizer: QuantizerSpec, index: number): Segment {
    return given(this.#bench.segment(asked(this.formats, quantizer), index));
  }

  /** A copy of the weights begin … begin + count − 1. */
  weights(begin: number, count: number): Float32Array {
    return given(this.#bench.weights(begin, count)).values;
  }

  /** A copy of their reconstruction. */
  quantized(quantizer: QuantizerSpec, begin: number, count: number): Float32Array {
    return given(this.#bench.quantize(asked(this.formats, quantizer), begin, count)).values;
  }

  #levelsOf(quantizer: QuantizerSpec): Levels {
    const words = asked(this.formats, quantizer);
    return kept(this.#levels, JSON.stringify(words), () => given(this.#bench.levels(words)));
  }

  // Every bit width of a sweep is remembered, so moving along it costs nothing.
  #report(quantizer: QuantizerSpec): Report {
    if (!this.#tensor) throw new LabError('There are no weights on the bench yet.');
    const words = asked(this.formats, quantizer);
    const key = JSON.stringify(words);
    const tensor = this.#tensor;
    return kept(this.#reports, key, () => toReport(tensor, words, given(this.#bench.analyze(words))));
  }

  async #fill({ progress, signal }: Work, filling: Filling): Promise<TensorReport> {
    // A newer filling takes the staging; the older one finds out after its pause.
    const check = () => {
      if (this.#staging !== filling || signal?.aborted) throw new Superseded();
    };
    this.#staging = filling;
    try {
      check();
      given(this.#bench.stage(filling.count));
      for (let begin = 0; begin < filling.count; begin += filling.stretch) {
        const count = Math.min(filling.stretch, filling.count - begin);
        const write = await filling.bring(begin, count);
        check();
        given(write());
        progress?.((begin + count) / filling.count);
        // A macrotask, so that a cancel or a newer request can arrive.
        if (begin + count < filling.count) await pause();
        check();
      }
      const { shape, tensor } = given(filling.commit());
      this.#tensor = { name: filling.name, dtype: filling.dtype, shape };
      this.#reports = new Map();
      this.#designs = new Map();
      this.#scans = new Map();
      this.#levels = new Map();
      this.#lengths = new Map();
      this.#weights = this.#heat = undefined;
      return { ...this.#tensor, ...plain(tensor) } as TensorReport;
    } finally {
      if (this.#staging === filling) {
        this.#staging = undefined;
        this.#bench.unstage();
      }
    }
  }
}

/**
 * How far the errors of a codebook are looked at, in mean distances of its levels: ±1, or where the levels crowd
 * or reach far beyond the weights the power of two from four standard deviations, as predicted.
 */
function reachOf({ values, edges, counts }: Levels): number {
  const last = values.length - 1;
  let [all, squares] = [0, 0];
  for (let k = 1; k < last; k++) {
    all += counts[k]!;
    squares += counts[k]! * (edges[k + 1]! - edges[k]!) ** 2;
  }
  const deviation = Math.sqrt(squares / all / 12) / ((values[last]! - values[0]!) / last);
  const reach = 2 ** Math.ceil(Math.log2(4 * deviation));
  // Beyond this float32 has no digits for the quotient.
  return reach > LEAST_REACH && (reach < 1 / 4 || reach > 2) ? reach : 1;
}

/** What is kept under a key, made on the first asking. */
function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  if (map.size >= mostKept) map.clear();
  map.set(key, made);
  return made;
}

function pause(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
