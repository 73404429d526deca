/** Labels that stand on the marks: each takes the first place that is free, so text never covers text. */
import { svg, type SVGTemplateResult } from 'lit';
import { bottomOf, overlap, rightOf, type Box } from './box';
import { strokes, type Point } from './paths';
import { textWidth } from './text';

export type Align = 'start' | 'middle' | 'end';

/** A place for a label: where its baseline's start, middle or end stands. */
export interface Place {
  x: number;
  y: number;
  align?: Align;
}

export interface Label {
  /** What to write; shorter wordings follow for where the first does not fit. */
  text: string | string[];
  /** Classes that give the colour; `strong` last, for bold. */
  mark: string;
  /** The best place first. */
  at: Place[];
  /** The mark it names: a label that finds its place far from it is led there by a line. */
  of?: Point;
}

export interface Placed {
  text: string;
  mark: string;
  x: number;
  y: number;
  align: Align;
  box: Box;
  of?: Point;
}

/** The box that a line of text takes. */
export function textBox(text: string, place: Place, em: number, strong = false): Box {
  const width = textWidth(text, em, strong);
  const before = place.align === 'middle' ? width / 2 : place.align === 'end' ? width : 0;
  return { x: place.x - before, y: place.y - 0.95 * em, width, height: 1.25 * em };
}

/** Places over or under a straight line, at shares of its length, that are in the picture. */
export function along(
  [from, to]: Point[],
  inside: (point: Point) => boolean,
  em: number,
  shares: number[],
  side: 'over' | 'under',
): Place[] {
  return shares
    .map((share): Point => [from![0] + share * (to![0] - from![0]), from![1] + share * (to![1] - from![1])])
    .filter(inside)
    .map(([x, y]) =>
      side === 'over'
        ? { x: x - 0.8 * em, y: y - 0.4 * em, align: 'end' }
        : { x: x + 0.8 * em, y: y + 0.9 * em },
    );
}

/** What labels keep away from. */
export interface Obstacles {
  /** Boxes that no label may cover. */
  taken?: Box[];
  /** Points of marks, dense enough that a label can't slip between: a label covers them only for want of a place. */
  marks?: Point[];
}

/**
 * Gives each label the first of its places that stays within the box, is free of earlier labels and of what
 * is taken, and covers no mark if there is such a place. A place that sticks out is moved in. A label
 * without a free place is left out.
 */
export function place(
  labels: Label[],
  within: Box,
  em: number,
  { taken = [], marks = [] }: Obstacles = {},
): Placed[] {
  const boxes = [...taken];
  const placed: Placed[] = [];
  for (const label of labels) {
    const free = freePlaces(label, within, em, boxes);
    const found = free.find(({ box }) => !marks.some((point) => contains(box, point))) ?? free[0];
    if (!found) continue;
    boxes.push(found.box);
    placed.push(found);
  }
  return placed;
}

const contains = (box: Box, [x, y]: Point): boolean =>
  x > box.x && x < rightOf(box) && y > box.y && y < bottomOf(box);

/** Every free place of the label's longest wording that has one. */
function freePlaces(
  { text: wordings, mark, at: places, of }: Label,
  within: Box,
  em: number,
  taken: Box[],
): Placed[] {
  const strong = mark.endsWith(' strong');
  for (const text of [wordings].flat()) {
    const free: Placed[] = [];
    for (const at of places) {
      const wanted = textBox(text, at, em, strong);
      if (wanted.width > within.width || wanted.height > within.height) continue;
      const dx = Math.max(within.x - wanted.x, 0) + Math.min(rightOf(within) - rightOf(wanted), 0);
      const dy = Math.max(within.y - wanted.y, 0) + Math.min(bottomOf(within) - bottomOf(wanted), 0);
      const box = { ...wanted, x: wanted.x + dx, y: wanted.y + dy };
      if (taken.some((other) => overlap(box, other))) continue;
      free.push({ text, mark, x: at.x + dx, y: at.y + dy, align: at.align ?? 'start', box, of });
    }
    if (free.length) return free;
  }
  return [];
}

// A label nearer than this needs no line, in em.
const NEAR = 1.3;

/** From the mark to the nearest point of its label, where that stands off; '' where it does not. */
export function leader({ box, of }: Placed, em: number): string {
  if (!of) return '';
  const x = Math.min(Math.max(of[0], box.x), rightOf(box));
  const y = Math.min(Math.max(of[1], box.y), bottomOf(box));
  return Math.hypot(x - of[0], y - of[1]) > NEAR * em ? strokes([[of[0], of[1], x, y]]) : '';
}

export function drawLabels(
  labels: Label[],
  within: Box,
  em: number,
  obstacles?: Obstacles,
): SVGTemplateResult {
  const placed = place(labels, within, em, obstacles);
  return svg`<path class="leader" d=${placed.map((label) => leader(label, em)).join('')}></path>
  <g class="labels">${placed.map(
    ({ text, mark, x, y, align }) =>
      svg`<text class="label ${mark}" x=${x.toFixed(1)} y=${y.toFixed(1)} text-anchor=${align}>${text}</text>`,
  )}</g>`;
}
