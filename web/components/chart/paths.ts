/** Series to SVG paths, one path a series. Everything here is in pixels. */

export type Point = readonly [x: number, y: number];

const n = (value: number): number => Math.round(value * 10) / 10;
const drawable = ([x, y]: Point): boolean => Number.isFinite(x) && Number.isFinite(y);

const chain = (points: Point[]): string => points.map(([x, y]) => `${n(x)},${n(y)}`).join('L');

/** The points cut where one has no number. */
function runs<T extends readonly number[]>(points: T[]): T[][] {
  const all: T[][] = [];
  let open = false;
  for (const point of points) {
    if (!point.every(Number.isFinite)) open = false;
    else if (open) all.at(-1)!.push(point);
    else open = all.push([point]) > 0;
  }
  return all;
}

/** A line through the points, broken where a point has no number. */
export const polyline = (points: Point[]): string =>
  runs(points)
    .map((run) => `M${chain(run)}${run.length === 1 ? 'Z' : ''}`)
    .join('');

/** Points along a line, none further than `spacing` from the next: what a label must not cover. */
export function sampled(points: Point[], spacing: number): Point[] {
  const found: Point[] = [];
  points.forEach(([x, y], i) => {
    if (!drawable([x, y])) return;
    const [px, py] = i > 0 && drawable(points[i - 1]!) ? points[i - 1]! : [x, y];
    const parts = Math.max(1, Math.ceil(Math.hypot(x - px, y - py) / spacing));
    for (let part = 1; part <= parts; part++)
      found.push([px + ((x - px) * part) / parts, py + ((y - py) * part) / parts]);
  });
  return found;
}

/** The area between two curves. */
export const band = (points: (readonly [x: number, y0: number, y1: number])[]): string =>
  runs(points)
    .map((run) => {
      const tops = run.map(([x, , y1]): Point => [x, y1]);
      const feet = run.map(([x, y0]): Point => [x, y0]).reverse();
      return `M${chain([...tops, ...feet])}Z`;
    })
    .join('');

/** Steps over bins: bin i spans edges[i] to edges[i + 1] with its top at tops[i]; begins and ends at `base`. */
export function steps(edges: ArrayLike<number>, tops: ArrayLike<number>, base: number): string {
  if (tops.length === 0) return '';
  let path = `M${n(edges[0]!)},${n(base)}`;
  for (let i = 0; i < tops.length; i++) path += `V${n(tops[i]!)}H${n(edges[i + 1]!)}`;
  return `${path}V${n(base)}`;
}

/** Separate bars, each [left, right, top], standing on `base`. */
export function bars(spans: (readonly [left: number, right: number, top: number])[], base: number): string {
  let path = '';
  for (const [left, right, top] of spans) path += `M${n(left)},${n(base)}V${n(top)}H${n(right)}V${n(base)}Z`;
  return path;
}

/** A bar lying from x0 to x1. */
export function bar(x0: number, x1: number, y: number, height: number): string {
  return `M${n(x0)},${n(y)}H${n(x1)}V${n(y + height)}H${n(x0)}Z`;
}

/** Separate straight strokes. */
export function strokes(lines: (readonly [x0: number, y0: number, x1: number, y1: number])[]): string {
  return lines.map(([x0, y0, x1, y1]) => `M${n(x0)},${n(y0)}L${n(x1)},${n(y1)}`).join('');
}

export function circles(points: Point[], radius: number): string {
  const r = n(radius);
  const turn = `a${r},${r} 0 1 0 `;
  return points
    .filter(drawable)
    .map(([x, y]) => `M${n(x - r)},${n(y)}${turn}${n(2 * r)},0${turn}${n(-2 * r)},0Z`)
    .join('');
}

export function diamonds(points: Point[], radius: number): string {
  return points
    .filter(drawable)
    .map(
      ([x, y]) =>
        `M${n(x)},${n(y - radius)}l${n(radius)},${n(radius)}l${n(-radius)},${n(radius)}l${n(-radius)},${n(-radius)}Z`,
    )
    .join('');
}

export function squares(points: Point[], radius: number): string {
  return points
    .filter(drawable)
    .map(
      ([x, y]) => `M${n(x - radius)},${n(y - radius)}h${n(2 * radius)}v${n(2 * radius)}h${n(-2 * radius)}Z`,
    )
    .join('');
}

/** Triangles that point up: what lies beyond the top of the axis. */
export function arrowsUp(points: Point[], radius: number): string {
  return points
    .filter(drawable)
    .map(([x, y]) => `M${n(x)},${n(y - radius)}l${n(radius)},${n(2 * radius)}h${n(-2 * radius)}Z`)
    .join('');
}
