/** Labels that stand on the marks: each takes the first place that is free, so text never covers text. */
import { svg, type SVGTemplateResult } from 'lit';
import { bottomOf, overlap, rightOf, type Box } from './box';
import type { Point } from './paths';

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
  /** Classes that give the colour. */
  mark: string;
  /** The best place first. */
  at: Place[];
}

export interface Placed {
  text: string;
  mark: string;
  x: number;
  y: number;
  align: Align;
  box: Box;
}

const NARROW = new Set([..." .,:;|'!()[]iljtfrI·"]);
const WIDE = new Set([...'mwMWΣ%—→∞@']);

/** A safe width of a text in a sans serif, in the units of `em`. */
export function textWidth(text: string, em: number): number {
  let width = 0;
  for (const letter of text) width += NARROW.has(letter) ? 0.36 : WIDE.has(letter) ? 0.92 : 0.6;
  return width * em;
}

/** The box that a line of text takes. */
export function textBox(text: string, place: Place, em: number): Box {
  const width = textWidth(text, em);
  const before = place.align === 'middle' ? width / 2 : place.align === 'end' ? width : 0;
  return { x: place.x - before, y: place.y - 0.95 * em, width, height: 1.25 * em };
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
function freePlaces(label: Label, within: Box, em: number, taken: Box[]): Placed[] {
  for (const text of typeof label.text === 'string' ? [label.text] : label.text) {
    const free: Placed[] = [];
    for (const at of label.at) {
      const wanted = textBox(text, at, em);
      if (wanted.width > within.width || wanted.height > within.height) continue;
      const dx = Math.max(within.x - wanted.x, 0) + Math.min(rightOf(within) - rightOf(wanted), 0);
      const dy = Math.max(within.y - wanted.y, 0) + Math.min(bottomOf(within) - bottomOf(wanted), 0);
      const box = { ...wanted, x: wanted.x + dx, y: wanted.y + dy };
      if (taken.some((other) => overlap(box, other))) continue;
      free.push({ text, mark: label.mark, x: at.x + dx, y: at.y + dy, align: at.align ?? 'start', box });
    }
    if (free.length) return free;
  }
  return [];
}

export function drawLabels(
  labels: Label[],
  within: Box,
  em: number,
  obstacles?: Obstacles,
): SVGTemplateResult {
  return svg`<g class="labels">${place(labels, within, em, obstacles).map(
    ({ text, mark, x, y, align }) =>
      svg`<text class="label ${mark}" x=${x.toFixed(1)} y=${y.toFixed(1)} text-anchor=${align}>${text}</text>`,
  )}</g>`;
}
