/** Every format on the same weights: who is asked for, the front by hand, and the comparison on the real core. */
import { beforeAll, describe, expect, test } from 'vitest';
import { candidates, compare, front, nameOf, type Outcome } from '../../web/core/compare';
import type { Engine } from '../../web/core/engine';
import { LabError, Superseded } from '../../web/core/lab';
import type { Report } from '../../web/core/report';
import { formatRow, makeEngine, quantizer, source } from './bench';

const at = (bits_per_weight: number | null, snr_db: number | null, exact = false) =>
  ({ quantizer: { bits_per_weight }, noise: { snr_db, exact } }) as unknown as Report;

describe('the front', () => {
  test('is what nothing cheaper matches, the cheapest first', () => {
    const [a, b, c, d, e] = [at(4, 20), at(2, 9), at(3, 8), at(4.5, 20), at(8, 49)];
    expect(front([a, b, c, d, e])).toEqual([b, a, e]);
  });
  test('of equal cost the better, and of equals the first', () => {
    const [worse, first, second] = [at(4, 18), at(4, 20), at(4, 20)];
    expect(front([worse, first, second])).toEqual([first]);
    expect(front([worse, second, first])[0]).toBe(second);
  });
  test('no noise at all is above every SNR, and needs no more bits', () => {
    const [exact, beyond] = [at(5, null, true), at(16, 300)];
    expect(front([beyond, exact])).toEqual([exact]);
  });
  test('what has no SNR or no cost is not on it', () => {
    expect(front([at(4, null), at(null, 30)])).toEqual([]);
  });
});

describe('who is asked for', () => {
  const rows = [
    formatRow({ name: 'even', bits_min: 1, bits_max: 16 }),
    formatRow({ name: 'made', bits_min: 1, bits_max: 8, designed: true, takes: [] }),
    formatRow({
      name: 'block',
      bits_min: 4,
      bits_max: 4,
      takes: [],
      granularity: 'block:32',
      scale_type: 'e8m0',
    }),
    formatRow({ name: 'own', bits_min: 2, bits_max: 19, takes: ['exponent_bits'] }),
    formatRow({ name: 'typed', bits_min: 1, bits_max: 8, takes: ['codebook'] }),
  ];
  const all = candidates(rows);
  const names = all.map((spec) => nameOf(spec, rows));

  test('every row once or more, in words that it takes, named apart', () => {
    for (const { name } of rows)
      expect(
        all.some(({ format }) => format === name),
        name,
      ).toBe(true);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('even 4');
    expect(names).toContain('even 4, per 64');
    expect(names.filter((name) => name.startsWith('block'))).toEqual(['block']);
    expect(names.filter((name) => name.startsWith('typed'))).toEqual(['typed']);
    expect(all.find(({ format }) => format === 'block')).toMatchObject({
      bits: 4,
      granularity: 'block:32',
      scale_type: 'e8m0',
    });
  });
  test('widths within the row’s limits, a design at few', () => {
    const widths = (name: string) => [
      ...new Set(all.filter(({ format }) => format === name).map(({ bits }) => bits)),
    ];
    expect(widths('even')).toEqual([2, 3, 4, 5, 6, 8]);
    expect(widths('made')).toEqual([2, 3, 4]);
    expect(candidates([formatRow({ bits_min: 9, bits_max: 16 })]).map(({ bits }) => bits)).toEqual([9, 9]);
  });
  test('a float of one’s own has room for its exponent', () => {
    for (const { bits, exponent_bits } of all.filter(({ format }) => format === 'own')) {
      expect(exponent_bits).toBeGreaterThanOrEqual(1);
      expect(bits - 1 - exponent_bits).toBeGreaterThanOrEqual(0);
    }
  });
});

test('what can’t be measured gives its sentence, and the others go on', async () => {
  const measure = ({ bits }: { bits: number }) => {
    if (bits === 3) throw new LabError('Three is not to be had.');
    return at(bits, 6 * bits);
  };
  const heard: [string, number][] = [];
  const outcomes = await compare(
    [2, 3, 4].map((bits) => quantizer({ bits })),
    measure,
    ({ reason }, done) => void heard.push([reason, done]),
  );
  expect(outcomes.map(({ report }) => report !== null)).toEqual([true, false, true]);
  expect(heard).toEqual([
    ['', 1 / 3],
    ['Three is not to be had.', 2 / 3],
    ['', 1],
  ]);
  const broken = () => {
    throw new TypeError('a bug is no reason');
  };
  await expect(compare([quantizer()], broken, () => {})).rejects.toThrow(TypeError);
});

describe('on the real core', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await makeEngine();
    await engine.generate(source({ count: 20_000, seed: 5, channels: 20 }));
  });

  test('every row of the table is measured, and as measure does', async () => {
    const asked = candidates(engine.formats);
    const heard: Outcome[] = [];
    const outcomes = await engine.compare(asked, (outcome) => heard.push(outcome));
    expect(heard).toEqual(outcomes);
    expect(outcomes.filter(({ report }) => !report)).toEqual([]);
    for (const { name } of engine.formats) {
      expect(
        outcomes.some(({ quantizer: { format } }) => format === name),
        name,
      ).toBe(true);
    }
    for (const i of [0, 30, outcomes.length - 1]) {
      const { report } = await engine.analyze(asked[i]!);
      expect(outcomes[i]!.report).toEqual(report);
    }
    const names = asked.map((spec) => nameOf(spec, engine.formats));
    expect(new Set(names).size).toBe(names.length);
    // By its definition: nothing beats a point of the front with as few bits, and all else is beaten.
    const reports = outcomes.flatMap(({ report }) => report ?? []);
    const chosen = front(reports);
    const beaten = (one: Report, by: Report[]) =>
      by.some(
        (other) =>
          other !== one &&
          other.quantizer.bits_per_weight! <= one.quantizer.bits_per_weight! &&
          other.noise.snr_db! >= one.noise.snr_db!,
      );
    expect(chosen.length).toBeGreaterThan(5);
    for (const report of chosen) expect(beaten(report, chosen)).toBe(false);
    for (const report of reports) if (!chosen.includes(report)) expect(beaten(report, chosen)).toBe(true);
  });

  test('words that the core refuses are an outcome with its sentence', async () => {
    const [refused, good] = await engine.compare([quantizer({ bits: 17 }), quantizer({ bits: 4 })]);
    expect(refused!.report).toBeNull();
    expect(refused!.reason).toMatch(/^The format int has 1 to 16 bits, not 17\.$/);
    expect(good!.report!.noise.snr_db).toBeGreaterThan(10);
  });

  test('it stops when told to, and when other weights come', async () => {
    const stop = new AbortController();
    const asked = [2, 3, 4, 5].map((bits) => quantizer({ bits }));
    const heard: Outcome[] = [];
    const comparing = engine.compare(
      asked,
      (outcome) => {
        heard.push(outcome);
        if (heard.length === 2) stop.abort();
      },
      stop.signal,
    );
    await expect(comparing).rejects.toThrow(Superseded);
    expect(heard).toHaveLength(2);
    const overtaken = engine.compare(asked);
    const ended = expect(overtaken).rejects.toThrow(Superseded);
    await engine.generate(source({ count: 500, seed: 6 }));
    await ended;
  });
});
