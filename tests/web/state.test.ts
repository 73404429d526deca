import { describe, expect, it } from 'vitest';
import type { QuantizerWord } from '../../web/core/report';
import { experiments } from '../../web/experiments';
import { presets } from '../../web/presets';
import { asked, fitBits, withFormat } from '../../web/core/words';
import { formatRow } from './bench';
import { defaults, read, scaleTypesOf, write, type State, type Words } from '../../web/state';

const parameter = (name: string, initial: number, low: number, high: number) => ({
  name,
  label: name,
  unit: '',
  initial,
  low,
  high,
  step: 0.5,
});

/** Tables of the core's shape, with formats and sources no page can know by name. */
const words: Words = {
  experiments: [{ id: 'staircase' }, { id: 'noise' }, { id: 'six-decibels' }, { id: 'entropy' }],
  formats: [
    formatRow({}),
    formatRow({
      name: 'tern',
      label: 'ternary',
      bits_min: 2,
      bits_max: 2,
      takes: ['granularity'],
      granularity: 'block:64',
    }),
  ],
  sources: [
    { name: 'normal', label: 'Normal', parameters: [] },
    { name: 'laplace', label: 'Laplace', parameters: [] },
    { name: 'uniform', label: 'Uniform', parameters: [] },
    { name: 'constant', label: 'Constant', parameters: [] },
    { name: 'student', label: 'Student', parameters: [parameter('df', 4, 1, 100)] },
    {
      name: 'layer',
      label: 'Layer',
      parameters: [parameter('hot', 20, 1, 100), parameter('spread', 0.5, 0, 2)],
    },
  ],
};

const full =
  '?x=noise&src=student&df=3&n=16777216&seed=7&scale=0.02&channels=64' +
  '&q=int&b=4&range=mse&per=group:32&round=half-away&hold=int,8,percentile:99.9,channel,nearest';

describe('the state’s spelling', () => {
  it('is empty for the defaults, and empty reads as the defaults', () => {
    expect(write(defaults(words), words)).toBe('');
    expect(read('', words)).toEqual({ state: defaults(words), ignored: [] });
  });

  it('reads every word', () => {
    const { state, ignored } = read(full, words);
    expect(ignored).toEqual([]);
    expect(state).toEqual({
      experiment: 'noise',
      source: { name: 'student', count: 16777216, seed: 7, scale: 0.02, channels: 64, parameters: { df: 3 } },
      file: null,
      quantizer: {
        format: 'int',
        bits: 4,
        range: 'mse',
        granularity: 'group:32',
        rounding: 'half-away',
        scale_type: 'float32',
        exponent_bits: 4,
        codebook: '-1,-0.3,0.3,1',
        transform: 'none',
        overflow: 'saturate',
        seed: 7,
      },
      held: {
        format: 'int',
        bits: 8,
        range: 'percentile:99.9',
        granularity: 'channel',
        rounding: 'nearest',
        scale_type: 'float32',
        exponent_bits: 4,
        codebook: '-1,-0.3,0.3,1',
        transform: 'none',
        overflow: 'saturate',
        seed: 7,
      },
      embed: false,
    } satisfies State);
  });

  it('writes what it reads, and stays readable', () => {
    const again = write(read(full, words).state, words);
    expect(read(again, words)).toEqual(read(full, words));
    expect(again).not.toContain('%');
  });

  it('carries the names of a file and a tensor through any character', () => {
    const file = { name: 'a&b=c d+é#?.npy', tensor: 'layer.0/weight:0 “x”' };
    const state = { ...defaults(words), file };
    expect(read(write(state, words), words).state.file).toEqual(file);
  });

  it.each(['5', '5.', '.5', '1e-7', '2.5E+3'])('takes %s for a number', (range) => {
    expect(read(`?range=${encodeURIComponent(range)}`, words).state.quantizer.range).toBe(range);
  });

  it('keeps a number exactly', () => {
    const state = defaults(words);
    state.quantizer = { ...state.quantizer, range: '0.30000000000000004' };
    state.source.scale = 1e-6;
    expect(read(write(state, words), words).state).toEqual(state);
  });
});

describe('a broken link', () => {
  const broken: [string, RegExp][] = [
    ['?x=nowhere', /“x=nowhere” is not one of staircase/],
    ['?src=cauchy', /“src=cauchy” is not one of normal/],
    ['?n=999', /a count from 1000/],
    ['?n=16777217', /a count from 1000 to 16777216/],
    ['?n=1000.5', /n=1000.5/],
    ['?n=', /“n=” is not/],
    ['?seed=-1', /seed=-1/],
    ['?scale=0', /scale=0/],
    ['?scale=NaN', /scale=NaN/],
    ['?channels=0', /channels=0/],
    ['?src=student&df=Infinity', /df=Infinity/],
    ['?q=fp4', /“q=fp4” is not one of int, tern; int is used/],
    ['?b=0', /a bit width from 1 to 16; 4 is used/],
    ['?b=17', /b=17/],
    ['?b=4.5', /b=4.5/],
    ['?range=-1', /range=-1/],
    ['?range=0x10', /range=0x10/],
    ['?range=0b11', /range=0b11/],
    ['?range=%2B5', /range=\+5/],
    ['?range=+5', /range= 5/],
    ['?range=1e999', /range=1e999/],
    ['?levels=0x1,2', /levels=0x1,2/],
    ['?levels=1,,2', /levels=1,,2/],
    ['?levels=1,%C2%A02', /levels=1/],
    ['?n=0x1000', /n=0x1000/],
    ['?e=0x4', /e=0x4/],
    ['?file=a.npy%0Aimport os', /a file name; the generator is used/],
    ['?file=a%E2%80%A8.npy', /a file name/],
    ['?range=percentile:0', /range=percentile:0/],
    ['?range=percentile:101', /range=percentile:101/],
    ['?range=%3Cimg%3E', /range=<img>/],
    ['?per=group:0', /per=group:0/],
    ['?per=row', /per=row/],
    ['?round=up', /round=up/],
    ['?over=wrap', /over=wrap/],
    ['?hold=int,99,absmax,tensor,nearest', /nothing is held as B/],
    ['?hold=int', /nothing is held as B/],
    ['?hold=', /nothing is held as B/],
    ['?hold=fp4,4,absmax,tensor,nearest', /nothing is held as B/],
    ['?embed=yes', /embed=yes/],
    ['?tensor=w', /names no file/],
    ['?file=', /^“file=” is not a file name; the generator is used\.$/],
    ['?nonsense=1', /“nonsense” is not a word/],
    ['?df=3', /“df” is not a word/],
  ];
  it.each(broken)('%s loads the default for that part and says so once', (query, sentence) => {
    const { state, ignored } = read(query, words);
    expect(ignored).toHaveLength(1);
    expect(ignored[0]).toMatch(sentence);
    const start = defaults(words);
    if (query.includes('student')) start.source = { ...start.source, name: 'student', parameters: { df: 4 } };
    expect(state).toEqual(start);
  });

  it('keeps the good parts, and shortens a long bad one', () => {
    const { state, ignored } = read(`?b=7&range=${'x'.repeat(5000)}`, words);
    expect(state.quantizer.bits).toBe(7);
    expect(ignored[0]!.length).toBeLessThan(150);
  });
});

it('overflow is spelled, held and asked for where the format has codes for it', () => {
  const row = (name: string, more: QuantizerWord[] = []) =>
    formatRow({ name, bits_max: 19, takes: ['range', 'overflow', ...more] });
  const floats = { ...words, formats: [...words.formats, row('f'), row('own', ['exponent_bits'])] };
  const query = '?q=f&over=infinity&hold=own,12,absmax,tensor,nearest,float32,8,-1;-0.3;0.3;1,none,infinity';
  const { state, ignored } = read(query, floats);
  expect(ignored).toEqual([]);
  expect([state.quantizer.overflow, state.held!.overflow]).toEqual(['infinity', 'infinity']);
  expect(write(state, floats)).toBe(query.replaceAll(';', '%3B'));
  expect(asked(floats.formats, state.held!).overflow).toBe('infinity');
  expect(asked(floats.formats, { ...state.held!, exponent_bits: 4 }).overflow).toBe('saturate');
  expect(asked(floats.formats, { ...state.quantizer, format: 'int' }).overflow).toBe('saturate');
});

it('of scales that a format does not store the format’s own stands, in a link and beside another format', () => {
  const mx = formatRow({
    name: 'mx',
    takes: ['scale_type'],
    scale_type: 'e8m0',
    scale_types: ['e8m0', 'e8m0-ceil'],
  });
  const real = { ...words, formats: [...words.formats, mx] };
  expect(scaleTypesOf(mx).map(({ name }) => name)).toEqual(['e8m0', 'e8m0-ceil']);
  const { state, ignored } = read('?q=mx&st=float16', real);
  expect(state.quantizer.scale_type).toBe('e8m0');
  expect(ignored).toEqual(['“st=float16” is not one of e8m0, e8m0-ceil; e8m0 is used.']);
  const halves = { ...state.quantizer, format: 'int', scale_type: 'float16' };
  expect(withFormat(real.formats, halves, 'mx').scale_type).toBe('e8m0');
  expect(asked(real.formats, { ...halves, format: 'mx' }).scale_type).toBe('e8m0');
});

it('a width that a format does not have gives way to the nearest it has', () => {
  expect(words.formats.map((row) => fitBits(row, 8))).toEqual([8, 2]);
  expect(read('?q=tern', words).state.quantizer.bits).toBe(2);
});

it.each(presets)('the preset “$title” is spelled right and says one thing', ({ query, sentence }) => {
  const blocks = { takes: ['granularity', 'scale_type'] as QuantizerWord[], bits_min: 4, bits_max: 4 };
  const zoo = [
    formatRow({ name: 'uint' }),
    formatRow({ name: 'nf4', granularity: 'block:64', ...blocks }),
    formatRow({ name: 'mxfp4', granularity: 'block:32', scale_type: 'e8m0', ...blocks }),
  ];
  const real = { ...words, formats: [...words.formats, ...zoo], experiments };
  const { state, ignored } = read(query, real);
  expect(ignored).toEqual([]);
  expect(write(state, real)).toBe(query);
  expect(sentence).toMatch(/^[^.]+(\.\d[^.]*)*\.$/);
});
