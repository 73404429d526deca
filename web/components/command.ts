/** The `halfstep` commands that go with what the page shows. */
import type { QuantizerWord } from '../core/report';
import { isRandom } from '../core/rounding';
import { asked, startOf } from '../core/words';
import { initialParameters, type State, type Words } from '../state';

// What ends a line, works a terminal or turns the reading direction: it would leave the quotes, or deceive.
const hidden = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A word as one shell word on one line; a name from a link or a file may hold anything. */
function quote(word: string): string {
  if (/^[\w./:-]+$/.test(word)) return word;
  if (word.search(hidden) < 0) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const spelled = (c: string) => String.raw`\u` + c.charCodeAt(0).toString(16).padStart(4, '0');
  return `$'${word.replace(/[\\']/g, String.raw`\$&`).replace(hidden, spelled)}'`;
}

type Flags = [name: string, value: string | number][];

const command = (verb: string, { file }: State, flags: Flags) =>
  [
    `npx halfstep ${verb}`,
    // A name that begins like a flag is no flag.
    ...(file ? [quote(file.name.replace(/^-/, './-'))] : []),
    ...flags.map(([name, value]) => `--${name} ${quote(String(value))}`),
  ].join(' ');

function weights({ source, file }: State, words: Words): Flags {
  if (file) return [['tensor', file.tensor]];
  return [
    ['source', source.name],
    ...Object.entries({ ...initialParameters(words, source.name), ...source.parameters }),
    ['count', source.count],
    ['seed', source.seed],
    ['scale', source.scale],
    ['channels', source.channels],
  ];
}

/** Prints the page's numbers. */
export function measureCommand(state: State, words: Words): string {
  const request = asked(words.formats, state.quantizer);
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
    seed,
  } = request;
  const row = words.formats.find((info) => info.name === format)!;
  const own = startOf(row);
  const quantizer: Flags = [
    ['format', format],
    ['bits', bits],
  ];
  const put = (word: QuantizerWord, flag: string, value: string | number) => {
    if (row.takes.includes(word)) quantizer.push([flag, value]);
  };
  put('range', 'range', range);
  put('granularity', 'granularity', granularity);
  put('rounding', 'rounding', rounding);
  if (scale_type !== own.scale_type) put('scale_type', 'scale-type', scale_type);
  put('exponent_bits', 'exponent-bits', exponent_bits);
  put('codebook', 'codebook', codebook);
  if (overflow !== own.overflow) put('overflow', 'overflow', overflow);
  if (transform !== own.transform) put('transform', 'transform', transform);
  if (isRandom(rounding) || transform !== 'none') quantizer.push(['rounding-seed', seed]);
  return command('measure', state, [...weights(state, words), ...quantizer]);
}

/** Writes the weights on the bench to weights.npy. */
export const weightsCommand = (state: State, words: Words): string =>
  command('extract', state, [...weights(state, words), ['output', 'weights.npy']]);
