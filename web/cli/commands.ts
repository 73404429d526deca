/** The `halfstep` command: what each of its verbs does. */
import type { FileLike } from '../core/directory';
import type { Engine } from '../core/engine';
import { LabError } from '../core/lab';
import type { QuantizerSpec, QuantizerWord, Report, TensorEntry, TensorReport } from '../core/report';
import { asked, exponentLimits, fitBits, startOf } from '../core/words';
import { candidates } from '../core/compare';
import { commands, readArguments, type Typed } from './args';
import { decodeReport, decodeText, encodeReport, encodeText } from './coding';
import { compareCsv, comparedReports, compareText } from './compare';
import { startEngine } from './core';
import { isSameFile, readAll, withFile, writeFile, writeNpy } from './files';
import { designCsv, designReport, designText, scanCsv, scanText, uniformCsv, uniformText } from './designs';
import { commandHelp, help } from './help';
import {
  formatsCsv,
  formatsText,
  inspectCsv,
  inspectText,
  measureText,
  reportsCsv,
  sweepText,
} from './print';
import { parameterFlags, sourceOf } from './source';
import { UsageError, bitWidths, either, listed, nearest, oneOf, whole } from './words';

/** Does what `argv` asks; resolves with what to print. Rejects with a UsageError or a LabError: one sentence. */
export async function run(argv: string[], version: string): Promise<string> {
  const [name, ...rest] = argv;
  if (name === 'help' && rest.length > 0) return run([...rest, '--help'], version);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return help();
  if (name === '--version') return `${version}\n`;
  if (!Object.hasOwn(commands, name)) {
    const known = Object.keys(commands);
    const hint = nearest(name, known);
    throw new UsageError(
      `There is no command “${name}”; ` + (hint ? `did you mean “${hint}”?` : `there are ${listed(known)}.`),
    );
  }
  const engine = await startEngine();
  const more = commands[name].source ? parameterFlags(engine.sources) : [];
  const typed = readArguments(name, rest, more);
  if (typed.flags.has('help')) return commandHelp(name, more);
  if (typed.flags.has('version')) return `${version}\n`;
  if (typed.flags.has('json') && typed.flags.has('csv'))
    throw new UsageError('Ask for --json or --csv, not both.');
  return verbs[name](engine, typed);
}

const scannedRanges = 200;
const closedForm = 'uniform';

const verbs: Record<string, (engine: Engine, typed: Typed) => Promise<string>> = {
  async inspect(engine, typed) {
    const tensors = await withFile(typed.file!, async (file) => {
      const reports: TensorReport[] = [];
      for (const entry of await chosen(engine, file, typed)) {
        reports.push(await examined(engine, entry, typed));
      }
      return reports;
    });
    return spelled(typed, tensors, inspectText, inspectCsv);
  },

  async measure(engine, typed) {
    const quantizer = quantizerOf(engine, typed);
    await sorted(engine, typed);
    const { report } = await engine.analyze(quantizer);
    return spelled(typed, report, measureText, (one) => reportsCsv([one]));
  },

  async sweep(engine, typed) {
    if (typed.flags.has('range-scan')) return scan(engine, typed);
    const { bits_min, bits_max } = formatOf(engine, typed);
    const given = typed.flags.get('bits');
    const widths = bitWidths(given ?? `${bits_min}:${bits_max}`, bits_min, bits_max);
    // Where none are asked for, those that the other words leave.
    const sweep = given === undefined ? widths.filter((bits) => !misfit(engine, typed, bits)) : widths;
    refuse(...sweep.map((bits) => misfit(engine, typed, bits)));
    typed.flags.set('bits', String(sweep[0]));
    const quantizer = quantizerOf(engine, typed);
    await sorted(engine, typed);
    const analysis = await engine.analyze(quantizer, { sweep });
    return spelled(typed, analysis.sweep as Report[], sweepText, reportsCsv);
  },

  async compare(engine, typed) {
    await sorted(engine, typed);
    const outcomes = await engine.compare(candidates(engine.formats));
    const reports = comparedReports(outcomes, engine.formats);
    if (reports.length === 0) throw new LabError(outcomes[0].reason);
    return spelled(typed, reports, (all) => compareText(all, outcomes), compareCsv);
  },

  async design(engine, typed) {
    const designers = engine.formats.filter((row) => row.designed).map((row) => row.name);
    const format = oneOf(
      typed.flags.get('format') ?? designers[0],
      [...designers, closedForm],
      'format to design',
    );
    const levels = whole(typed.flags.get('levels') ?? '16', 'levels', 1, 65536);
    const entropyCoded = engine.formats.some((row) => row.name === format && row.entropy_coded);
    const optimal = typed.flags.has('optimal');
    if (optimal && (entropyCoded || format === closedForm))
      throw new UsageError('--optimal is for lloyd-max alone.');
    if (entropyCoded && levels < 2) throw new UsageError('--levels takes at least 2 for a rate above 0.');
    if (format === closedForm) return uniformDesign(engine, typed, levels);
    const tensor = await bring(engine, typed);
    const design = optimal
      ? await engine.optimal(levels)
      : engine.design(format, entropyCoded ? Math.log2(levels) : levels);
    return spelled(typed, designReport(tensor, format, optimal, design), designText, designCsv);
  },

  async quantize(engine, typed) {
    const out = outputOf(typed);
    const quantizer = quantizerOf(engine, typed);
    const { shape, count } = await sorted(engine, typed);
    await writeNpy(out, shape, count, (begin, some) => engine.quantized(quantizer, begin, some));
    return '';
  },

  async extract(engine, typed) {
    const out = outputOf(typed);
    const { shape, count } = await bring(engine, typed);
    await writeNpy(out, shape, count, (begin, some) => engine.weights(begin, some));
    return '';
  },

  async encode(engine, typed) {
    const out = outputOf(typed, 'OUT.hsq');
    const coder = oneOf(typed.flags.get('coder') ?? 'rans', engine.coders, 'coder');
    const quantizer = quantizerOf(engine, typed);
    await sorted(engine, typed);
    const file = engine.encode(quantizer, coder);
    if (!engine.agrees(quantizer, file.bytes)) {
      throw new LabError('The coded weights do not decode to what was coded; nothing was written.');
    }
    const { report } = await engine.analyze(quantizer);
    await writeFile(out, [file.bytes]);
    return spelled(typed, encodeReport(report, coder, file), encodeText);
  },

  async decode(engine, typed) {
    const out = outputOf(typed);
    const bytes = await withFile(typed.file!, readAll);
    const decoded = await ofFile(typed, () => engine.decode(bytes));
    const { shape, values } = decoded;
    await writeNpy(out, shape, values.length, (begin, some) => values.subarray(begin, begin + some));
    return spelled(typed, decodeReport(decoded, bytes.length), decodeText);
  },

  async formats(engine, typed) {
    return spelled(typed, engine.formats, formatsText, formatsCsv);
  },
};

/** The best uniform quantizer of the source's law: theory alone, no weight is drawn. */
function uniformDesign(engine: Engine, typed: Typed, levels: number): string {
  const source = sourceOf(engine.sources, typed);
  if (!source)
    throw new UsageError(
      `--format ${closedForm} is for the law of a --source, not for the weights of a FILE.`,
    );
  if (!(source.scale > 0)) throw new UsageError(`--scale takes a number above 0, not “${source.scale}”.`);
  const { step, mse, snr_db, entropy_bits } = engine.optimalUniform(source.name, levels);
  const uniform = { step: step * source.scale, mse: mse * source.scale ** 2, snr_db, entropy_bits };
  return spelled(typed, { law: source.name, levels, ...uniform }, uniformText, uniformCsv);
}

async function scan(engine: Engine, typed: Typed): Promise<string> {
  const quantizer = quantizerOf(engine, typed);
  const { granularity, transform, scale_type } = quantizer;
  const other = formatOf(engine, typed).in_blocks
    ? `the format ${quantizer.format}`
    : [
        granularity !== 'tensor' && `--granularity ${granularity}`,
        transform !== 'none' && `--transform ${transform}`,
        scale_type !== 'float32' && `--scale-type ${scale_type}`,
      ].find((word) => word);
  if (other)
    throw new UsageError(
      `--range-scan is of one float32 scale a tensor and the weights as they are, not of ${other}.`,
    );
  await sorted(engine, typed);
  const { range_scan } = await engine.analyze(quantizer, { range_scan: { count: scannedRanges } });
  if (!range_scan?.length) {
    throw new UsageError(
      `${quantizer.format} with rounding ${quantizer.rounding} has no range to scan on these weights.`,
    );
  }
  return spelled(typed, range_scan, scanText, scanCsv);
}

/** As --json, as --csv where the verb has that flag, or for a person. */
function spelled<T>(typed: Typed, value: T, text: (value: T) => string, csv = text): string {
  if (typed.flags.has('json')) return JSON.stringify(value, null, 2) + '\n';
  return typed.flags.has('csv') ? csv(value) : text(value);
}

/** What is wrong with a file, said with its name. */
async function ofFile<T>(typed: Typed, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof LabError ? new UsageError(`${typed.file}: ${error.message}`) : error;
  }
}

function formatOf(engine: Engine, typed: Typed) {
  const names = engine.formats.map((row) => row.name);
  const name = oneOf(typed.flags.get('format') ?? 'int', names, 'format');
  return engine.formats[names.indexOf(name)];
}

/** What was typed, and the format's own word for what was not. What the format does not take together is refused. */
function quantizerOf(engine: Engine, typed: Typed): QuantizerSpec {
  const row = formatOf(engine, typed);
  const given = typed.flags.get('bits');
  const bits = whole(given ?? String(fitBits(row, 8)), 'bits', row.bits_min, row.bits_max);
  const quantizer = asked(engine.formats, wordsAt(engine, typed, bits));
  refuse(misfit(engine, typed, given === undefined ? quantizer.bits : bits));
  return quantizer;
}

function refuse(...reasons: string[]): void {
  const reason = reasons.find((why) => why !== '');
  if (reason !== undefined) throw new UsageError(reason);
}

/** Why the core would not be asked for what was typed, at so many bits; '' where it is. */
function misfit(engine: Engine, typed: Typed, bits: number): string {
  const words = wordsAt(engine, typed, bits);
  const fitted = asked(engine.formats, words);
  const levels = words.codebook.split(',');
  // What is no number the core refuses in its own words.
  if (fitted.bits !== bits && levels.every((level) => level.trim() !== '' && Number.isFinite(Number(level))))
    return `A codebook of ${levels.length} levels takes --bits ${fitted.bits}, not ${bits}: leave --bits out, or give other levels with --codebook.`;
  if (typed.flags.has('exponent-bits') && fitted.exponent_bits !== words.exponent_bits) {
    const { low, high } = exponentLimits(bits);
    return `A float of ${bits} bits takes --exponent-bits ${low === high ? low : `${low} to ${high}`}, not ${words.exponent_bits}.`;
  }
  if (fitted.overflow !== words.overflow)
    return `A float of your own takes --overflow ${words.overflow} with 8 exponent bits alone; with ${words.exponent_bits} all its codes are numbers.`;
  return '';
}

function wordsAt(engine: Engine, typed: Typed, bits: number): QuantizerSpec {
  const row = formatOf(engine, typed);
  const { name } = row;
  const own = startOf(row);
  const word = (flag: string, taken: QuantizerWord, otherwise: string) => {
    const given = typed.flags.get(flag);
    if (given !== undefined && given !== otherwise && !row.takes.includes(taken))
      throw new UsageError(`${name} takes no --${flag}: its own is ${otherwise}.`);
    return given ?? otherwise;
  };
  const scale_type = word('scale-type', 'scale_type', own.scale_type);
  if (scale_type !== own.scale_type && !row.scale_types.includes(scale_type))
    throw new UsageError(`${name} takes --scale-type ${either(row.scale_types)}, not “${scale_type}”.`);
  return {
    format: name,
    bits,
    range: word('range', 'range', own.range),
    granularity: word('granularity', 'granularity', own.granularity),
    rounding: word('rounding', 'rounding', own.rounding),
    scale_type,
    exponent_bits: whole(word('exponent-bits', 'exponent_bits', '4'), 'exponent-bits', 1, 8),
    codebook: word('codebook', 'codebook', own.codebook),
    transform: word('transform', 'transform', own.transform),
    overflow: word('overflow', 'overflow', own.overflow),
    seed: whole(typed.flags.get('rounding-seed') ?? '1', 'rounding-seed', 0, Number.MAX_SAFE_INTEGER),
  };
}

function outputOf(typed: Typed, example = 'OUT.npy'): string {
  const out = typed.flags.get('output');
  if (out === undefined) throw new UsageError(`Say where to write with -o ${example}.`);
  if (typed.file !== undefined && isSameFile(typed.file, out))
    throw new UsageError(`${out} is the file that is read; write to another.`);
  return out;
}

/** Puts on the bench the weights a person means: a tensor of the file, or a source. */
async function bring(engine: Engine, typed: Typed): Promise<TensorReport> {
  const source = sourceOf(engine.sources, typed);
  if (source) return engine.generate(source);
  return withFile(typed.file!, async (file) => {
    const entries = await chosen(engine, file, typed);
    if (entries.length === 1) return ofFile(typed, () => engine.load(entries[0].name));
    if (entries.length === 0) throw new UsageError(`${typed.file} holds no tensors.`);
    throw new UsageError(
      `${typed.file} holds ${entries.length} tensors; choose one with --tensor: ${named(entries)}.`,
    );
  });
}

/** The same, sorted as on the page: a search of the best range is then exact, and every per-tensor measure quick. */
async function sorted(engine: Engine, typed: Typed): Promise<TensorReport> {
  const tensor = await bring(engine, typed);
  // Where memory does not allow it every measure reads all weights.
  await engine.index();
  return tensor;
}

/** What is in a tensor; of one among several that can't be brought its entry alone. */
async function examined(engine: Engine, entry: TensorEntry, typed: Typed): Promise<TensorReport> {
  if (!entry.decodable) return undecoded(entry);
  try {
    return await ofFile(typed, () => engine.load(entry.name));
  } catch (error) {
    if (error instanceof UsageError && !typed.flags.has('tensor')) return undecoded(entry);
    throw error;
  }
}

/** The tensor named by --tensor, or all of the file. */
async function chosen(engine: Engine, file: FileLike, typed: Typed): Promise<TensorEntry[]> {
  const entries = await ofFile(typed, () => engine.open(file));
  const name = typed.flags.get('tensor');
  if (name === undefined) return entries;
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return [entry];
  const hint = nearest(
    name,
    entries.map((candidate) => candidate.name),
  );
  throw new UsageError(
    `${typed.file} has no tensor “${name}”; ` +
      (hint ? `did you mean “${hint}”?` : `it has ${named(entries)}.`),
  );
}

const named = (entries: TensorEntry[]) =>
  listed(
    entries.map((entry) => entry.name),
    6,
  );

function undecoded({ name, dtype, shape, count }: TensorEntry): TensorReport {
  const unknown = { min: null, max: null, mean: null, rms: null, std: null, kurtosis: null, nonfinite: null };
  return { name, dtype, shape, count, ...unknown };
}
