import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../web/core/engine';
import { LabError } from '../../web/core/lab';
import { hostileFiles, oddFiles } from '../reference/hostile.mjs';
import { makeEngine, memoryFile, quantizer, source } from './bench';

let engine: Engine;
let before: string;
beforeAll(async () => {
  engine = await makeEngine();
  await engine.generate(source({ count: 500, seed: 9 }));
  before = JSON.stringify((await engine.analyze(quantizer())).report);
});

describe('hostile files', () => {
  const files = hostileFiles();
  it.each(['.npy', '.safetensors', '.gguf'])('%s: at least twenty', (kind) =>
    expect(files.filter(({ name }) => name.endsWith(kind)).length).toBeGreaterThanOrEqual(20),
  );

  it.each(files.map((file) => [file.name, file.why, file.bytes] as const))(
    '%s: %s',
    async (name, _, bytes) => {
      const error: unknown = await engine.open(memoryFile(name, bytes)).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(LabError);
      const { message } = error as LabError;
      // One sentence, of a length to read, with nothing that breaks a line.
      expect(message).toMatch(/^.{8,400}[.?]$/);
      expect(message).not.toMatch(/[\u0000-\u001f]/);
      expect(JSON.stringify((await engine.analyze(quantizer())).report)).toBe(before);
    },
  );
});

describe('odd but valid files', () => {
  it.each(oddFiles().map((file) => [file.name, file] as const))('%s is measured', async (name, file) => {
    const odd = await makeEngine();
    const [entry] = await odd.open(memoryFile(name, file.bytes));
    const tensor = await odd.load(entry.name);
    const finite = file.values.map(Math.fround).filter(Number.isFinite);
    expect(tensor.shape).toEqual(file.shape);
    expect(tensor.count).toBe(file.values.length);
    expect(tensor.nonfinite).toBe(file.values.length - finite.length);
    expect(tensor.max).toBe(finite.length ? Math.max(...finite) : null);
    for (const format of ['int', 'uint', 'midrise']) {
      for (const granularity of ['tensor', 'channel', 'group:2']) {
        const wants = { weights: true, noise: true, levels: true, sweep: [1, 2, 8, 16] };
        const { report } = await odd.analyze(quantizer({ format, granularity, range: 'absmax' }), wants);
        expect(JSON.stringify(report)).not.toMatch(/NaN|Infinity/);
        if (!finite.length) expect(report.noise.mse).toBeNull();
        else expect(report.noise.mse).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
