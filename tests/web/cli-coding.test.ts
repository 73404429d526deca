import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../web/core/report';
import { npyFile } from '../reference/files.mjs';
import { at, folder, halfstep, json, refused, setUp, tearDown } from './command';

beforeAll(setUp);
afterAll(tearDown);

interface Coded extends Report {
  coding: {
    coder: string;
    bytes: number;
    table_bytes: number;
    stream_bytes: number;
    bits_per_weight: number;
    entropy_bits: number | null;
    overhead: number | null;
  };
}

const coders = ['fixed', 'huffman', 'rans'];
const bytesOf = (name: string) => readFileSync(at(name));

describe('encode and decode', () => {
  it.each([
    ['int', '4', 'tensor'],
    ['uint', '3', 'channel'],
    ['midrise', '6', 'group:7'],
    ['int', '16', 'tensor'],
    ['lloyd-max', '3', 'tensor'],
    ['ecsq', '2', 'tensor'],
    ['lloyd-max', '2', 'channel'],
    ['int', '4', 'group:7', '--rounding', 'subtractive-triangular', '--transform', 'columns'],
    ['midrise', '3', 'tensor', '--rounding', 'subtractive-uniform', '--rounding-seed', '77'],
    ['uint', '5', 'channel', '--transform', 'hadamard:256'],
    ['e8', '4', 'tensor'],
    ['a2', '3', 'tensor', '--transform', 'hadamard:64'],
  ])('gives back what quantize writes: %s, %s bits, %s', async (format, bits, granularity, ...more) => {
    const words = ['one.npy', '--format', format, '--bits', bits, '--granularity', granularity, ...more];
    expect((await halfstep('quantize', ...words, '-o', 'q.npy')).status).toBe(0);
    for (const coder of coders) {
      const { coding } = await json<Coded>('encode', ...words, '--coder', coder, '-o', 'one.hsq');
      expect(coding.coder).toBe(coder);
      expect(coding.bytes).toBe(statSync(at('one.hsq')).size);
      expect(coding.bits_per_weight).toBeCloseTo((8 * coding.bytes) / 600, 12);
      const decoded = await json<unknown>('decode', 'one.hsq', '-o', 'back.npy');
      expect(decoded).toEqual({
        tensor: { shape: [20, 30], count: 600 },
        coding: { coder, bytes: coding.bytes, bits_per_weight: coding.bits_per_weight },
      });
      expect(bytesOf('back.npy').equals(bytesOf('q.npy'))).toBe(true);
    }
  });

  it('says how far it is from H, in the words of measure', async () => {
    const words = ['--source', 'normal', '--count', '1e6', '--format', 'int', '--bits', '8'];
    const report = await json<Coded>('encode', ...words, '-o', 'normal.hsq');
    const { coding, ...rest } = report;
    expect(rest).toEqual(await json('measure', ...words));
    // Σ −p log2 p of the codes that the file holds, in float64.
    const weights = await floats('extract', ...words.slice(0, 4));
    const counts = new Map<number, number>();
    for (const x of weights) {
      const k = Math.fround(x / rest.quantizer.step!);
      const code = Math.round(k) - (Math.abs(k % 2) === 0.5 ? 1 : 0);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    let h = 0;
    for (const count of counts.values()) h -= (count / 1e6) * Math.log2(count / 1e6);
    expect(coding.entropy_bits).toBeCloseTo(h, 5);
    expect(coding.overhead).toBeCloseTo((8 * coding.stream_bytes) / (1e6 * h) - 1, 5);
    expect(coding.overhead).toBeGreaterThan(0);
    expect(coding.overhead).toBeLessThan(1e-3);
    expect(coding.bytes).toBeGreaterThan(coding.stream_bytes + coding.table_bytes);
    const huffman = await json<Coded>('encode', ...words, '--coder', 'huffman', '-o', 'normal.hsq');
    const fixed = await json<Coded>('encode', ...words, '--coder', 'fixed', '-o', 'normal.hsq');
    expect(huffman.coding.bytes).toBeGreaterThan(coding.bytes);
    expect(huffman.coding.bytes).toBeLessThan(fixed.coding.bytes);
    expect(fixed.coding.stream_bytes).toBe(1e6);
  });

  it('prints H and what was written for a person', async () => {
    const { stdout } = await halfstep('encode', 'one.npy', '--bits', '3', '-o', 'one.hsq');
    expect(stdout).toMatch(/entropy H +[\d.]+ bits a weight\n/);
    expect(stdout).toMatch(/written by rans +[\d.]+ bits a weight\n/);
    const { size } = statSync(at('one.hsq'));
    expect(stdout).toContain(`${size} bytes`);
    const decoded = await halfstep('decode', 'one.hsq', '-o', 'back.npy');
    expect(decoded.stdout).toMatch(
      new RegExp(`^600 weights \\(20×30\\) from ${size} bytes by rans: [\\d.]+ bits`),
    );
  });

  it('has no overhead to tell where one code is all', async () => {
    writeFileSync(at('zero.npy'), npyFile({ values: new Float32Array(100) }));
    const { coding } = await json<Coded>('encode', 'zero.npy', '-o', 'zero.hsq');
    expect(coding).toMatchObject({ entropy_bits: 0, overhead: null });
    expect(coding.bytes).toBeLessThan(50);
    await halfstep('decode', 'zero.hsq', '-o', 'back.npy');
    expect(bytesOf('back.npy').equals(bytesOf('zero.npy'))).toBe(true);
  });

  it('refuses what is cut, changed or something else, and what was there stays', async () => {
    await halfstep('encode', 'one.npy', '-o', 'one.hsq');
    const whole = bytesOf('one.hsq');
    writeFileSync(at('keep.npy'), 'mine');
    writeFileSync(at('short.hsq'), whole.subarray(0, whole.length - 1));
    const changed = Buffer.from(whole);
    changed[changed.length >> 1]! ^= 1;
    writeFileSync(at('changed.hsq'), changed);
    writeFileSync(at('empty.hsq'), '');
    const before = readdirSync(folder).sort();
    await refused(/short\.hsq: .*damaged/, 'decode', 'short.hsq', '-o', 'keep.npy');
    await refused(/changed\.hsq: .*check sum/, 'decode', 'changed.hsq', '-o', 'keep.npy');
    await refused(/no coded tensor/, 'decode', 'empty.hsq', '-o', 'keep.npy');
    await refused(/one\.npy: .*no coded tensor/, 'decode', 'one.npy', '-o', 'keep.npy');
    await refused(/no such file/, 'decode', 'nowhere.hsq', '-o', 'keep.npy');
    await refused(/-o OUT\.npy/, 'decode', 'one.hsq');
    await refused(/-o OUT\.hsq/, 'encode', 'one.npy');
    await refused(/did you mean “rans”/, 'encode', 'one.npy', '--coder', 'ranz', '-o', 'keep.npy');
    await refused(/there are fixed, huffman, rans/, 'encode', 'one.npy', '--coder', 'zip', '-o', 'keep.npy');
    await refused(/has no flag --csv/, 'encode', 'one.npy', '--csv', '-o', 'keep.npy');
    writeFileSync(at('none.npy'), npyFile({ shape: [0], values: [] }));
    await refused(/no weights to code/, 'encode', 'none.npy', '-o', 'keep.npy');
    expect(bytesOf('keep.npy').toString()).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual([...before, 'none.npy'].sort());
  });

  it('codes NaN as 0 and infinities as the ends', async () => {
    writeFileSync(at('odd.npy'), npyFile({ values: [NaN, Infinity, -Infinity, 1, -2] }));
    await halfstep('encode', 'odd.npy', '--bits', '3', '-o', 'odd.hsq');
    await halfstep('decode', 'odd.hsq', '-o', 'back.npy');
    const step = Math.fround(2 / 3);
    const level = (k: number) => Math.fround(k * step);
    expect([...floatsOf('back.npy', 5)]).toEqual([0, level(3), level(-3), level(2), level(-3)]);
  });

  it('lists itself in the help', async () => {
    const { stdout } = await halfstep('help');
    expect(stdout).toContain('halfstep encode [FILE] [flags] -o OUT.hsq');
    expect(stdout).toContain('halfstep decode FILE.hsq -o OUT.npy');
    expect((await halfstep('encode', '--help')).stdout).toMatch(/--coder NAME +rans, huffman or fixed/);
  });
});

function floatsOf(name: string, count: number): Float32Array {
  const bytes = bytesOf(name);
  return new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + bytes.length - 4 * count, bytes.byteOffset + bytes.length),
  );
}

async function floats(...words: string[]): Promise<Float32Array> {
  expect((await halfstep(...words, '-o', 'floats.npy')).status).toBe(0);
  return floatsOf('floats.npy', 1e6);
}
