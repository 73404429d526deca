/** The chart's parts against numbers worked by hand. */
import { describe, expect, test } from 'vitest';
import { horizontal, ticksFor, vertical } from '../../web/components/chart/axes';
import { columns, inset, overlap, rows } from '../../web/components/chart/box';
import { csvText } from '../../web/components/chart/download';
import { freeze, hold, type Memory } from '../../web/components/chart/hold';
import { place, textBox, type Label } from '../../web/components/chart/labels';
import {
  arrowsUp,
  bar,
  bars,
  circles,
  polyline,
  sampled,
  steps,
  strokes,
} from '../../web/components/chart/paths';
import { powerOfTen } from '../../web/components/chart/power';
import { textWidth } from '../../web/components/chart/text';

const page = { x: 0, y: 0, width: 200, height: 100 };

describe('boxes', () => {
  test('rows and columns share what the gaps leave, in proportion', () => {
    expect(rows(page, 10, 2, 1)).toEqual([
      { x: 0, y: 0, width: 200, height: 60 },
      { x: 0, y: 70, width: 200, height: 30 },
    ]);
    expect(columns(page, 20, 1, 2)).toEqual([
      { x: 0, y: 0, width: 60, height: 100 },
      { x: 80, y: 0, width: 120, height: 100 },
    ]);
  });
  test('an inset keeps a pixel', () => {
    expect(inset(page, { left: 30, top: 5 })).toEqual({ x: 30, y: 5, width: 170, height: 95 });
    expect(inset(page, { left: 300 }).width).toBe(1);
  });
  test('boxes that touch do not overlap', () => {
    const box = { x: 0, y: 0, width: 10, height: 10 };
    expect(overlap(box, { ...box, x: 10 })).toBe(false);
    expect(overlap(box, { ...box, x: 9.9 })).toBe(true);
  });
});

describe('paths', () => {
  test('a histogram begins and ends on its base', () => {
    expect(steps([0, 10, 20], [5, 2.04], 50)).toBe('M0,50V5H10V2H20V50');
    expect(steps([0], [], 50)).toBe('');
  });
  test('bars are one path', () => {
    expect(
      bars(
        [
          [0, 4, 10],
          [6, 10, 20],
        ],
        30,
      ),
    ).toBe('M0,30V10H4V30ZM6,30V20H10V30Z');
    expect(bar(1, 5, 2, 3)).toBe('M1,2H5V5H1Z');
  });
  test('a line breaks where there is no number', () => {
    expect(
      polyline([
        [0, 0],
        [1, 1],
        [2, NaN],
        [3, 3],
        [4, 4.26],
      ]),
    ).toBe('M0,0L1,1M3,3L4,4.3');
    expect(strokes([[0, 0, 1, 2]])).toBe('M0,0L1,2');
  });
  test('marks without a number are left out', () => {
    expect(
      circles(
        [
          [5, 5],
          [NaN, 1],
        ],
        2,
      ),
    ).toBe('M3,5a2,2 0 1 0 4,0a2,2 0 1 0 -4,0Z');
    expect(arrowsUp([[1, Infinity]], 2)).toBe('');
  });
  test('a line is sampled no wider than asked, and not across a break', () => {
    expect(
      sampled(
        [
          [0, 0],
          [10, 0],
        ],
        5,
      ),
    ).toEqual([
      [0, 0],
      [5, 0],
      [10, 0],
    ]);
    expect(
      sampled(
        [
          [0, 0],
          [NaN, 0],
          [10, 0],
        ],
        5,
      ),
    ).toEqual([
      [0, 0],
      [10, 0],
    ]);
  });
});

describe('axes', () => {
  test('scales map domains to boxes, y upward', () => {
    const box = { x: 10, y: 20, width: 100, height: 50 };
    expect(horizontal(box, [0, 4])(1)).toBe(35);
    expect(vertical(box, [0, 10])(10)).toBe(20);
    expect(vertical(box, [0, 10])(0)).toBe(70);
  });
  test('ticks are round numbers that fit', () => {
    const ticks = ticksFor([0, 1], 400, 10);
    expect(ticks.values.map(ticks.text)).toEqual([
      '0.0',
      '0.1',
      '0.2',
      '0.3',
      '0.4',
      '0.5',
      '0.6',
      '0.7',
      '0.8',
      '0.9',
      '1.0',
    ]);
    for (const pixels of [40, 90, 160, 300, 900]) {
      const { values, text } = ticksFor([-123.4, 98.7], pixels, 10);
      const widths = values.map((value) => textWidth(text(value), 10));
      const gap = (pixels * (values[1]! - values[0]!)) / (98.7 + 123.4);
      if (values.length > 1) expect(gap).toBeGreaterThan(Math.max(...widths));
    }
  });
  test('small and large numbers carry a power of ten', () => {
    const small = ticksFor([-0.004, 0.004], 300, 10);
    expect(small.factor).toBe('×10⁻³');
    expect(small.text(0.002)).toBe('2');
    expect(small.text(-0.002)).toBe('−2');
    expect(small.values.map(small.text)).toContain('0');
    expect(ticksFor([0, 3e6], 300, 10).factor).toBe('×10⁶');
    expect(ticksFor([0, 30], 300, 10).factor).toBe('');
    expect(powerOfTen(-12)).toBe('×10⁻¹²');
  });
});

describe('holding', () => {
  test('while something moves a domain grows and never shrinks', () => {
    const memory: Memory = new Map();
    expect(hold(memory, false, 'x', [-1, 1])).toEqual([-1, 1]);
    expect(hold(memory, true, 'x', [-0.5, 0.5])).toEqual([-1, 1]);
    expect(hold(memory, true, 'x', [-0.5, 3])).toEqual([-1, 3]);
    expect(hold(memory, false, 'x', [-0.5, 0.5])).toEqual([-0.5, 0.5]);
  });
  test('a window does not even grow', () => {
    const memory: Memory = new Map();
    expect(freeze(memory, true, 'w', [0, 1])).toEqual([0, 1]);
    expect(freeze(memory, true, 'w', [0, 2])).toEqual([0, 1]);
    expect(freeze(memory, false, 'w', [0, 2])).toEqual([0, 2]);
  });
});

describe('labels', () => {
  const label = (text: string | string[], ...at: Label['at']): Label => ({ text, mark: 'ink', at });

  test('a box follows the alignment', () => {
    const width = textWidth('abcd', 10);
    expect(width).toBeCloseTo(24, 12);
    expect(textBox('abcd', { x: 50, y: 20 }, 10).x).toBe(50);
    expect(textBox('abcd', { x: 50, y: 20, align: 'middle' }, 10).x).toBeCloseTo(38, 12);
    expect(textBox('abcd', { x: 50, y: 20, align: 'end' }, 10).x).toBeCloseTo(26, 12);
  });
  test('the first keeps its place, the second takes its next', () => {
    const [a, b] = place(
      [label('aaaa', { x: 10, y: 50 }), label('bbbb', { x: 20, y: 52 }, { x: 20, y: 90 })],
      page,
      10,
    );
    expect([a!.x, a!.y, b!.x, b!.y]).toEqual([10, 50, 20, 90]);
  });
  test('a label that sticks out is moved in', () => {
    const [moved] = place([label('aaaa', { x: 195, y: 2 })], page, 10);
    expect(moved!.box.x + moved!.box.width).toBeCloseTo(200, 10);
    expect(moved!.box.y).toBeCloseTo(0, 10);
  });
  test('a shorter wording takes the room that the longer has not', () => {
    const [short] = place([label(['a'.repeat(60), 'ab'], { x: 10, y: 50 })], page, 10);
    expect(short!.text).toBe('ab');
  });
  test('without a free place a label is left out', () => {
    expect(place([label('aaaa', { x: 10, y: 50 })], page, 10, { taken: [page] })).toEqual([]);
  });
  test('a place off the marks is better than an earlier one on them, and one on them better than none', () => {
    const marks: [number, number][] = [[15, 48]];
    expect(place([label('aaaa', { x: 10, y: 50 }, { x: 100, y: 50 })], page, 10, { marks })[0]!.x).toBe(100);
    expect(place([label('aaaa', { x: 10, y: 50 })], page, 10, { marks })[0]!.x).toBe(10);
  });
});

test('CSV quotes what RFC 4180 asks to quote', () => {
  expect(
    csvText(
      ['a', 'b, c'],
      [
        [1.5, 'say "x"'],
        [null, 'plain'],
      ],
    ),
  ).toBe('a,"b, c"\r\n1.5,"say ""x"""\r\n,plain\r\n');
});
