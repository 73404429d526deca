/** The command's flags: one table, and a strict reading of it. */
import { parseArgs } from 'node:util';
import { UsageError, nearest } from './words';

export interface Flag {
  name: string;
  /** What follows it, in the help; a flag without one takes no value. */
  value?: string;
  about: string;
  short?: string;
}

const quantizerFlags: Flag[] = [
  { name: 'format', value: 'NAME', about: 'a number format; ‘halfstep formats’ lists them (int)' },
  { name: 'bits', value: 'B', about: 'bits of a code (8); for sweep, from:to (1:16)' },
  {
    name: 'range',
    value: 'RULE',
    about: 'absmax, absmean, mse, percentile:P, or a number in the weights’ units (the format’s own)',
  },
  {
    name: 'granularity',
    value: 'KIND',
    about: 'one scale a tensor, channel, group:G or block:G (the format’s own)',
  },
  {
    name: 'rounding',
    value: 'KIND',
    about: 'nearest, half-away, floor, stochastic, dither-uniform, … (nearest)',
  },
  { name: 'rounding-seed', value: 'S', about: 'seed of a rounding that draws and of a rotation (1)' },
  {
    name: 'scale-type',
    value: 'TYPE',
    about: 'how a scale is stored: float32, float16, e8m0, e8m0-ceil, e4m3, nested, none (the format’s own)',
  },
  { name: 'exponent-bits', value: 'E', about: 'for the format float, 1 to 8 (4)' },
  { name: 'codebook', value: 'A,B,…', about: 'for the format codebook, its levels' },
  { name: 'overflow', value: 'KIND', about: 'of floats: saturate, or infinity, to ±∞ or NaN (saturate)' },
  {
    name: 'transform',
    value: 'KIND',
    about: 'before the quantizer, undone after: none, columns, hadamard:B (none)',
  },
];
const tensorFlag: Flag = { name: 'tensor', value: 'NAME', about: 'which tensor of FILE' };
export const sourceFlags: Flag[] = [
  { name: 'source', value: 'NAME', about: 'seeded weights in place of a FILE (normal)' },
  { name: 'count', value: 'N', about: 'how many (1000000)' },
  { name: 'seed', value: 'S', about: 'seed of the source (1)' },
  { name: 'scale', value: 'X', about: 'multiplies the source’s standard form (1)' },
  { name: 'channels', value: 'C', about: 'rows of the tensor, rounded down to a divisor of N (1)' },
];
const json: Flag = { name: 'json', about: 'print JSON' };
const csv: Flag = { name: 'csv', about: 'print CSV' };
const levels: Flag = {
  name: 'levels',
  value: 'L',
  about: 'levels of the codebook; for ecsq, a rate of log2 L bits (16)',
};
const optimal: Flag = { name: 'optimal', about: 'for lloyd-max, the provably best levels (at most 64)' };
const rangeScan: Flag = {
  name: 'range-scan',
  about: 'one row a range at one bit width, from absmax/1024 to 2 absmax',
};
const output: Flag = { name: 'output', value: 'OUT.npy', short: 'o', about: 'the file to write' };
const codedOutput: Flag = { ...output, value: 'OUT.hsq' };
const coder: Flag = { name: 'coder', value: 'NAME', about: 'rans, huffman or fixed (rans)' };
export const commonFlags: Flag[] = [
  { name: 'help', short: 'h', about: 'print help' },
  { name: 'version', about: 'print the version' },
];

export interface Command {
  usage: string;
  about: string;
  flags: Flag[];
  /** Whether it takes a FILE; where one is needed, a --source will do if the command has sources. */
  file: 'needed' | 'optional' | 'none';
  /** Whether it takes sources: their own parameters are flags too. */
  source?: boolean;
}

export const commands: Record<string, Command> = {
  inspect: {
    usage: 'inspect FILE',
    about: 'tensors of a file: name, dtype, shape, count, min, max, rms, kurtosis',
    flags: [tensorFlag, json, csv],
    file: 'needed',
  },
  measure: {
    usage: 'measure [FILE] [flags]',
    about: 'one tensor, one quantizer: noise, entropy and what theory predicts',
    flags: [tensorFlag, ...sourceFlags, ...quantizerFlags, json, csv],
    file: 'optional',
    source: true,
  },
  sweep: {
    usage: 'sweep [FILE] [flags] --bits 1:16',
    about: 'the same, one row a bit width; or with --range-scan one row a range',
    flags: [tensorFlag, ...sourceFlags, ...quantizerFlags, rangeScan, json, csv],
    file: 'optional',
    source: true,
  },
  compare: {
    usage: 'compare [FILE] [flags]',
    about: 'every format on one tensor, the cheapest first, and which of them nothing cheaper matches',
    flags: [tensorFlag, ...sourceFlags, json, csv],
    file: 'optional',
    source: true,
  },
  design: {
    usage: 'design [FILE] --format lloyd-max|ecsq|uniform --levels L',
    about: 'the best levels for these weights; uniform: the best step for the law of a --source, by theory',
    flags: [tensorFlag, ...sourceFlags, quantizerFlags[0], levels, optimal, json, csv],
    file: 'optional',
    source: true,
  },
  quantize: {
    usage: 'quantize FILE [flags] -o OUT.npy',
    about: 'the reconstruction as float32',
    flags: [tensorFlag, ...sourceFlags, ...quantizerFlags, output],
    file: 'needed',
    source: true,
  },
  extract: {
    usage: 'extract FILE --tensor NAME -o OUT.npy',
    about: 'the stored tensor itself, decoded to float32',
    flags: [tensorFlag, ...sourceFlags, output],
    file: 'needed',
    source: true,
  },
  encode: {
    usage: 'encode [FILE] [flags] -o OUT.hsq',
    about: 'the codes as an entropy coder stores them, decoded and compared first',
    flags: [tensorFlag, ...sourceFlags, ...quantizerFlags, coder, codedOutput, json],
    file: 'optional',
    source: true,
  },
  decode: {
    usage: 'decode FILE.hsq -o OUT.npy',
    about: 'what encode wrote, back as float32',
    flags: [output, json],
    file: 'needed',
  },
  formats: {
    usage: 'formats',
    about: 'the table of formats with bits per weight',
    flags: [json, csv],
    file: 'none',
  },
};

/** What was typed: the values of flags by name, empty for a flag that takes none. */
export interface Typed {
  flags: Map<string, string>;
  file: string | undefined;
}

/** Reads a command's arguments. `more` are flags known only at run time. Throws UsageError. */
export function readArguments(name: string, argv: string[], more: Flag[]): Typed {
  const command = commands[name];
  const known = [...command.flags, ...more, ...commonFlags];
  const { tokens } = parseArgs({
    args: argv,
    options: Object.fromEntries(
      known.map(({ name, value, short }) => [
        name,
        { type: value ? 'string' : 'boolean', ...(short && { short }) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const typed: Typed = { flags: new Map(), file: undefined };
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const flag = known.find((candidate) => candidate.name === token.name);
    if (!flag) {
      const hint = nearest(
        token.name,
        known.map((candidate) => candidate.name),
      );
      throw new UsageError(
        `${name} has no flag ${token.rawName}` +
          (hint ? `; did you mean --${hint}?` : `; ‘halfstep ${name} --help’ lists its flags.`),
      );
    }
    if (typed.flags.has(flag.name)) throw new UsageError(`--${flag.name} is given twice.`);
    if (flag.value && token.value === undefined)
      throw new UsageError(`--${flag.name} needs a value: ${flag.about}.`);
    if (!flag.value && token.value !== undefined) throw new UsageError(`--${flag.name} takes no value.`);
    typed.flags.set(flag.name, token.value ?? '');
  }
  if (typed.flags.has('help') || typed.flags.has('version')) return typed;

  const files = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const most = command.file === 'none' ? 0 : 1;
  if (files.length > most) {
    throw new UsageError(`${name} takes ${most ? 'one FILE' : 'no FILE'}; “${files[most]}” is too many.`);
  }
  const instead = command.source && typed.flags.has('source');
  if (command.file === 'needed' && files.length === 0 && !instead) {
    throw new UsageError(`${name} needs a FILE: halfstep ${command.usage}`);
  }
  typed.file = files[0];
  return typed;
}
