/** Labels that stand on the marks: each takes the first place that is free, so text never covers text. */
import { svg, type SVGTemplateResult } from 'lit';
import { bottomOf, overlap, rightOf, type Box } from './box';

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

/**
 * Gives each label the first of its places that stays within the box and is free of earlier labels and
 * of `taken`. A place that sticks out is moved in. A label without a free place is left out.
 */
export function place(labels: Label[], within: Box, em: number, taken: Box[] = []): Placed[] {
  const boxes = [...taken];
  const placed: Placed[] = [];
  for (const label of labels) {
    const found = firstFree(label, within, em, boxes);
    if (!found) continue;
    boxes.push(found.box);
    placed.push(found);
  }
  return placed;
}

function firstFree(label: Label, within: Box, em: number, taken: Box[]): Placed | null {
  const texts = typeof label.text === 'string' ? [label.text] : label.text;
  for (const text of texts) {
    for (const at of label.at) {
      const wanted = textBox(text, at, em);
      if (wanted.width > within.width || wanted.height > within.height) continue;
      const dx = Math.max(within.x - wanted.x, 0) + Math.min(rightOf(within) - rightOf(wanted), 0);
      const dy = Math.max(within.y - wanted.y, 0) + Math.min(bottomOf(within) - bottomOf(wanted), 0);
      const box = { ...wanted, x: wanted.x + dx, y: wanted.y + dy };
      if (taken.some((other) => overlap(box, other))) continue;
      return { text, mark: label.mark, x: at.x + dx, y: at.y + dy, align: at.align ?? 'start', box };
    }
  }
  return null;
}

export function drawLabels(labels: Label[], within: Box, em: number, taken: Box[] = []): SVGTemplateResult {
  return svg`<g class="labels">${place(labels, within, em, taken).map(
    ({ text, mark, x, y, align }) =>
      svg`<text class="label ${mark}" x=${x.toFixed(1)} y=${y.toFixed(1)} text-anchor=${align}>${text}</text>`,
  )}</g>`;
}
