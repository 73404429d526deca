/** The page's whole state: its defaults, its limits, and its spelling in a URL. */
import * as v from 'valibot';
import type { FormatInfo, QuantizerSpec, SourceInfo, SourceSpec } from './core/report';

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
] as const;

const percent = /^percentile:(\d+(?:\.\d+)?)$/;

/** P of `percentile:P`, or null. */
export const percentileOf = (range: string): number | null => {
  const match = percent.exec(range);
  return match ? Number(match[1]) : null;
};

/** The number of a typed range, or null. */
export const numberOf = (range: string): number | null => {
  const value = Number(range);
  return range.trim() !== '' && Number.isFinite(value) && value > 0 ? value : null;
};

/** G of `group:G`, or null. */
export const groupOf = (granularity: string): number | null => {
  const match = /^group:(\d+)$/.exec(granularity);
  return match ? Number(match[1]) : null;
};

const within = (value: number, low: number, high: number) => value >= low && value <= high;

const number = (low: number, high: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty(),
    v.transform(Number),
    v.number(),
    v.minValue(low),
    v.maxValue(high),
  );
const whole = (low: number, high: number) => v.pipe(number(low, high), v.integer());
const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024));

const range = v.pipe(
  v.string(),
  v.check((word) => {
    const p = percentileOf(word);
    return p !== null
      ? p > 0 && p <= 100
      : word === 'absmax' || word === 'mse' || within(numberOf(word) ?? 0, 1e-30, 1e30);
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

export const defaultQuantizer: QuantizerSpec = {
  format: 'int',
  bits: 4,
  range: 'absmax',
  granularity: 'tensor',
  rounding: 'nearest',
  seed: 1,
};

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

/** The bit width nearest to the wanted one that the format has. */
export function fitBits(words: Words, format: string, bits: number): number {
  const row = words.formats.find((info) => info.name === format);
  return row ? Math.min(Math.max(bits, row.bits_min), row.bits_max) : bits;
}

/**
 * What the lab is asked for: of a codebook one for the whole tensor, without a range or a rounding. The state
 * keeps those words for a format that has them.
 */
export function asked(words: Pick<Words, 'formats'>, quantizer: QuantizerSpec): QuantizerSpec {
  const row = words.formats.find((info) => info.name === quantizer.format);
  if (!row?.codebook) return quantizer;
  const { range, granularity: per, rounding: round } = defaultQuantizer;
  return { ...quantizer, range, granularity: per, rounding: round };
}

/** The state a query string spells, and one sentence for each part of it that was ignored. */
export function read(query: string, words: Words): { state: State; ignored: string[] } {
  const given = new URLSearchParams(query);
  const ignored: string[] = [];
  const state = defaults(words);

  /** The value of a key when it is right; else the fallback, and a sentence when it was given. */
  function take<T>(key: string, schema: v.GenericSchema<string, T>, fallback: T, wanted: string): T {
    const spelled = given.get(key);
    given.delete(key);
    if (spelled === null) return fallback;
    const answer = v.safeParse(schema, spelled);
    if (answer.success) return answer.output;
    ignored.push(`“${key}=${shorten(spelled)}” is not ${wanted}; ${String(fallback)} is used.`);
    return fallback;
  }
  const oneOf = (names: string[]) => v.pipe(v.string(), v.picklist(names));
  const formats = words.formats.map((row) => row.name);
  const bitsOf = (format: string) => words.formats.find((row) => row.name === format)!;

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

  const file = take('file', text, '', 'a file name');
  const tensor = take('tensor', text, '', 'a tensor’s name');
  if (file) state.file = { name: file, tensor };
  else if (tensor) ignored.push(`“tensor=${shorten(tensor)}” names no file; the generator is used.`);

  const start = defaultQuantizer;
  const format = take('q', oneOf(formats), start.format, `one of ${formats.join(', ')}`);
  const { bits_min, bits_max } = bitsOf(format);
  state.quantizer = {
    format,
    bits: take(
      'b',
      whole(bits_min, bits_max),
      fitBits(words, format, start.bits),
      `a bit width from ${bits_min} to ${bits_max}`,
    ),
    range: take('range', range, start.range, 'absmax, mse, percentile:P or a positive number'),
    granularity: take('per', granularity, start.granularity, 'tensor, channel or group:G'),
    rounding: take(
      'round',
      rounding,
      start.rounding as 'nearest',
      `one of ${roundings.map((r) => r.name).join(', ')}`,
    ),
    seed: state.source.seed,
  };

  const hold = given.get('hold');
  given.delete('hold');
  if (hold !== null) {
    const [heldFormat = '', bits, ...rest] = hold.split(',');
    const row = bitsOf(heldFormat);
    const tuple = v.tuple([whole(row?.bits_min ?? 1, row?.bits_max ?? 1), range, granularity, rounding]);
    const answer = v.safeParse(tuple, [bits, ...rest]);
    if (row && answer.success) {
      const [b, heldRange, per, round] = answer.output;
      state.held = {
        format: heldFormat,
        bits: b,
        range: heldRange,
        granularity: per,
        rounding: round,
        seed: state.source.seed,
      };
    } else {
      ignored.push(
        `“hold=${shorten(hold)}” is not a quantizer such as int,8,absmax,tensor,nearest; nothing is held as B.`,
      );
    }
  }
  for (const key of new Set(given.keys())) ignored.push(`“${shorten(key)}” is not a word of this page.`);
  return { state, ignored };
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
  put('b', quantizer.bits, fitBits(words, quantizer.format, start.quantizer.bits));
  put('range', quantizer.range, start.quantizer.range);
  put('per', quantizer.granularity, start.quantizer.granularity);
  put('round', quantizer.rounding, start.quantizer.rounding);
  if (held) put('hold', [held.format, held.bits, held.range, held.granularity, held.rounding].join(','), '');
  if (state.embed) put('embed', 1, 0);
  return parts.length ? `?${parts.join('&')}` : '';
}

const encode = (word: string) =>
  encodeURIComponent(word).replace(
    /%(2C|3A|2F|20)/g,
    (_, hex) => ({ '2C': ',', '3A': ':', '2F': '/', '20': '+' })[hex as '2C'],
  );

const shorten = (word: string) => (word.length > 40 ? `${word.slice(0, 39)}…` : word);
