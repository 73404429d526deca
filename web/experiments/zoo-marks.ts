/** A mark for every family of formats: told apart by colour (styles/chart.css) and by shape. */
import { arrowsUp, circles, diamonds, squares, type Point } from '../components/chart/paths';

const n = (value: number): number => Math.round(value * 10) / 10;

const arrowsDown = (points: Point[], radius: number): string =>
  points
    .map(([x, y]) => `M${n(x)},${n(y + radius)}l${n(radius)},${n(-2 * radius)}h${n(-2 * radius)}Z`)
    .join('');

const planks = (points: Point[], radius: number): string =>
  points
    .map(
      ([x, y]) =>
        `M${n(x - radius)},${n(y - 0.4 * radius)}h${n(2 * radius)}v${n(0.8 * radius)}h${n(-2 * radius)}Z`,
    )
    .join('');

const SHAPES = [
  { draw: circles, size: 0.34 },
  { draw: diamonds, size: 0.44 },
  { draw: squares, size: 0.31 },
  { draw: arrowsUp, size: 0.38 },
  { draw: arrowsDown, size: 0.38 },
  { draw: planks, size: 0.46 },
];

/** More families than there are marks share them. */
const numberOf = (kin: number): number => kin % SHAPES.length;

export const markOf = (kin: number): string => `kin${numberOf(kin)}`;

export function shapes(kin: number, points: Point[], em: number): string {
  const { draw, size } = SHAPES[numberOf(kin)]!;
  return draw(points, size * em);
}
