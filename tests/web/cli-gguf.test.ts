import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorReport } from '../../web/core/report';
import { npyFile } from '../reference/files.mjs';
import { at, halfstep, json, refused, setUp, tearDown } from './command';
import { embedding, modelFile, norm, query } from './ggufs';

beforeAll(() => {
  setUp();
  writeFileSync(at('model.gguf'), modelFile());
});
afterAll(tearDown);

const rms = (values: number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

describe('a .gguf', () => {
  it('is inspected: type, shape, extremes and rms of every tensor that is decoded', async () => {
    const rows = await json<TensorReport[]>('inspect', 'model.gguf');
    expect(rows.map(({ name, dtype, shape, count }) => [name, dtype, shape, count])).toEqual([
      ['token_embd.weight', 'Q8_0', [48, 64], 3072],
      ['blk.0.attn_norm.weight', 'F32', [64], 64],
      ['blk.0.attn_q.weight', 'Q4_0', [2, 3, 64], 384],
      ['blk.0.ffn_up.weight', 'IQ2_XXS', [2, 256], 512],
      ['output.weight', 'BF16', [2, 2], 4],
    ]);
    for (const [row, values] of [
      [rows[0], embedding.values],
      [rows[2], query.values],
    ] as const) {
      expect([row.min, row.max, row.nonfinite]).toEqual([Math.min(...values), Math.max(...values), 0]);
      expect(row.rms! / rms(values)).toBeCloseTo(1, 9);
    }
    expect(rows[3]).toMatchObject({ min: null, max: null, rms: null });
    const { stdout } = await halfstep('inspect', 'model.gguf', '--tensor', 'blk.0.attn_q.weight');
    expect(stdout).toMatch(/^blk\.0\.attn_q\.weight +Q4_0 +2×3×64 +384 /m);
  });

  it.each([
    ['token_embd.weight', [48, 64], embedding.values],
    ['blk.0.attn_q.weight', [2, 3, 64], query.values],
    ['blk.0.attn_norm.weight', [64], norm],
  ])('is extracted: %s', async (tensor, shape, values) => {
    const { status, stderr } = await halfstep('extract', 'model.gguf', '--tensor', tensor, '-o', 'out.npy');
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(at('out.npy')).equals(Buffer.from(npyFile({ shape, values })))).toBe(true);
  });

  it('is measured as the same weights in a .npy are', async () => {
    const words = ['--format', 'int', '--bits', '4', '--granularity', 'group:32'];
    writeFileSync(at('query.npy'), npyFile({ shape: [2, 3, 64], values: query.values }));
    const measured = await json('measure', 'model.gguf', '--tensor', 'blk.0.attn_q.weight', ...words);
    const same = await json('measure', 'query.npy', ...words);
    expect(measured.noise).toEqual(same.noise);
    expect(measured.tensor).toEqual({ ...same.tensor, name: 'blk.0.attn_q.weight', dtype: 'Q4_0' });
  });

  it('is refused in one line where it is broken, or stored as what is not decoded', async () => {
    await refused(
      /IQ2_XXS.*which the lab does not decode.*Q4_0/,
      'measure',
      'model.gguf',
      '--tensor',
      'blk.0.ffn_up.weight',
    );
    await refused(/did you mean “output\.weight”/, 'measure', 'model.gguf', '--tensor', 'output.weigth');
    writeFileSync(at('cut.gguf'), modelFile().slice(0, -100));
    await refused(/cut\.gguf: .*cut short/, 'inspect', 'cut.gguf');
  });
});
