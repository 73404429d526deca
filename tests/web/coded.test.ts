/** The lengths of a coded tensor on the real core, and what is said of them. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/core/engine';
import { coded } from '../../web/experiments/coded';
import { leastBytes, lengthOf, lengthsOf, widthOf, wholeBitsLose } from '../../web/experiments/coded-data';
import { overText } from '../../web/experiments/coded-picture';
import { lengthPlaces } from '../../web/experiments/plane-lengths';
import { makeEngine, quantizer, source } from './bench';
import { scene } from './scenes';

test('how much is over N·H in words', () => {
  expect(overText(0.0001)).toBe('+0.010 % over N·H');
  expect(overText(0.546)).toBe('+54.6 % over N·H');
  expect(overText(1257)).toBe('1258 × N·H');
  expect(overText(null)).toBe('N·H is 0');
});

describe('200,000 normal weights', () => {
  const count = 200_000;
  let engine: Engine;
  const measured = (words: Parameters<typeof quantizer>[0]) => {
    const asked = quantizer(words);
    return engine.analyze(asked, coded.wants(asked, engine.formats));
  };
  beforeAll(async () => {
    engine = await makeEngine();
    await engine.generate(source({ count, seed: 5 }));
  });

  test('every coder gives the codes again; fixed takes b bits, rANS N·H within 0.1 % and its table', async () => {
    const a = await measured({ bits: 4 });
    const lengths = lengthsOf(a);
    expect(lengths.map(({ coder }) => coder)).toEqual(['fixed', 'huffman', 'rans']);
    expect(lengths.every(({ agree }) => agree)).toBe(true);
    const [fixed, huffman, rans] = lengths;
    expect(widthOf(a)).toBe(4);
    expect(fixed!.stream_bytes).toBe((count * 4) / 8);
    const least = leastBytes(a)!;
    expect(least).toBeCloseTo((count * a.report.entropy.bits!) / 8, 6);
    expect(rans!.stream_bytes).toBeGreaterThan(least * 0.999999);
    expect(rans!.stream_bytes).toBeLessThan(least * 1.001 + 8);
    expect(huffman!.stream_bytes).toBeGreaterThan(least);
    for (const length of lengths) {
      expect(length.rest_bytes).toBeGreaterThan(0);
      expect(length.bits_per_weight).toBeCloseTo((8 * length.bytes) / count, 9);
    }
    expect(lengthPlaces(a)[0]!.snr).toBe(a.report.noise.snr_db);
  });
  test('below one bit Huffman’s whole bits lose, and the page says so', async () => {
    const a = await measured({ bits: 2 });
    expect(a.report.entropy.bits).toBeLessThan(0.6);
    expect(lengthOf(a, 'huffman')!.stream_bytes * 8).toBeGreaterThanOrEqual(count);
    expect(wholeBitsLose(a)).toBe(true);
    expect(coded.why(scene(a)).join(' ')).toMatch(/whole bit/);
    expect(coded.describe(scene(a))).toMatch(/Checked/);
  });
  test('the file that is downloaded decodes to Q of every weight', async () => {
    const words = quantizer({ bits: 5 });
    const file = engine.encode(words, 'rans');
    expect(new TextDecoder().decode(file.bytes.subarray(0, 8))).toBe('HALFSTQ3');
    expect(file.bytes.length).toBe(lengthOf(await measured({ bits: 5 }), 'rans')!.bytes);
    const { values } = engine.decode(file.bytes);
    expect([...values.subarray(0, 1000)]).toEqual([...engine.quantized(words, 0, 1000)]);
  });
  test('a lattice, a rotation and a dither that is taken off are coded, decoded and beside their H', async () => {
    for (const words of [
      { format: 'e8', bits: 4 },
      { format: 'a2', bits: 3, transform: 'hadamard:128' },
      { bits: 4, transform: 'hadamard:64' },
      { bits: 4, rounding: 'subtractive-uniform' },
      { bits: 5, rounding: 'subtractive-triangular', transform: 'columns' },
    ]) {
      const a = await measured(words);
      const lengths = lengthsOf(a);
      expect(lengths.map(({ agree }) => agree)).toEqual([true, true, true]);
      const rans = lengthOf(a, 'rans')!;
      // A lattice's tables end in a part of a byte each.
      expect(rans.stream_bytes).toBeGreaterThan(leastBytes(a)! * 0.999999);
      expect(rans.stream_bytes).toBeLessThan(leastBytes(a)! * 1.001 + 28);
      expect(coded.why(scene(a)).join(' ')).toMatch(/^Frequent codes/);
      const { values } = engine.decode(engine.encode(quantizer(words), 'rans').bytes);
      expect([...values.subarray(0, 1000)]).toEqual([...engine.quantized(quantizer(words), 0, 1000)]);
    }
    const a = await measured({ format: 'e8', bits: 4 });
    expect(widthOf(a)).toBeNull();
    expect(coded.facts(scene(a))[0]).toMatchObject({ label: 'fixed', predicted: undefined });
    expect(coded.slots(scene(a)).width).toMatch(/^5\.\d+$/);
  });
  test('no more weights than are asked for are coded', async () => {
    const words = quantizer();
    const { lengths } = await engine.analyze(words, { lengths: { coders: ['rans'], most: count - 1 } });
    expect(lengths).toEqual([]);
  });
});
