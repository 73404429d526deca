/** The treads of a staircase Q(x): where each level holds, and the paths of Q and of the error from them. */
import { bisectRight } from 'd3-array';
import type { Domain } from '../components/chart/axes';
import type { Point } from '../components/chart/paths';
import type { Levels } from '../core/report';

/** Q(x) = value for from ≤ x < to. */
export interface Tread {
  from: number;
  to: number;
  value: number;
}

export interface Reading {
  code: number;
  quantized: number;
  noise: number;
}

/** The cell that x falls in; the outermost cells reach to ±∞. */
export function cellOf(levels: Levels, x: number): number {
  const inner = levels.edges.subarray(1, levels.values.length);
  return bisectRight(inner, x);
}

/** Where the cells end: nowhere, but for a float that does not saturate. */
export function endsOf({ edges, beyond }: Levels): Domain {
  return beyond === undefined ? [-Infinity, Infinity] : [edges[0]!, edges[edges.length - 1]!];
}

export function read(levels: Levels, x: number): Reading {
  const cell = cellOf(levels, x);
  const [low, high] = endsOf(levels);
  if (x < low || x >= high) {
    const [side, lost] = x < 0 ? [-1, -levels.beyond!] : [1, levels.beyond!];
    return { code: levels.codes[cell]! + side, quantized: lost, noise: x - lost };
  }
  const quantized = levels.values[cell]!;
  return { code: levels.codes[cell]!, quantized, noise: x - quantized };
}

/** The treads within a domain of x, at most about `limit` of them: beyond that evenly chosen ones stand for all. */
export function treads(levels: Levels, domain: Domain, limit = Infinity): Tread[] {
  const { values, edges } = levels;
  const last = values.length - 1;
  const ends = endsOf(levels);
  const [low, high] = [Math.max(domain[0], ends[0]), Math.min(domain[1], ends[1])];
  if (last < 0 || low >= high) return [];
  const begin = cellOf(levels, low);
  const end = cellOf(levels, high);
  const stride = Math.max(1, Math.ceil((end - begin + 1) / limit));
  const found: Tread[] = [];
  for (let i = begin; i <= end; i += stride) {
    const next = Math.min(i + stride, end + 1);
    found.push({
      from: i === begin ? low : edges[i]!,
      to: next > end ? high : edges[next]!,
      value: values[Math.min(i + (stride >> 1), last)]!,
    });
  }
  return found;
}

/** Stochastic rounding takes either neighbour: between two levels x may become the lower or the upper one. */
export function eitherTreads(levels: Levels, domain: Domain, limit = Infinity): Tread[] {
  const { values } = levels;
  const [low, high] = domain;
  const begin = Math.max(0, bisectRight(values, low) - 1);
  const end = Math.min(values.length - 1, bisectRight(values, high));
  const stride = Math.max(1, Math.ceil((end - begin + 1) / limit));
  const found: Tread[] = [];
  if (low < values[0]!) found.push({ from: low, to: Math.min(high, values[0]!), value: values[0]! });
  for (let i = begin; i < end; i += stride) {
    const next = Math.min(i + stride, values.length - 1);
    const from = Math.max(low, values[i]!);
    const to = Math.min(high, values[next]!);
    if (from >= to) continue;
    found.push({ from, to, value: values[i]! }, { from, to, value: values[next]! });
  }
  const top = values[values.length - 1]!;
  if (high > top) found.push({ from: Math.max(low, top), to: high, value: top });
  return found;
}

/** A dither may take x to any level within this reach; beyond the outer levels to them from any distance. */
export function nearTreads(
  { values }: Levels,
  [low, high]: Domain,
  reach: number,
  limit = Infinity,
): Tread[] {
  const last = values.length - 1;
  const begin = Math.min(last, bisectRight(values, low - reach));
  const end = Math.max(0, bisectRight(values, high + reach) - 1);
  const stride = Math.max(1, Math.ceil((end - begin + 1) / limit));
  const found: Tread[] = [];
  for (let i = begin; i <= end; i += stride) {
    const value = values[i]!;
    const from = i === 0 ? low : Math.max(low, value - reach);
    const to = i === last ? high : Math.min(high, value + reach);
    if (from < to) found.push({ from, to, value });
  }
  return found;
}

const gap: Point = [NaN, NaN];

/** Q over x. Treads that follow one another are joined by risers. */
export function stairPoints(
  found: Tread[],
  x: (value: number) => number,
  y: (value: number) => number,
): Point[] {
  const points: Point[] = [];
  found.forEach(({ from, to, value }, i) => {
    if (i > 0 && found[i - 1]!.to !== from) points.push(gap);
    points.push([x(from), y(value)], [x(to), y(value)]);
  });
  return points;
}

/** x − Q over x, drawn as far as it stays within ±limit. */
export function sawPoints(
  found: Tread[],
  limit: number,
  x: (value: number) => number,
  y: (value: number) => number,
): Point[] {
  const points: Point[] = [];
  found.forEach(({ from, to, value }, i) => {
    const begin = Math.max(from, value - limit);
    const end = Math.min(to, value + limit);
    if (begin >= end) return;
    if (i > 0 && found[i - 1]!.to !== begin) points.push(gap);
    points.push([x(begin), y(begin - value)], [x(end), y(end - value)]);
    if (end < to) points.push(gap);
  });
  return points;
}

/** A window `width` wide around x within the whole; an earlier one stays while x keeps clear of its ends. */
export function windowAround(x: number, width: number, whole: Domain, earlier?: Domain): Domain {
  if (width >= whole[1] - whole[0]) return whole;
  const same = earlier && Math.abs(earlier[1] - earlier[0] - width) < width * 1e-9;
  const margin = width / 9;
  let low = same ? earlier[0] : x - width / 2;
  low = Math.min(low, x - margin);
  low = Math.max(low, x + margin - width);
  low = Math.min(Math.max(low, whole[0]), whole[1] - width);
  return [low, low + width];
}
