/** The page's whole state: its defaults, its limits, and its spelling in a URL. */
import * as v from 'valibot';
import type { FormatInfo, QuantizerSpec, SourceInfo, SourceSpec } from './core/report';
import { defaultQuantizer, startOf } from './core/words';

export interface State {
  experiment: string;
  /** The generator on the bench, or the one that stands in while `file` has not been dropped. */
  source: SourceSpec;
  /** A tensor of a file. Its bytes can't be in a link, so a link names them and asks for the file. */
  file: { name: string; tensor: string } | null;
  quantizer: QuantizerSpec;
  /** The quantizer held as B. */
  held: QuantizerSpec | null;
  /** One experiment without the frame around it. */
  embed: boolean;
}

/** What the state's words may be: the core's tables and the list of experiments. */
export interface Words {
  formats: FormatInfo[];
  sources: SourceInfo[];
  experiments: readonly { id: string }[];
}

export const limits = {
  count: { low: 1000, high: 16777216 },
  seed: { low: 0, high: 4294967295 },
  scale: { low: 1e-6, high: 1e6 },
  channels: { low: 1, high: 4096 },
  group: { low: 2, high: 65536 },
} as const;

export const roundings = [
  { name: 'nearest', label: 'nearest, half to even' },
  { name: 'half-away', label: 'nearest, half away' },
  { name: 'floor', label: 'floor' },
  { name: 'stochastic', label: 'stochastic' },
  { name: 'dither-uniform', label: 'dither, uniform' },
  { name: 'dither-triangular', label: 'dither, triangular' },
  { name: 'subtractive-uniform', label: 'subtractive dither, uniform' },
  { name: 'subtractive-triangular', label: 'subtractive dither, triangular' },
] as const;

export const scaleTypes = [
  { name: 'float32', label: 'float32' },
  { name: 'float16', label: 'float16' },
  { name: 'e8m0', label: 'E8M0, floor rule' },
  { name: 'e8m0-ceil', label: 'E8M0, ceil rule' },
  { name: 'e4m3', label: 'E4M3 under a float32' },
  { name: 'nested', label: 'quantized in turn (QLoRA)' },
  { name: 'none', label: 'no scale' },
  { name: 'own', label: 'its blocks’ own' },
] as const;

export const overflows = [
  { name: 'saturate', label: 'saturates', title: 'What lies beyond the largest value becomes it' },
  {
    name: 'infinity',
    label: 'to ∞ or NaN',
    title: 'What rounds beyond the largest value is lost: to ∞, or NaN where the format has no ∞',
  },
] as const;

/** Those that a format offers; of one that takes none all, for a format that does. */
export const scaleTypesOf = ({ takes, scale_types }: FormatInfo) =>
  scaleTypes.filter(({ name }) => !takes.includes('scale_type') || scale_types.includes(name));

/** Powers of two that a rotation may take. */
export const rotations = { low: 2, high: 65536 } as const;

/** B of `hadamard:B`, or null. */
export const rotationOf = (transform: string): number | null => {
  const match = /^hadamard:(\d+)$/.exec(transform);
  return match ? Number(match[1]) : null;
};

const percent = /^percentile:(\d+(?:\.\d+)?)$/;

/** P of `percentile:P`, or null. */
export const percentileOf = (range: string): number | null => {
  const match = percent.exec(range);
  return match ? Number(match[1]) : null;
};

/** A number as the core reads it: JavaScript would take 0x10, 0b11 and +5 too. */
const decimal = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number of a typed range, or null. */
export const numberOf = (range: string): number | null => {
  const value = decimal.test(range) ? Number(range) : 0;
  return Number.isFinite(value) && value > 0 ? value : null;
};

/** G of `group:G` or `block:G`, or null. */
export const groupOf = (granularity: string): number | null => {
  const match = /^(?:group|block):(\d+)$/.exec(granularity);
  return match ? Number(match[1]) : null;
};

const within = (value: number, low: number, high: number) => value >= low && value <= high;

const number = (low: number, high: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.regex(decimal),
    v.transform(Number),
    v.number(),
    v.minValue(low),
    v.maxValue(high),
  );
const whole = (low: number, high: number) => v.pipe(number(low, high), v.integer());
/** A name on one line: what ends a line or works a terminal is no part of one. */
const text = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(1024),
  v.regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/),
);

const range = v.pipe(
  v.string(),
  v.check((word) => {
    const p = percentileOf(word);
    return p !== null
      ? p > 0 && p <= 100
      : word === 'absmax' || word === 'absmean' || word === 'mse' || within(numberOf(word) ?? 0, 1e-30, 1e30);
  }),
);
const granularity = v.pipe(
  v.string(),
  v.check((word) => {
    const group = groupOf(word);
    return group === null ? word === 'tensor' || word === 'channel' : within(group, 1, limits.group.high);
  }),
);
const rounding = v.picklist(roundings.map((row) => row.name));
const scaleType = v.picklist(scaleTypes.map((row) => row.name));
const exponentBits = whole(1, 8);
const overflow = v.picklist(overflows.map((row) => row.name));
const transform = v.pipe(
  v.string(),
  v.check((word) => {
    const block = rotationOf(word);
    return block === null
      ? word === 'none' || word === 'columns'
      : within(block, rotations.low, rotations.high) && Number.isInteger(Math.log2(block));
  }),
);
/** 2 to 256 distinct numbers between commas. */
const codebook = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.check((list) => {
    const words = list.split(',').map((level) => level.replace(/^ +| +$/g, ''));
    const levels = words.map((level) => (decimal.test(level) ? Math.fround(Number(level)) : NaN));
    const distinct = new Set(levels).size === levels.length;
    return distinct && levels.length >= 2 && levels.length <= 256 && levels.every(Number.isFinite);
  }),
);

const defaultSource: SourceSpec = {
  name: 'normal',
  count: 1000000,
  seed: 1,
  scale: 1,
  channels: 1,
  parameters: {},
};

/** The parameters a source starts with. */
export function initialParameters(words: Words, source: string): Record<string, number> {
  const row = words.sources.find((info) => info.name === source);
  return Object.fromEntries((row?.parameters ?? []).map((parameter) => [parameter.name, parameter.initial]));
}

export function defaults(words: Words): State {
  return {
    experiment: words.experiments[0]!.id,
    source: { ...defaultSource, parameters: initialParameters(words, defaultSource.name) },
    file: null,
    quantizer: defaultQuantizer,
    held: null,
    embed: false,
  };
}

/** The state with its one seed, the source's, in the quantizers too: a link spells no other. */
export function seeded(state: State): State {
  const { source, quantizer, held } = state;
  const { seed } = source;
  return { ...state, quantizer: { ...quantizer, seed }, held: held && { ...held, seed } };
}

/** Whether a person typed levels that can be a codebook. */
export const isCodebookText = (text: string): boolean => v.safeParse(codebook, text).success;

/** The state a query string spells, and one sentence for each part of it that was ignored. */
export function read(query: string, words: Words): { state: State; ignored: string[] } {
  const given = new URLSearchParams(query);
  const ignored: string[] = [];
  const state = defaults(words);

  /** The value of a key when it is right; else the fallback, named by `called`, and a sentence when it was given. */
  function take<T>(
    key: string,
    schema: v.GenericSchema<string, T>,
    fallback: T,
    wanted: string,
    called = String(fallback),
  ): T {
    const spelled = given.get(key);
    given.delete(key);
    if (spelled === null) return fallback;
    const answer = v.safeParse(schema, spelled);
    if (answer.success) return answer.output;
    ignored.push(`“${key}=${shorten(spelled)}” is not ${wanted}; ${called} is used.`);
    return fallback;
  }
  const oneOf = (names: string[]) => v.pipe(v.string(), v.picklist(names));
  const formats = words.formats.map((row) => row.name);
  const rowOf = (format: string) => words.formats.find((row) => row.name === format);

  const experiments = words.experiments.map((row) => row.id);
  state.experiment = take('x', oneOf(experiments), state.experiment, `one of ${experiments.join(', ')}`);
  state.embed = take('embed', v.picklist(['0', '1']), '0', '0 or 1') === '1';

  const { count, seed, scale, channels } = limits;
  const names = words.sources.map((row) => row.name);
  const name = take('src', oneOf(names), state.source.name, `one of ${names.join(', ')}`);
  state.source = {
    name,
    count: take(
      'n',
      whole(count.low, count.high),
      defaultSource.count,
      `a count from ${count.low} to ${count.high}`,
    ),
    seed: take(
      'seed',
      whole(seed.low, seed.high),
      defaultSource.seed,
      `a whole number from 0 to ${seed.high}`,
    ),
    scale: take(
      'scale',
      number(scale.low, scale.high),
      defaultSource.scale,
      `a scale from ${scale.low} to ${scale.high}`,
    ),
    channels: take('channels', whole(channels.low, channels.high), 1, `a count from 1 to ${channels.high}`),
    parameters: {},
  };
  for (const row of words.sources.find((info) => info.name === name)!.parameters) {
    const wanted = `a number from ${row.low} to ${row.high}`;
    state.source.parameters[row.name] = take(row.name, number(row.low, row.high), row.initial, wanted);
  }

  const file = take('file', text, '', 'a file name', 'the generator');
  const tensor = take('tensor', text, '', 'a tensor’s name', file ? 'the file’s first' : 'the generator');
  if (file) state.file = { name: file, tensor };
  else if (tensor) ignored.push(`“tensor=${shorten(tensor)}” names no file; the generator is used.`);

  const format = take('q', oneOf(formats), defaultQuantizer.format, `one of ${formats.join(', ')}`);
  const row = rowOf(format)!;
  const start = startOf(row);
  const oneOfThem = (rows: readonly { name: string }[]) =>
    `one of ${rows.map(({ name }) => name).join(', ')}`;
  const types = scaleTypesOf(row);
  state.quantizer = {
    format,
    bits: take(
      'b',
      whole(row.bits_min, row.bits_max),
      start.bits,
      `a bit width from ${row.bits_min} to ${row.bits_max}`,
    ),
    range: take('range', range, start.range, 'absmax, absmean, mse, percentile:P or a positive number'),
    granularity: take('per', granularity, start.granularity, 'tensor, channel, group:G or block:G'),
    rounding: take('round', rounding, start.rounding as 'nearest', oneOfThem(roundings)),
    scale_type: take(
      'st',
      v.picklist(types.map(({ name }) => name)),
      start.scale_type as 'float32',
      oneOfThem(types),
    ),
    exponent_bits: take('e', exponentBits, start.exponent_bits, 'a count of exponent bits from 1 to 8'),
    codebook: take('levels', codebook, start.codebook, '2 to 256 distinct numbers between commas'),
    transform: take('turn', transform, start.transform, 'none, columns or hadamard:B with B a power of two'),
    overflow: take('over', overflow, start.overflow as 'saturate', oneOfThem(overflows)),
    seed: state.source.seed,
  };

  const hold = given.get('hold');
  given.delete('hold');
  if (hold !== null) {
    state.held = readHeld(hold, rowOf, state.source.seed);
    if (!state.held)
      ignored.push(
        `“hold=${shorten(hold)}” is not a quantizer such as int,8,absmax,tensor,nearest; nothing is held as B.`,
      );
  }
  for (const key of new Set(given.keys())) ignored.push(`“${shorten(key)}” is not a word of this page.`);
  return { state, ignored };
}

/** format,bits,range,granularity,rounding and where they are not the format's own ,scale_type,exponent_bits,levels,transform,overflow. */
function readHeld(
  spelled: string,
  rowOf: (format: string) => FormatInfo | undefined,
  seed: number,
): QuantizerSpec | null {
  const [format = '', ...rest] = spelled.split(',');
  const row = rowOf(format);
  if (!row) return null;
  const start = startOf(row);
  const [bits, heldRange, per, round] = rest;
  const [
    type = start.scale_type,
    exponent = String(start.exponent_bits),
    levels = start.codebook,
    turn = start.transform,
    over = start.overflow,
  ] = rest.slice(4);
  const tuple = v.tuple([
    whole(row.bits_min, row.bits_max),
    range,
    granularity,
    rounding,
    scaleType,
    exponentBits,
    codebook,
    transform,
    overflow,
  ]);
  const answer = v.safeParse(tuple, [
    bits,
    heldRange,
    per,
    round,
    type,
    exponent,
    levels.replaceAll(';', ','),
    turn,
    over,
  ]);
  if (!answer.success || rest.length > 9) return null;
  const [b, r, g, how, scale_type, exponent_bits, book, moved, beyond] = answer.output;
  return {
    format,
    bits: b,
    range: r,
    granularity: g,
    rounding: how,
    scale_type,
    exponent_bits,
    codebook: book,
    transform: moved,
    overflow: beyond,
    seed,
  };
}

function writeHeld(held: QuantizerSpec, words: Words): string {
  const {
    format,
    bits,
    range,
    granularity,
    rounding,
    scale_type,
    exponent_bits,
    codebook,
    transform,
    overflow,
  } = held;
  const start = startOf(words.formats.find((row) => row.name === format)!);
  const tail: [string | number, string | number][] = [
    [scale_type, start.scale_type],
    [exponent_bits, start.exponent_bits],
    [codebook, start.codebook],
    [transform, start.transform],
    [overflow, start.overflow],
  ];
  while (tail.length && tail.at(-1)![0] === tail.at(-1)![1]) tail.pop();
  const spelled = tail.map(([word]) => String(word).replaceAll(',', ';'));
  return [format, bits, range, granularity, rounding, ...spelled].join(',');
}

/** The shortest query string that `read` turns back into the state: '' for the defaults. */
export function write(state: State, words: Words): string {
  const start = defaults(words);
  const parts: string[] = [];
  const put = (key: string, value: string | number, fallback: string | number) => {
    if (value !== fallback) parts.push(`${encode(key)}=${encode(String(value))}`);
  };
  const { source, quantizer, held } = state;
  put('x', state.experiment, start.experiment);
  if (state.file) {
    put('file', state.file.name, '');
    put('tensor', state.file.tensor, '');
  }
  put('src', source.name, start.source.name);
  const initial = initialParameters(words, source.name);
  for (const [key, value] of Object.entries(source.parameters)) put(key, value, initial[key]!);
  put('n', source.count, start.source.count);
  put('seed', source.seed, start.source.seed);
  put('scale', source.scale, start.source.scale);
  put('channels', source.channels, start.source.channels);
  put('q', quantizer.format, start.quantizer.format);
  const own = startOf(words.formats.find((row) => row.name === quantizer.format)!);
  put('b', quantizer.bits, own.bits);
  put('range', quantizer.range, own.range);
  put('per', quantizer.granularity, own.granularity);
  put('round', quantizer.rounding, own.rounding);
  put('st', quantizer.scale_type, own.scale_type);
  put('e', quantizer.exponent_bits, own.exponent_bits);
  put('levels', quantizer.codebook, own.codebook);
  put('turn', quantizer.transform, own.transform);
  put('over', quantizer.overflow, own.overflow);
  if (held) put('hold', writeHeld(held, words), '');
  if (state.embed) put('embed', 1, 0);
  return parts.length ? `?${parts.join('&')}` : '';
}

const encode = (word: string) =>
  encodeURIComponent(word).replace(
    /%(2C|3A|2F|20)/g,
    (_, hex) => ({ '2C': ',', '3A': ':', '2F': '/', '20': '+' })[hex as '2C'],
  );

const shorten = (word: string) => (word.length > 40 ? `${word.slice(0, 39)}…` : word);
