import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ComparedReport } from '../../web/cli/compare';
import { at, halfstep, json, refused, setUp, tearDown } from './command';

beforeAll(setUp);
afterAll(tearDown);

const three = () => [at('three.safetensors'), '--tensor', 'conv.weight'];

test('a row a quantizer, the cheapest first, in the words of measure', async () => {
  const all = await json<ComparedReport[]>('compare', ...three());
  const formats = await json<{ name: string }[]>('formats');
  for (const { name } of formats) {
    expect(
      all.some(({ quantizer }) => quantizer.format === name),
      name,
    ).toBe(true);
  }
  const costs = all.map(({ quantizer }) => quantizer.bits_per_weight!);
  expect(costs).toEqual([...costs].sort((p, q) => p - q));
  const { comparison, ...report } = all.find(({ comparison: { name } }) => name === 'uint 4, per 64')!;
  expect(comparison).toHaveProperty('pareto');
  const { format, bits, granularity } = report.quantizer;
  const measured = await json(
    ...['measure', ...three(), '--format', format, '--bits', String(bits), '--granularity', granularity],
  );
  expect(report).toEqual(measured);
});

test('the text marks the front, and CSV has a column for it', async () => {
  const words = ['--source', 'normal', '--count', '5000', '--seed', '2'];
  const all = await json<ComparedReport[]>('compare', ...words);
  const marked = all.filter(({ comparison: { pareto } }) => pareto).map(({ comparison: { name } }) => name);
  expect(marked.length).toBeGreaterThan(3);
  const { stdout, stderr, status } = await halfstep('compare', ...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.split('\n').filter((line) => /^\* .*[\d–]$/.test(line));
  expect(lines.map((line) => line.slice(2).split(/ {2,}/)[0])).toEqual(marked);
  expect(stdout).toMatch(/format +bits +levels +bits\/weight +bytes +SNR dB +max error +H bit/);
  const csv = (await halfstep('compare', ...words, '--csv')).stdout.trimEnd().split('\n');
  expect(csv).toHaveLength(all.length + 1);
  expect(csv[0]!.endsWith('comparison.name,comparison.pareto')).toBe(true);
  expect(csv.filter((line) => line.endsWith(',true'))).toHaveLength(marked.length);
});

test('one scale a tensor that is stored in 32 bits costs what it costs', async () => {
  const all = await json<ComparedReport[]>('compare', at('one.npy'));
  const costOf = (name: string) =>
    all.find(({ comparison }) => comparison.name === name)!.quantizer.bits_per_weight;
  // 600 weights; of rows of 30 each is a group of its own.
  expect(costOf('int 4')).toBeCloseTo(4 + 32 / 600, 12);
  expect(costOf('int 4, per 64')).toBeCloseTo(4 + (20 * 32) / 600, 12);
  expect(costOf('uint 4, per 64')).toBeCloseTo(4 + (20 * 36) / 600, 12);
  // Of a lattice a code for each vector of 2, 4 or 8 weights, that tells all points within reach.
  expect(costOf('a2 2')).toBeCloseTo(Math.log2(23) / 2 + 32 / 600, 12);
  expect(costOf('d4 3')).toBeCloseTo(Math.log2(7321) / 4 + 32 / 600, 12);
  expect(costOf('e8 2')).toBeCloseTo(Math.log2(570247) / 8 + 32 / 600, 12);
  expect(costOf('ternary')).toBeCloseTo(1.6 + 32 / 600, 12);
});

test('it takes no quantizer, and names what it has', async () => {
  await refused(/compare has no flag --bits/, 'compare', at('one.npy'), '--bits', '4');
  await refused(/choose one with --tensor/, 'compare', at('three.safetensors'));
});
