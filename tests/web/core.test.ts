import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../web/core/engine';
import { LabError, Superseded } from '../../web/core/lab';
import { loadCore } from '../../web/core/load';
import { littleEndian, npyFile, safetensorsFile } from '../reference/files.mjs';
import { makeEngine, memoryFile, quantizer, source, wasm } from './bench';

let engine: Engine;
beforeAll(async () => {
  engine = await makeEngine();
});

const ramp = (count: number) => Float32Array.from({ length: count }, (_, i) => (i - count / 2) / 16);

describe('loading the core', () => {
  it('says which browsers have SIMD where there is none', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    await expect(loadCore({ bytes: new Uint8Array(8) })).rejects.toThrow(
      /^The lab computes with WebAssembly SIMD/,
    );
    validate.mockRestore();
  });

  it('says what a host answered when the core is not there', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('', { status: 404 }));
    await expect(loadCore({ url: 'http://127.0.0.1/halfstep.wasm' })).rejects.toThrow(/HTTP status 404/);
    fetch.mockRejectedValue(new TypeError('refused'));
    await expect(loadCore({ url: 'http://127.0.0.1/halfstep.wasm' })).rejects.toThrow(/no answer/);
    fetch.mockRestore();
  });

  it.each([
    ['application/wasm', 1],
    ['application/octet-stream', 0],
    ['', 0],
  ])('loads from a host that sends the MIME type “%s”', async (type, streamed) => {
    const bytes = await readFile(wasm);
    const fetch = vi
      .spyOn(globalThis, 'fetch')
      .mockResolvedValue(new Response(bytes, { headers: type ? { 'Content-Type': type } : {} }));
    const streaming = vi.spyOn(WebAssembly, 'compileStreaming');
    const core = await loadCore({ url: 'http://127.0.0.1/halfstep.wasm' });
    expect(core.formats().map((format) => format.name)).toContain('int');
    expect(streaming).toHaveBeenCalledTimes(streamed);
    fetch.mockRestore();
    streaming.mockRestore();
  });
});

describe('generating', () => {
  it('gives the weights of one stretch as those of many', async () => {
    const count = 2_500_000;
    const report = await engine.generate(source({ count }));
    expect(report.shape).toEqual([count]);
    expect(report.count).toBe(count);
    const across = engine.weights((1 << 20) - 50, 100);
    await engine.generate(source({ count: (1 << 20) + 50 }));
    expect(engine.weights((1 << 20) - 50, 100)).toEqual(across);
  });

  it('tells its progress up to 1, rising', async () => {
    const told: number[] = [];
    await engine.generate(source({ count: 3_000_000 }), { progress: (fraction) => told.push(fraction) });
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });

  it('stops when told to, and the earlier weights stand', async () => {
    await engine.generate(source({ count: 1000, seed: 5 }));
    const before = engine.weights(0, 1000);
    const controller = new AbortController();
    const stopped = engine.generate(source({ count: 16_000_000 }), {
      signal: controller.signal,
      progress: () => controller.abort(),
    });
    await expect(stopped).rejects.toBeInstanceOf(Superseded);
    expect(engine.weights(0, 1000)).toEqual(before);
    expect((await engine.analyze(quantizer())).report.tensor.count).toBe(1000);
  });

  it('says that sorting was stopped, and measures all the same', async () => {
    await engine.generate(source({ count: 2_000_000 }));
    const controller = new AbortController();
    const why = await engine.index({ signal: controller.signal, progress: () => controller.abort() });
    expect(why).toMatch(/stopped/);
    expect((await engine.analyze(quantizer())).report.tensor.count).toBe(2_000_000);
    expect(await engine.index()).toBeUndefined();
  });

  it('gives way to a newer filling, which is whole', async () => {
    const older = engine.generate(source({ count: 8_000_000, seed: 1 }));
    const newer = engine.generate(source({ count: 2_000_000, seed: 2 }));
    await expect(older).rejects.toBeInstanceOf(Superseded);
    expect((await newer).count).toBe(2_000_000);
    const weights = engine.weights(1_999_900, 100);
    await engine.generate(source({ count: 2_000_000, seed: 2 }));
    expect(engine.weights(1_999_900, 100)).toEqual(weights);
  });

  it('refuses in one sentence what no source makes', async () => {
    for (const bad of [{ name: 'nonesuch' }, { count: 0 }, { scale: NaN }, { scale: -1 }, { count: 1e15 }]) {
      const refused = engine.generate(source(bad));
      await expect(refused, JSON.stringify(bad)).rejects.toBeInstanceOf(LabError);
    }
    expect((await engine.analyze(quantizer())).report.tensor.count).toBe(2_000_000);
  });
});

describe('files', () => {
  it('reads a directory without the data, and of the data only the tensor asked for', async () => {
    const bytes = safetensorsFile({
      big: { dtype: 'F32', values: ramp(100_000) },
      small: { dtype: 'F32', shape: [4, 5], values: ramp(20) },
    });
    const file = memoryFile('two.safetensors', bytes);
    const entries = await engine.open(file);
    expect(entries.map(({ name, dtype, shape, count }) => ({ name, dtype, shape, count }))).toEqual([
      { name: 'big', dtype: 'F32', shape: [100_000], count: 100_000 },
      { name: 'small', dtype: 'F32', shape: [4, 5], count: 20 },
    ]);
    expect(Math.max(...file.asked.map(([, end]) => end))).toBeLessThanOrEqual(65536);
    file.asked.length = 0;
    await engine.load('small');
    expect(file.asked).toEqual([[bytes.length - 80, bytes.length]]);
    expect(engine.weights(0, 20)).toEqual(ramp(20));
  });

  it('asks again for a header longer than the first read', async () => {
    const tensors = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [`layers.${i}.weight`, { dtype: 'F32', values: ramp(4) }]),
    );
    const file = memoryFile('many.safetensors', safetensorsFile(tensors));
    expect(await engine.open(file)).toHaveLength(2000);
    expect(file.asked.length).toBe(2);
  });

  it('decodes a tensor of several slices at element boundaries', async () => {
    const count = (8 << 20) / 8 + 12345;
    const values = Float64Array.from({ length: count }, (_, i) => i / 7);
    const told: number[] = [];
    const [{ name }] = await engine.open(memoryFile('long.npy', npyFile({ dtype: 'F64', values })));
    await engine.load(name, { progress: (fraction) => told.push(fraction) });
    expect(told).toHaveLength(2);
    const decoded = engine.weights(0, count);
    expect(decoded.every((weight, i) => weight === Math.fround(values[i]))).toBe(true);
  });

  it('puts Fortran order and big endian right', async () => {
    const values = ramp(2 * 3 * 4);
    const bytes = npyFile({ shape: [2, 3, 4], values, fortran: true, bigEndian: true });
    const [{ name }] = await engine.open(memoryFile('turned.npy', bytes));
    expect((await engine.load(name)).shape).toEqual([2, 3, 4]);
    expect(engine.weights(0, 24)).toEqual(values);
  });

  it('keeps the earlier weights and file when a file changes under it', async () => {
    const bytes = safetensorsFile({ w: { dtype: 'F32', values: ramp(1000) } });
    let gone = false;
    const whole = memoryFile('w.safetensors', bytes);
    await engine.open({
      name: whole.name,
      size: whole.size,
      slice: (begin, end) =>
        gone ? { arrayBuffer: () => Promise.reject(new Error('gone')) } : whole.slice(begin, end),
    });
    await engine.load('w');
    gone = true;
    await expect(engine.load('w')).rejects.toThrow(/can't be read any more/);
    expect(engine.weights(0, 1000)).toEqual(ramp(1000));
    await expect(engine.load('no such')).rejects.toThrow(/has no tensor/);
  });

  it('lists a type it does not decode, and says why it can’t be loaded', async () => {
    const bytes = safetensorsFile({ ids: { dtype: 'I64', shape: [1], bytes: littleEndian(7, 8) } });
    const [entry] = await engine.open(memoryFile('ids.safetensors', bytes));
    expect(entry).toMatchObject({ name: 'ids', dtype: 'I64', decodable: false });
    await expect(engine.load('ids')).rejects.toThrow(entry.reason);
  });
});

describe('measuring', () => {
  beforeAll(() => engine.generate(source({ count: 100_000 })));

  it('has every field of the contract, with null and never NaN', async () => {
    await engine.generate(source({ name: 'constant', count: 100 }));
    const { report } = await engine.analyze(quantizer({ range: '1' }));
    expect(Object.keys(report)).toEqual(['tensor', 'quantizer', 'noise', 'entropy', 'prediction']);
    expect(report.tensor).toMatchObject({ name: 'constant', dtype: 'F32', shape: [100], kurtosis: null });
    expect(report.quantizer).toMatchObject({ format: 'int', bits: 8, range: '1', granularity: 'tensor' });
    expect(JSON.stringify(report)).toBe(JSON.stringify(report, (_, v) => (Number.isNaN(v) ? 'NaN' : v)));
    await engine.generate(source({ count: 100_000 }));
  });

  it('says exact, and no SNR, where there is no noise', async () => {
    const values = Float32Array.from({ length: 255 }, (_, i) => i - 127);
    const [{ name }] = await engine.open(memoryFile('steps.npy', npyFile({ values })));
    await engine.load(name);
    const { noise } = (await engine.analyze(quantizer())).report;
    expect(noise).toMatchObject({ exact: true, snr_db: null, mse: 0 });
    await engine.generate(source({ count: 100_000 }));
  });

  it('counts every weight in each picture', async () => {
    const { weights, noise, levels, report } = await engine.analyze(quantizer({ bits: 4 }), {
      weights: true,
      noise: true,
      levels: true,
    });
    const sum = (counts: Float64Array) => counts.reduce((a, b) => a + b, 0);
    expect(sum(weights!.counts)).toBe(100_000);
    expect(sum(noise!.counts) + noise!.below + noise!.above).toBe(100_000);
    expect(sum(levels!.counts)).toBe(100_000);
    expect(levels!.codes).toHaveLength(report.quantizer.levels);
    expect(levels!.counts.filter((count) => count > 0)).toHaveLength(report.entropy.occupied_levels);
    // All noise lies within half a step.
    expect(sum(noise!.counts.subarray(64, 193))).toBe(100_000);
  });

  it('sweeps as it measures one by one', async () => {
    const bits = [1, 2, 5, 16];
    const { sweep } = await engine.analyze(quantizer(), { sweep: bits });
    const fresh = await makeEngine();
    await fresh.generate(source({ count: 100_000 }));
    for (const [i, b] of bits.entries()) {
      expect(sweep![i]).toEqual((await fresh.analyze(quantizer({ bits: b }))).report);
    }
  });

  it('forgets the answers when the weights change', async () => {
    const before = (await engine.analyze(quantizer(), { weights: true })).weights;
    await engine.generate(source({ count: 100_000, scale: 3 }));
    const after = await engine.analyze(quantizer(), { weights: true });
    expect(after.weights!.high).toBeCloseTo(before!.high * 3, 4);
    expect(after.report.tensor.std).toBeCloseTo(3, 1);
    await engine.generate(source({ count: 100_000 }));
  });

  it('drops a sweep when the weights change under it', async () => {
    const slow = await makeEngine();
    await slow.generate(source({ count: 1_000_000 }));
    const all = Array.from({ length: 16 }, (_, i) => i + 1);
    const sweep = slow.analyze(quantizer({ range: 'mse' }), { sweep: all });
    const [swept, filled] = await Promise.allSettled([sweep, slow.generate(source({ count: 10 }))]);
    expect(filled.status).toBe('fulfilled');
    expect(swept).toMatchObject({ status: 'rejected', reason: expect.any(Superseded) });
  });

  it('probes with the range the weights gave', async () => {
    const { report } = await engine.analyze(quantizer({ bits: 4 }));
    const step = report.quantizer.step!;
    const probe = engine.probe(quantizer({ bits: 4 }), 2.3 * step);
    expect(probe.code).toBe(2);
    expect(probe.quantized).toBeCloseTo(2 * step, 6);
    expect(probe.noise).toBeCloseTo(0.3 * step, 6);
  });

  it('agrees with a plain loop over its own weights', async () => {
    const x = engine.weights(0, 100_000);
    const q = engine.quantized(quantizer({ bits: 5 }), 0, 100_000);
    const { report } = await engine.analyze(quantizer({ bits: 5 }));
    let noise = 0;
    for (let i = 0; i < x.length; i++) noise += (x[i] - q[i]) ** 2;
    expect(report.noise.mse! / (noise / x.length)).toBeCloseTo(1, 9);
  });

  it('refuses each wrong word in one sentence, and goes on', async () => {
    const wrong = [
      { format: 'int4' },
      { bits: 0 },
      { bits: 17 },
      { range: 'max' },
      { range: '-1' },
      { range: 'percentile:200' },
      { granularity: 'group:0' },
      { granularity: 'row' },
      { rounding: 'up' },
    ];
    for (const words of wrong) {
      const refused = engine.analyze(quantizer(words));
      await expect(refused, JSON.stringify(words)).rejects.toBeInstanceOf(LabError);
      await expect(refused).rejects.toThrow(/^[A-Z“].*[.?]$/);
    }
    expect((await engine.analyze(quantizer())).report.noise.snr_db).toBeGreaterThan(38);
  });

  it('has nothing to say before there are weights', async () => {
    const empty = await makeEngine();
    await expect(empty.analyze(quantizer())).rejects.toBeInstanceOf(LabError);
    expect(() => empty.probe(quantizer(), 1)).toThrow(LabError);
    await expect(empty.load('w')).rejects.toThrow('No file is open.');
  });
});

describe('where memory does not allow to sort', () => {
  it('the reason is told, a measure reads all weights, and a design says what it lacks', async () => {
    const tight = await makeEngine();
    await tight.generate(source({ count: 4_000_000 }));
    // Whatever the machine's memory, the core gets no more.
    const refused = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('no');
    });
    try {
      expect(await tight.index()).toBe(
        'There is not enough memory to sort these weights. Every measure reads all of them instead.',
      );
      expect(() => tight.design('lloyd-max', 4)).toThrow(
        /^There is not enough memory to sort these weights\.$/,
      );
      const read = (await tight.analyze(quantizer())).report;
      refused.mockRestore();
      expect(await tight.index()).toBeUndefined();
      const sorted = (await tight.analyze(quantizer())).report;
      expect(read.noise.snr_db).toBeCloseTo(sorted.noise.snr_db!, 6);
    } finally {
      refused.mockRestore();
    }
  });
});

describe('the laws on normal weights', () => {
  // N = 10⁶, as the issue states them.
  it.each(['int', 'uint'])('%s at 8 bits: bound, Δ²/12, SNR and entropy', async (format) => {
    await engine.generate(source({ count: 1_000_000 }));
    const { report } = await engine.analyze(quantizer({ format }));
    const step = report.quantizer.step!;
    expect(report.noise.granular_max_error_in_steps).toBeLessThanOrEqual(0.5 + 1e-5);
    expect(report.noise.variance! / (step ** 2 / 12)).toBeCloseTo(1, 2);
    expect(Math.abs(report.noise.snr_db! - report.prediction.snr_db!)).toBeLessThan(0.05);
    const h = 0.5 * Math.log2(2 * Math.PI * Math.E);
    expect(Math.abs(report.entropy.bits! - (h - Math.log2(step)))).toBeLessThan(0.01);
    const coarse = (await engine.analyze(quantizer({ format, bits: 2 }))).report.prediction;
    expect(coarse.conditions).not.toEqual([]);
  });
});

it('a design of weights that are gone is not gone on with', async () => {
  const core = await loadCore({ bytes: await readFile(wasm) });
  const bench = new core.Bench();
  const put = (count: number) => {
    const spec = { ...source({ count }), parameters: [] };
    expect(bench.stage(count)).toEqual({ ok: true });
    expect(bench.stage_source(spec, 0, count)).toEqual({ ok: true });
    expect(bench.commit([count], false, spec)).toHaveProperty('tensor');
  };
  expect(bench.optimal_step()).toHaveProperty('error');
  put(1000);
  expect(bench.optimal_begin(4)).toEqual({ ok: true });
  expect(bench.optimal_step()).toEqual({ done: expect.any(Number) });
  put(10);
  expect(bench.optimal_step()).toHaveProperty('error');
  expect(bench.optimal_design()).toHaveProperty('error');
  expect(bench.optimal_begin(65)).toHaveProperty('error');
  expect(bench.optimal_step()).toHaveProperty('error');
  bench.delete();
});
