// The numbers in a preset's sentence, measured again.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../web/core/engine';
import type { QuantizerSpec, Report } from '../../web/core/report';
import { presets } from '../../web/presets';
import { makeEngine, quantizer, source } from './bench';

let engine: Engine;
beforeAll(async () => {
  engine = await makeEngine();
});

async function measured(law: string, words: Partial<QuantizerSpec>): Promise<Report> {
  await engine.generate(source({ name: law, count: 1_000_000 }));
  return (await engine.analyze(quantizer({ bits: 4, ...words }))).report;
}
const snr = async (law: string, words: Partial<QuantizerSpec>) =>
  `${(await measured(law, words)).noise.snr_db!.toFixed(2)} dB`;
const entropy = async (law: string, granularity: string) =>
  `${(await measured(law, { granularity })).entropy.bits!.toFixed(2)} bits`;
/** Numbers with their unit, in the order a sentence has them. */
const told = (title: string, unit: RegExp) =>
  presets.find((preset) => preset.title === title)!.sentence.match(unit)!;

describe('what the presets answer', () => {
  it('NF4 and affine int4 at equal bits', async () => {
    const pair = async (nf4: number, uint: number) => {
      const [a, b] = [
        { format: 'nf4', granularity: `block:${nf4}` },
        { format: 'uint', granularity: `block:${uint}` },
      ];
      const bits = [await measured('normal', a), await measured('normal', b)].map(
        (report) => report.quantizer.bits_per_weight!,
      );
      expect(bits[0]).toBeCloseTo(bits[1]!, 3);
      return [await snr('normal', a), await snr('normal', b)];
    };
    expect(told('NF4 or int4, at equal bits?', /[\d.]+ dB/g)).toEqual([
      ...(await pair(128, 144)),
      ...(await pair(32, 36)),
    ]);
  });

  it('the entropy of int4 codes by source and granularity', async () => {
    expect(told('Are four bits really four?', /[\d.]+ bits/g)).toEqual([
      await entropy('normal', 'tensor'),
      await entropy('laplace', 'tensor'),
      await entropy('normal', 'block:32'),
      await entropy('laplace', 'block:32'),
    ]);
  });

  it('the two rules of MXFP4’s scale', async () => {
    const rules = ['e8m0', 'e8m0-ceil'].map((scale_type) => ({ format: 'mxfp4', scale_type }));
    const both = async (law: string) => [await snr(law, rules[0]!), await snr(law, rules[1]!)];
    expect(told('MXFP4’s scale: floor or ceil?', /[\d.]+ dB/g)).toEqual([
      ...(await both('normal')),
      ...(await both('laplace')),
    ]);
  });
});
