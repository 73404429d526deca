/** The plane's numbers against closed forms, and on what the core measures of a million normal weights. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/core/engine';
import type { Analysis } from '../../web/core/report';
import { startOf } from '../../web/core/words';
import { lengthPlaces } from '../../web/experiments/plane-lengths';
import type { Scene } from '../../web/experiments/experiment';
import { plane } from '../../web/experiments/plane';
import {
  bookPlaces,
  ceilingOf,
  ecsqPlaces,
  gapOf,
  isCellsGap,
  placeOf,
  uniformPlaces,
  viewOf,
  WIDTHS,
} from '../../web/experiments/plane-data';
import { limitMarks, type Limits } from '../../web/experiments/limit-marks';
import { formulaOf } from '../../web/experiments/view';
import { makeEngine, quantizer, source } from './bench';

describe('a gap', () => {
  const ceiling = { from: 0 };
  const place = { name: 'int', bits: 3, fixed: 3, coded: 2.5, snr: 10 };

  test('is as much in dB upward as in bits leftward, 6.02 dB a bit', () => {
    const gap = gapOf(place, ceiling)!;
    expect(gap.bound).toBeCloseTo(15.0515, 4);
    expect(gap.db).toBeCloseTo(5.0515, 4);
    expect(gap.rate).toBeCloseTo(1.661, 4);
    expect(gap.bits).toBeCloseTo(0.839, 3);
  });
  test('does not reach below rate 0', () => {
    expect(gapOf({ ...place, coded: 0.2, snr: -4 }, ceiling)).toMatchObject({ rate: 0, bits: 0.2 });
  });
  test('without a limit is none', () => {
    expect(gapOf(place, { from: null })).toBeNull();
  });
  test('every view shows the point and the limit over it', () => {
    for (const width of WIDTHS)
      for (const snr of [-20, 3, 14, 15.05]) {
        const seen = { ...place, snr };
        const { x, y } = viewOf(seen, ceiling, width);
        expect(x[0]).toBeGreaterThanOrEqual(0);
        expect(x[1] - x[0]).toBeCloseTo(width, 9);
        expect(x[0]).toBeLessThanOrEqual(seen.coded);
        expect(x[1]).toBeGreaterThanOrEqual(seen.coded);
        expect(y[0]).toBeLessThan(snr);
        expect(y[1]).toBeGreaterThan(gapOf(seen, ceiling)!.bound);
      }
  });
});

describe('the limit, drawn', () => {
  const ceiling: Limits = { gaussian: 0, shannon: 3, from: 3 };
  const drawn = (words: Partial<Limits>) =>
    limitMarks(
      { ...ceiling, ...words },
      {
        line: (zero) => [
          [0, 100 - zero],
          [100, -zero],
        ],
        box: { x: 0, y: 0, width: 100, height: 100 },
        inside: () => true,
        em: 10,
        names: [0.5],
        normalNames: [0.5],
      },
    );
  const texts = (marks: ReturnType<typeof limitMarks>) => marks.labels.map(({ text }) => [text].flat()[0]);

  test('of Shannon is a wall with nothing beyond it, and the normal law’s stands beside it where it is another', () => {
    expect(texts(drawn({ shannon: 3 }))).toEqual([
      'Shannon’s lower bound, D(R)',
      'D(R) if they were normal',
      'Out of reach of any code of independent weights',
    ]);
    expect(drawn({ shannon: 3 }).under.values[0]).toBe('M0,97L100,-3L100,-9000L0,-9000Z');
    expect(texts(drawn({ shannon: 0.1, from: 0.1 }))).toHaveLength(2);
  });
  test('of a normal law, where h is not known, shuts nothing out', () => {
    const marks = drawn({ shannon: null, from: 0 });
    expect(texts(marks)).toEqual(['D(R) of a normal law']);
    expect(marks.under.values).toEqual(['', '']);
    expect(marks.over.values).toEqual(['theory dashed', 'M0,100L100,0']);
  });
});

describe('weights whose h is not known', () => {
  const repeated = (a: Analysis): Analysis => ({
    ...a,
    report: { ...a.report, entropy: { ...a.report.entropy, differential_bits: null } },
    limit: a.limit!.map((at) => ({ ...at, shannon_mse: null })),
  });

  test('are held to the law of normal ones in words too, which they may pass', async () => {
    const engine = await makeEngine();
    await engine.generate(source({ count: 100_000 }));
    const words = quantizer({ bits: 6 });
    const a = repeated(await engine.analyze(words, plane.wants(words, engine.formats)));
    const scene = { a, b: null } as Scene;
    expect(plane.why(scene)[0]).toMatch(/normal law of their power, .* 1\.\d\d dB under it/);
    expect(plane.facts(scene).map(({ label }) => label)).toContain('Gap to a normal law’s D(R)');
    const formula = formulaOf(plane, a);
    for (const name of Object.keys(plane.slots(scene))) expect(formula).toContain(`data-slot="${name}"`);
    expect(plane.slots(scene).sigma).toMatch(/^(0\.99|1\.00)/);
    const past = { ...a, report: { ...a.report, noise: { ...a.report.noise, snr_db: 40 } } };
    expect(plane.why({ ...scene, a: past })[0]).toMatch(/dB over it/);
  });
});

describe('a million normal weights', () => {
  let engine: Engine;
  let a: Analysis;
  beforeAll(async () => {
    engine = await makeEngine();
    await engine.generate(source({ count: 1_000_000, seed: 7 }));
    const words = quantizer({ bits: 8 });
    a = await engine.analyze(words, plane.wants(words, engine.formats));
  });

  test('the limit is 6.02 dB a bit from 0 dB, for the normal law and by Shannon’s bound', () => {
    const { gaussian, shannon } = ceilingOf(a);
    expect(gaussian).toBeCloseTo(0, 3);
    expect(shannon).toBeCloseTo(0, 1);
  });
  test('the loss of scalar cells has its published size', () => {
    expect(ceilingOf(a).scalar_db).toBeCloseTo(1.5329, 4);
    expect(ceilingOf(a).scalar_bits).toBeCloseTo(0.2546, 4);
  });
  test('int at 8 bits is 1.53 dB from the limit once coded, and its codes of one length are 8 bits and a scale', () => {
    const place = placeOf(a)!;
    expect(place.fixed).toBeCloseTo(8 + 32 / 1e6, 9);
    const gap = gapOf(place, ceilingOf(a))!;
    expect(gap.db).toBeGreaterThan(1.5);
    expect(gap.db).toBeLessThan(1.56);
    expect(isCellsGap(gap, place, ceilingOf(a))).toBe(true);
  });
  test('ECSQ at 3 bits is within 0.03 dB of that gap, and nothing passes the limit', () => {
    const near = ecsqPlaces(a).filter(({ coded }) => coded > 2.9 && coded < 6);
    expect(near.length).toBeGreaterThan(3);
    for (const place of near) expect(Math.abs(gapOf(place, ceilingOf(a))!.db - 1.5329)).toBeLessThan(0.03);
    for (const place of [...uniformPlaces(a).slice(0, 12), ...bookPlaces(a), ...ecsqPlaces(a)])
      expect(gapOf(place, ceilingOf(a))!.db).toBeGreaterThan(0);
  });
  test('Lloyd–Max of 16 levels gives 20.22 dB', () => {
    expect(bookPlaces(a).find(({ bits }) => bits === 4)!.snr).toBeCloseTo(20.22, 1);
  });
  test('of every format the coded bits are H and what is beside the codes, and no more than codes of one length', async () => {
    for (const row of engine.formats) {
      const { report, format } = await engine.analyze(startOf(row));
      const place = placeOf({ report, format })!;
      const { bits_per_weight, code_bits } = report.quantizer;
      const side = bits_per_weight! - code_bits!;
      const h = report.entropy.bits ?? code_bits!;
      expect(side, row.name).toBeGreaterThanOrEqual(0);
      expect(h, row.name).toBeLessThanOrEqual(code_bits! + 1e-9);
      if (!row.entropy_coded) expect(place.coded, row.name).toBeCloseTo(h + side, 9);
      expect(place.coded, row.name).toBeGreaterThanOrEqual(h);
      expect(place.coded, row.name).toBeLessThanOrEqual(bits_per_weight! + 1e-9);
    }
    const coded = async (format: string) => {
      const one = await engine.analyze(startOf(engine.formats.find(({ name }) => name === format)!));
      return placeOf(one)!.coded - one.report.entropy.bits!;
    };
    // A float32; a float16 for each 256 in blocks of which the last is whole; 16 levels.
    expect(await coded('ternary')).toBeCloseTo(32 / 1e6, 9);
    expect(await coded('tq1_0')).toBeCloseTo((16 * Math.ceil(1e6 / 256)) / 1e6, 9);
    expect(await coded('lloyd-max')).toBeCloseTo((16 * 32) / 1e6, 9);
  });
  test('a lattice stands at its entropy, and at high rate its gap is that of its cells', async () => {
    // Conway & Sloane's second moments, as in src/quantizers/lattice.h.
    for (const [format, vector, moment] of [
      ['a2', 2, 5 / (36 * Math.sqrt(3))],
      ['d4', 4, 13 / (120 * Math.SQRT2)],
      ['e8', 8, 929 / 12960],
    ] as const) {
      const words = quantizer({ format, bits: 6 });
      const lattice = await engine.analyze(words, plane.wants(words, engine.formats));
      const { levels, code_bits, bits_per_weight } = lattice.report.quantizer;
      expect(code_bits).toBeCloseTo(Math.log2(levels) / vector, 9);
      expect(bits_per_weight).toBeCloseTo(code_bits! + 32 / 1e6, 9);
      const place = placeOf(lattice)!;
      expect(place.fixed).toBe(bits_per_weight);
      expect(place.coded).toBeCloseTo(lattice.report.entropy.bits! + 32 / 1e6, 9);
      const loss = 10 * Math.log10(2 * Math.PI * Math.E * moment);
      expect(ceilingOf(lattice).cells_db).toBeCloseTo(loss, 6);
      expect(gapOf(place, ceilingOf(lattice))!.db).toBeGreaterThan(loss - 0.03);
      expect(gapOf(place, ceilingOf(lattice))!.db).toBeLessThan(loss + 0.03);
      const scene = { a: lattice, b: null } as Scene;
      expect(plane.why(scene).join(' ')).toContain(
        `this lattice with an entropy coder loses ${loss.toFixed(2)} dB`,
      );
      // What is written is beside it.
      const [written] = lengthPlaces(lattice);
      expect(written!.coded).toBeGreaterThan(place.coded);
      expect(written!.coded).toBeLessThan(1.001 * place.coded + 0.01);
      const columns = quantizer({ format, bits: 6, transform: 'columns' });
      expect(
        ceilingOf(await engine.analyze(columns, plane.wants(columns, engine.formats))).cells_db,
      ).toBeNull();
    }
  });
  test('no noise or no spread has no place', async () => {
    const { report } = a;
    expect(
      placeOf({ report: { ...report, noise: { ...report.noise, exact: true, snr_db: null } } }),
    ).toBeNull();
    const flat = { report: { ...report, tensor: { ...report.tensor, rms: 0 } } } as Analysis;
    expect(ceilingOf(flat).from).toBeNull();
  });
});
