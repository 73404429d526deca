/** Every row of the table of formats under every experiment: numbers where there are some, sentences where there are none. */
import { beforeAll, describe, expect, test } from 'vitest';
import { readArguments } from '../../web/cli/args';
import type { Memory } from '../../web/components/chart/hold';
import { measureCommand } from '../../web/components/command';
import { whyNoNumpy } from '../../web/components/numpy';
import type { Engine } from '../../web/core/engine';
import type { FormatInfo, Probe, QuantizerSpec } from '../../web/core/report';
import { asked, fitBits, startOf } from '../../web/core/words';
import { defaults } from '../../web/state';
import { cellBars } from '../../web/experiments/stair-marks';
import { formulaOf } from '../../web/experiments/view';
import { makeEngine, source } from './bench';
import { experiments, flatten, scene } from './scenes';

let engine: Engine;
beforeAll(async () => {
  engine = await makeEngine();
});

const own: Partial<QuantizerSpec> = {};
/** A row's own words, those that it takes changed one by one (of kin the transform once), and the widest of its bits. */
function spellings(row: FormatInfo): Partial<QuantizerSpec>[] {
  const first = engine.formats.find(({ family, designed }) => family === row.family && !designed)!;
  const changes: Partial<QuantizerSpec>[] = [own];
  if (row.takes.includes('granularity'))
    changes.push({ granularity: row.granularity === 'tensor' ? 'group:64' : 'tensor' });
  if (row === first && row.takes.includes('transform')) changes.push({ transform: 'hadamard:128' });
  if (row === first && row.takes.includes('rounding'))
    changes.push({ rounding: 'stochastic', granularity: 'group:64' });
  if (row.bits_max > 16) changes.push({ bits: row.bits_max, exponent_bits: 8 });
  if (row.takes.includes('overflow'))
    changes.push({
      overflow: 'infinity',
      bits: fitBits(row, 10),
      exponent_bits: 8,
      ...(row.takes.includes('range') && { range: '0.5' }),
    });
  return changes;
}

// A number without its digits: "– dB", "= –,", "Δ between – and –".
const DASHED = /(^|[=(≤:,] ?)–|– ?(dB|bit|Δ|s\b|and|…)|… –/;

const NOTHING = /NaN|undefined|Infinity|null/;
/** Shows nothing before it is started. */
const BY_HAND = ['race', 'zoo'];
const cut = (text: string, bad: RegExp) =>
  text.slice(Math.max(0, text.search(bad) - 60), text.search(bad) + 40);

const benches = [
  ['20,000 Laplace weights', { name: 'laplace', count: 20_000 }],
  ['a layer of 32 × 96', { name: 'layer', count: 32 * 96, channels: 32, scale: 0.02 }],
] as const;

describe.each(benches)('%s', (_, words) => {
  beforeAll(async () => {
    await engine.generate(source(words));
  });

  test('every picture, fact, slot and sentence', async () => {
    const all = words.name === 'laplace';
    const held = await Promise.all(
      experiments.map((one) =>
        engine.analyze(startOf(engine.formats[0]!), one.wants(startOf(engine.formats[0]!), engine.formats)),
      ),
    );
    const wrong: string[] = [];
    for (const row of engine.formats) {
      for (const change of all ? spellings(row) : [own]) {
        const spec = asked(engine.formats, { ...startOf(row), ...change, seed: 7 });
        const probe = (_slot: 'a' | 'b', x: number): Probe | null => engine.probe(spec, x);
        const segment = (index: number) => engine.segment(spec, index);
        for (const [i, one] of experiments.entries()) {
          // Its designs are of the weights alone.
          if (one.id === 'best-levels' && change !== own) continue;
          const a = await engine.analyze(spec, one.wants(spec, engine.formats));
          // Where weights are lost the strip of instruments says so, for all dashes.
          const lost = a.report.noise.lost > 0;
          const shown = scene(a, { segment, ...(row.in_blocks ? {} : { probe }) });
          const seek = (what: string, text: string, bad: RegExp) => {
            if (bad.test(text))
              wrong.push(`${one.id}, ${row.name} ${JSON.stringify(change)}, ${what}: ${cut(text, bad)}`);
          };
          const beside = { b: held[i]!, width: 330, cursor: 0.2, memory: new Map() as Memory };
          for (const now of change === own ? [shown, { ...shown, ...beside }] : [shown]) {
            seek('picture', flatten(one.picture(now)), NOTHING);
            const told = one.why(now);
            if (told.length < 1 || told.length > 3)
              wrong.push(`${one.id}, ${row.name}: ${told.length} sentences`);
            for (const text of [...told, one.describe(now)]) {
              seek('sentence', text, NOTHING);
              if (!lost) seek('sentence', text, DASHED);
            }
            for (const { label, measured, predicted = '', note } of one.facts(now)) {
              seek('fact', `${label}: ${measured}, ${predicted}.`, NOTHING);
              // A dash has its reason beside it.
              if (!note && !lost && !BY_HAND.includes(one.id))
                seek('fact', `${label}: ${measured}, ${predicted}.`, DASHED);
            }
          }
          const filled = one.slots(shown);
          const names = [...formulaOf(one, a).matchAll(/data-slot="([^"]+)"/g)].map(([, name]) => name!);
          // Without any number there is no formula.
          if (Object.keys(filled).length)
            expect(Object.keys(filled).sort(), one.id).toEqual([...new Set(names)].sort());
          for (const [name, text] of Object.entries(filled)) {
            seek(`slot ${name}`, text, NOTHING);
            if (!lost && !BY_HAND.includes(one.id)) seek(`slot ${name}`, text, /–/);
          }
          for (const line of one.table(shown).rows.slice(0, 40))
            seek('table', line.map(String).join(), /NaN|undefined/);
        }
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});

test('the copied command is read back to the same words, and NumPy is offered for even levels alone', async () => {
  await engine.generate(source({ count: 5000, channels: 10 }));
  const words = { formats: engine.formats, sources: engine.sources, experiments };
  for (const row of engine.formats)
    for (const change of spellings(row)) {
      const state = { ...defaults(words), quantizer: { ...startOf(row), ...change, codebook: '-1,0.5,1' } };
      const line = measureCommand(state, words).replaceAll("'", '').split(' ').slice(3);
      const { flags } = readArguments('measure', line, []);
      const spec = asked(engine.formats, state.quantizer);
      expect(flags.get('format')).toBe(row.name);
      expect(flags.get('bits')).toBe(String(spec.bits));
      for (const word of row.takes) {
        const flag = flags.get(word.replace('_', '-'));
        // What stands where nothing is asked for may be left out.
        if (flag !== undefined || !['scale_type', 'transform', 'overflow'].includes(word))
          expect(flag, `${row.name} ${word}`).toBe(String(spec[word]));
        else expect(spec[word]).toBe(startOf(row)[word]);
      }
      const { report } = await engine.analyze(spec);
      const offered = whyNoNumpy(state, words, report) === '';
      expect(offered, `${row.name} ${JSON.stringify(change)}`).toBe(
        row.family === 'uniform' && Object.keys(change).length === 0,
      );
    }
});

test('bars of levels under several scales stand side by side, each as wide as its cell', () => {
  const levels = {
    codes: Int32Array.of(0, 1, 2, 3),
    values: Float64Array.of(-2, 0, 2, 6),
    edges: Float64Array.of(-Infinity, -1, 1, 4, Infinity),
    counts: Float64Array.of(1, 4, 3, 8),
  };
  expect(cellBars(levels, [-9, 9], 100)).toEqual([
    { from: -3, to: -1, density: 1 / 2 },
    { from: -1, to: 1, density: 2 },
    { from: 1, to: 4, density: 1 },
    { from: 4, to: 8, density: 2 },
  ]);
  // Two by two where there is no more room, and none that a window does not show.
  expect(cellBars(levels, [-9, 9], 2).map(({ from, to }) => [from, to])).toEqual([
    [-3, 1],
    [1, 8],
  ]);
  expect(cellBars(levels, [-0.5, 3], 100).map(({ from, to }) => [from, to])).toEqual([
    [-0.5, 1],
    [1, 3],
  ]);
});
