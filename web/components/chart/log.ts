/** Logarithmic scales and their ticks: equal ratios are equal distances. */
import type { Domain, Ticks } from './axes';
import { bottomOf, rightOf, type Box } from './box';
import type { Point } from './paths';
import { powerOfTen } from './power';
import { logarithmic, type Scale } from './scale';
import { textWidth } from './text';

export type LogScale = Scale;

export const logHorizontal = (box: Box, domain: Domain): LogScale =>
  logarithmic(domain, [box.x, rightOf(box)]);
export const logVertical = (box: Box, domain: Domain): LogScale =>
  logarithmic(domain, [bottomOf(box), box.y]);

/** A value m·10ᵉ as an axis writes it: 0.05, 20, 10⁻⁶, 5·10⁻⁶. */
function write(mantissa: number, exponent: number): string {
  if (exponent >= -3 && exponent <= 4) return String(Number(`${mantissa}e${exponent}`));
  const power = powerOfTen(exponent).slice(1);
  return mantissa === 1 ? power : `${mantissa}·${power}`;
}

/** 1, 2, 5 of every decade, or less where texts would not fit `pixels`. The domain spans a decade or more. */
export function logTicks([low, high]: Domain, pixels: number, em: number, along: 'x' | 'y' = 'x'): Ticks {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decade = pixels / Math.log10(high / low);
  const texts = new Map<number, string>();
  const choices: [mantissas: number[], stride: number, gap: number][] = [
    [[1, 2, 5], 1, Math.log10(2)],
    [[1, 3], 1, Math.log10(3)],
    ...[1, 2, 5, 10, 20, 50, 100].map((stride): [number[], number, number] => [[1], stride, stride]),
  ];
  for (const [mantissas, stride, gap] of choices) {
    texts.clear();
    for (let exponent = first; exponent <= last; exponent++) {
      if (exponent % stride !== 0) continue;
      for (const mantissa of mantissas) {
        const value = Number(`${mantissa}e${exponent}`);
        if (value >= low && value <= high) texts.set(value, write(mantissa, exponent));
      }
    }
    const room =
      along === 'x' ? Math.max(0, ...[...texts.values()].map((text) => textWidth(text, em))) + em : 1.6 * em;
    if (gap * decade >= room) break;
  }
  return { values: [...texts.keys()], text: (value) => texts.get(value) ?? '', factor: '' };
}

/** A line, in pixels, cut where it leaves the box through its top or its bottom. */
export function within(points: Point[], { y, height }: Box): Point[] {
  const kept: Point[] = [];
  const inside = (at: number) => at >= y && at <= y + height;
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before) {
      const [x0, y0] = before;
      const [x1, y1] = point;
      const crossings = [y, y + height]
        .filter((wall) => (y0 - wall) * (y1 - wall) < 0)
        .map((wall): Point => [x0 + ((x1 - x0) * (wall - y0)) / (y1 - y0), wall])
        .sort(([a], [b]) => a - b);
      for (const crossing of crossings) {
        const leaving = kept.length > 0 && !Number.isNaN(kept.at(-1)![0]);
        kept.push(crossing);
        if (leaving) kept.push([NaN, NaN]);
      }
    }
    if (inside(point[1])) kept.push(point);
    else if (Number.isNaN(point[1])) kept.push([NaN, NaN]);
  });
  return kept;
}
