import { beforeAll, expect, it } from 'vitest';
import { describe } from '../../web/components/describe';
import type { Engine } from '../../web/core/engine';
import { makeEngine, quantizer } from './bench';

let engine: Engine;
beforeAll(async () => {
  engine = await makeEngine();
});

it.each([
  [{ format: 'codebook', bits: 4, codebook: '-1,0,1' }, /^codebook 2 bit/],
  [{ format: 'float', bits: 4, exponent_bits: 8 }, /, 3 exponent bits/],
  [{ format: 'e4m3', overflow: 'infinity' }, /^e4m3 8 bit, absmax, per tensor, overflow to infinity$/],
  [{ format: 'int', overflow: 'infinity' }, /^int 8 bit, absmax, per tensor$/],
  [{ format: 'nf4', bits: 8 }, /^nf4 4 bit/],
  [{ format: 'int', bits: 5, range: 'percentile:99' }, /^int 5 bit, 99 %, per tensor$/],
])('a quantizer is described as it is measured: %j', (words, said) => {
  const { formats, sources } = engine;
  expect(describe(quantizer(words), { formats, sources, experiments: [] })).toMatch(said);
});
