/** How wide a text stands in a picture: measured in the page's own font, which no table knows. */

/** The weight of a `strong` label (chart.css). */
const STRONG = 650;
// Figures of equal width, which a canvas does not set, may be a little wider than those it measures.
const SLACK = 1.03;
// Texts are many while a slider moves; those of a few pictures are all that return.
const MOST_KEPT = 4096;

const widths = new Map<string, number>();
let canvas: CanvasRenderingContext2D | null | undefined;
let family = '';

function measured(text: string, em: number, strong: boolean): number | null {
  if (canvas === undefined) {
    canvas = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
    if (canvas) family = getComputedStyle(document.documentElement).getPropertyValue('--font');
  }
  if (!canvas) return null;
  canvas.font = `${strong ? STRONG : 400} ${em}px ${family}`;
  return canvas.measureText(text).width * SLACK;
}

const NARROW = new Set([..." .,:;|'!()[]iljtfrI·"]);
const WIDE = new Set([...'mwMWΣ%—→∞@']);

/** Where there are no fonts, as in Node: a sans serif of middling width. */
function estimated(text: string, em: number): number {
  let width = 0;
  for (const letter of text) width += NARROW.has(letter) ? 0.36 : WIDE.has(letter) ? 0.92 : 0.6;
  return width * em;
}

/** The width of a line of text of `em` pixels, in pixels, never less than it is drawn with. */
export function textWidth(text: string, em: number, strong = false): number {
  const key = `${em} ${strong} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size >= MOST_KEPT) widths.clear();
  const width = measured(text, em, strong) ?? estimated(text, em);
  widths.set(key, width);
  return width;
}
