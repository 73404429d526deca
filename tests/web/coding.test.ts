import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../web/core/engine';
import { LabError, Superseded } from '../../web/core/lab';
import { loadCore } from '../../web/core/load';
import { makeEngine, quantizer, source, wasm } from './bench';

let engine: Engine;
beforeAll(async () => {
  engine = await makeEngine();
});

describe('coding the weights', () => {
  it('gives a file that decodes to their shape and their Q', async () => {
    await engine.generate(source({ count: 30_000, channels: 100 }));
    const words = quantizer({ format: 'uint', bits: 5, granularity: 'channel' });
    for (const coder of engine.coders) {
      const file = engine.encode(words, coder);
      const decoded = engine.decode(file.bytes);
      expect(decoded).toMatchObject({ coder, shape: [100, 300] });
      expect(decoded.values).toEqual(engine.quantized(words, 0, 30_000));
      expect(Math.max(...decoded.codes)).toBeLessThan(32);
      expect(engine.agrees(words, file.bytes)).toBe(true);
      expect(engine.agrees({ ...words, bits: 4 }, file.bytes)).toBe(false);
    }
  });

  it('asks the core for a quantizer in the format’s own words, as a measure does', async () => {
    await engine.generate(source({ count: 1000 }));
    const loose = quantizer({ format: 'float', bits: 4, exponent_bits: 8 });
    const { report } = await engine.analyze(loose);
    const q = engine.quantized(loose, 0, 1000);
    const x = engine.weights(0, 1000);
    const mse = q.reduce((sum, value, i) => sum + (x[i]! - value) ** 2, 0) / 1000;
    expect(mse / report.noise.mse!).toBeCloseTo(1, 6);
    expect(engine.agrees(loose, engine.encode(loose, 'rans').bytes)).toBe(true);
  });

  it('does not agree with other weights', async () => {
    await engine.generate(source({ count: 1000, seed: 1 }));
    const { bytes } = engine.encode(quantizer(), 'rans');
    await engine.generate(source({ count: 1000, seed: 2 }));
    expect(engine.agrees(quantizer(), bytes)).toBe(false);
    await engine.generate(source({ count: 1001, seed: 1 }));
    expect(engine.agrees(quantizer(), bytes)).toBe(false);
    await engine.generate(source({ count: 1000, seed: 1 }));
    expect(engine.agrees(quantizer(), bytes)).toBe(true);
  });

  it('tells each coder’s length, the fixed one exactly', async () => {
    await engine.generate(source({ count: 100_000 }));
    const lengths = await engine.lengths(quantizer({ bits: 4 }));
    expect(lengths.map(({ coder, agree }) => [coder, agree])).toEqual(
      engine.coders.map((coder) => [coder, true]),
    );
    const [fixed, huffman, rans] = lengths;
    expect(fixed!.stream_bytes).toBe(50_000);
    expect(fixed!.table_bytes).toBe(0);
    const h = (await engine.analyze(quantizer({ bits: 4 }))).report.entropy.bits!;
    expect((8 * huffman!.stream_bytes) / 1e5).toBeGreaterThan(h);
    expect((8 * huffman!.stream_bytes) / 1e5).toBeLessThan(h + 1);
    expect((8 * rans!.stream_bytes) / 1e5 / h).toBeLessThan(1.001);
    expect(rans!.bits_per_weight).toBeCloseTo((8 * rans!.bytes) / 1e5, 12);
    expect(engine.encode(quantizer({ bits: 4 }), 'rans').bytes.length).toBe(rans!.bytes);
  });

  it('is told to stop between coders, and stops for newer weights', async () => {
    await engine.generate(source({ count: 1000 }));
    const controller = new AbortController();
    const stopped = engine.lengths(quantizer({ bits: 3 }), controller.signal);
    controller.abort();
    await expect(stopped).rejects.toBeInstanceOf(Superseded);
    const overtaken = engine.lengths(quantizer({ bits: 5 }));
    const caught = expect(overtaken).rejects.toBeInstanceOf(Superseded);
    await engine.generate(source({ count: 10 }));
    await caught;
  });

  it('refuses in one sentence, and keeps nothing of the heap', async () => {
    const core = await loadCore({ bytes: await readFile(wasm) });
    const bench = new core.Bench();
    expect(bench.encode(quantizer(), 'rans')).toHaveProperty('error');
    expect(core.decode(new Uint8Array(0))).toHaveProperty('error');
    expect(() => engine.decode(new Uint8Array(1000))).toThrow(LabError);
    expect(() => engine.encode(quantizer(), 'zip')).toThrow(/fixed, huffman, rans/);
    expect(() => engine.encode(quantizer({ format: 'no' }), 'rans')).toThrow(/no format/);
    await engine.generate(source({ count: 1000 }));
    const { bytes } = engine.encode(quantizer(), 'rans');
    const copy = bytes.slice();
    await engine.generate(source({ count: 5_000_000 }));
    expect(bytes).toEqual(copy);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });
});
