import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../web/core/engine';
import { LabError } from '../../web/core/lab';
import { ggufFile } from '../reference/files.mjs';
import { makeEngine, memoryFile } from './bench';
import { embedding, modelFile, norm, q8_0, query } from './ggufs';

let engine: Engine;
beforeAll(async () => {
  engine = await makeEngine();
});

describe('a .gguf', () => {
  it('lists its tensors, row-major, with the names of their types', async () => {
    const entries = await engine.open(memoryFile('model.gguf', modelFile()));
    expect(entries.map(({ name, dtype, shape, decodable }) => [name, dtype, shape, decodable])).toEqual([
      ['token_embd.weight', 'Q8_0', [48, 64], true],
      ['blk.0.attn_norm.weight', 'F32', [64], true],
      ['blk.0.attn_q.weight', 'Q4_0', [2, 3, 64], true],
      ['blk.0.ffn_up.weight', 'IQ2_XXS', [2, 256], false],
      ['output.weight', 'BF16', [2, 2], true],
    ]);
  });

  it('is decoded exactly, and no more of it is read than a tensor’s bytes', async () => {
    const file = memoryFile('model.gguf', modelFile());
    const entries = await engine.open(file);
    const expected: Record<string, number[]> = {
      'token_embd.weight': embedding.values,
      'blk.0.attn_norm.weight': norm,
      'blk.0.attn_q.weight': query.values,
      'output.weight': [1, -2, 0.5, 0],
    };
    for (const [name, values] of Object.entries(expected)) {
      file.asked.length = 0;
      const { count, dtype, nonfinite } = await engine.load(name);
      const { begin, end, dtype: listed } = entries.find((entry) => entry.name === name)!;
      expect(file.asked).toEqual([[begin, end]]);
      expect([count, dtype, nonfinite]).toEqual([values.length, listed, 0]);
      expect(engine.weights(0, count)).toEqual(Float32Array.from(values));
    }
  });

  // Weights and bytes of a block as gguf-py publishes them (GGML_QUANT_SIZES).
  it.each([
    ['Q4_0', 32, 18],
    ['Q4_1', 32, 20],
    ['Q5_0', 32, 22],
    ['Q5_1', 32, 24],
    ['Q8_0', 32, 34],
    ['Q2_K', 256, 84],
    ['Q3_K', 256, 110],
    ['Q4_K', 256, 144],
    ['Q5_K', 256, 176],
    ['Q6_K', 256, 210],
    ['IQ4_NL', 32, 18],
    ['IQ4_XS', 256, 136],
    ['TQ1_0', 256, 54],
    ['TQ2_0', 256, 66],
    ['MXFP4', 32, 17],
  ])('of %s is brought to the bench, and zeros are zeros', async (dtype, weights, size) => {
    const tensor = { dtype, shape: [3, 2 * weights], bytes: new Uint8Array(6 * size) };
    await engine.open(memoryFile('w.gguf', ggufFile({ w: tensor })));
    const report = await engine.load('w');
    expect(report).toMatchObject({ dtype, shape: tensor.shape, count: 6 * weights, nonfinite: 0 });
    expect([report.min, report.max].map(Math.abs as (x: number | null) => number)).toEqual([0, 0]);
  });

  it('says which type it does not decode', async () => {
    await engine.open(memoryFile('model.gguf', modelFile()));
    const refused = engine.load('blk.0.ffn_up.weight');
    await expect(refused).rejects.toBeInstanceOf(LabError);
    await expect(refused).rejects.toThrow(/“IQ2_XXS”, which the lab does not decode/);
  });

  it('of a header of 3 MB is opened in few readings', async () => {
    const bytes = modelFile(120_000);
    const file = memoryFile('model.gguf', bytes);
    await engine.open(file);
    expect(file.asked.length).toBeLessThanOrEqual(5);
    expect(file.asked[0]).toEqual([0, 65536]);
  });

  it('is brought in slices that begin and end with a block', async () => {
    const count = 32 * 260_000;
    const { bytes, values } = q8_0(count, 3);
    const file = memoryFile('large.gguf', ggufFile({ w: { dtype: 'Q8_0', shape: [260, 32_000], bytes } }));
    const [{ begin, end }] = await engine.open(file);
    file.asked.length = 0;
    await engine.load('w');
    expect(file.asked.length).toBeGreaterThan(1);
    for (const [from, to] of file.asked) expect([(from - begin) % 34, (to - from) % 34]).toEqual([0, 0]);
    expect(file.asked.at(-1)![1]).toBe(end);
    // As words, for it is quicker than a comparison of numbers: −0 is −0 here.
    const words = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    expect(words(engine.weights(0, count)).equals(words(Float32Array.from(values)))).toBe(true);
  });

  it('counts the weights of a block whose scale is infinite', async () => {
    const { bytes } = q8_0(64, 5);
    bytes.set([0x00, 0x7c], 34);
    await engine.open(memoryFile('w.gguf', ggufFile({ w: { dtype: 'Q8_0', shape: [64], bytes } })));
    expect((await engine.load('w')).nonfinite).toBe(32);
  });
});
