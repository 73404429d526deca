import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../web/core/report';
import { encode, npyFile } from '../reference/files.mjs';
import { at, folder, halfstep, json, refused, roundHalfEven, setUp, tearDown, values } from './command';

beforeAll(setUp);
afterAll(tearDown);

describe('writing .npy', () => {
  it('extracts a tensor as float32', async () => {
    const { status, stdout } = await halfstep(
      'extract',
      'three.safetensors',
      '--tensor',
      'conv.bias',
      '-o',
      'bias.npy',
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(readFileSync(at('bias.npy'))).toEqual(Buffer.from(npyFile({ values: [1, -2, 0.5, 0] })));
    await halfstep('extract', 'one.npy', '-o', 'copy.npy');
    expect(readFileSync(at('copy.npy')).equals(readFileSync(at('one.npy')))).toBe(true);
  });

  it('quantizes to levels', async () => {
    const { status } = await halfstep(
      'quantize',
      'one.npy',
      '--bits',
      '3',
      '--range',
      '6',
      '--output',
      'q.npy',
    );
    expect(status).toBe(0);
    const expected = Float32Array.from(
      values,
      (x) => 2 * Math.min(3, Math.max(-3, roundHalfEven(Math.fround(x / 2)))),
    );
    // −0 and 0 are the same level.
    const bytes = readFileSync(at('q.npy'));
    const got = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + bytes.length - 2400, bytes.byteOffset + bytes.length),
    );
    expect(got.every((q, i) => q === expected[i])).toBe(true);
  });

  it.each([
    ['e4m3', NaN, NaN],
    ['e5m2', -Infinity, Infinity],
  ])('writes what %s overflows to', async (format, low, high) => {
    writeFileSync(at('far.npy'), npyFile({ values: [-9, -1, 0, 1, 9] }));
    const words = ['--format', format, '--range', '1', '--overflow', 'infinity'];
    expect((await halfstep('quantize', 'far.npy', ...words, '-o', 'q.npy')).status).toBe(0);
    const written = [...new Float32Array(Uint8Array.from(readFileSync(at('q.npy')).subarray(-20)).buffer)];
    expect(written).toEqual([low, -1, 0, 1, high]);
    const { noise, quantizer, prediction } = await json<Report>('measure', 'far.npy', ...words);
    expect([noise.lost, noise.mse, noise.snr_db, noise.overload]).toEqual([2, null, null, 0.4]);
    expect(quantizer.overflow).toBe('infinity');
    expect(prediction.conditions[0]).toBe('lost');
  });

  it('quantizes to every format, by its name alone', async () => {
    const rows = await json<{ name: string }[]>('formats');
    for (const { name } of rows) {
      const { status, stderr } = await halfstep('quantize', 'one.npy', '--format', name, '-o', 'all.npy');
      expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' });
      const { count, nonfinite } = (
        await json<{ count: number; nonfinite: number }[]>('inspect', 'all.npy')
      )[0];
      expect({ name, count, nonfinite }).toEqual({ name, count: 600, nonfinite: 0 });
    }
  }, 120_000);

  it('writes through a link to the file it leads to', async () => {
    writeFileSync(at('target.npy'), '');
    symlinkSync('target.npy', at('link.npy'));
    expect((await halfstep('extract', 'one.npy', '-o', 'link.npy')).status).toBe(0);
    expect(readFileSync(at('target.npy')).equals(readFileSync(at('one.npy')))).toBe(true);
  });

  it('extracts the weights of a source', async () => {
    const words = ['--source', 'ramp', '--count', '1000', '--channels', '10'];
    expect((await halfstep('extract', ...words, '-o', 'ramp.npy')).status).toBe(0);
    const made = await json(...['measure', ...words]);
    const read = await json('measure', 'ramp.npy');
    expect(read.noise).toEqual(made.noise);
    expect(read.tensor.shape).toEqual([10, 100]);
  });

  it('leaves nothing behind a failure, and what was there stays', async () => {
    writeFileSync(at('keep.npy'), 'mine');
    const before = readdirSync(folder).sort();
    await refused(/format/, 'quantize', 'one.npy', '--format', 'no', '-o', 'keep.npy');
    await refused(/range/i, 'quantize', 'one.npy', '--range', 'wide', '-o', 'keep.npy');
    await refused(/cut\.npy/, 'extract', 'cut.npy', '-o', 'keep.npy');
    await refused(/no such file or folder/, 'extract', 'one.npy', '-o', 'no/where.npy');
    await refused(/not a file/, 'extract', 'one.npy', '-o', '.');
    await refused(/-o OUT\.npy/, 'extract', 'one.npy');
    expect(readFileSync(at('keep.npy'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it('reads big-endian float64 in Fortran order as NumPy wrote it', async () => {
    writeFileSync(
      at('turned.npy'),
      npyFile({ dtype: 'F64', shape: [2, 3], values: [1, 2, 3, 4, 5, 6], bigEndian: true, fortran: true }),
    );
    await halfstep('extract', 'turned.npy', '-o', 'straight.npy');
    const bytes = readFileSync(at('straight.npy'));
    expect(bytes.subarray(-24)).toEqual(Buffer.from(encode('F32', [1, 2, 3, 4, 5, 6])));
  });
});
