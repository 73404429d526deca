/** Cells as pixels: one hue from the paper to the ink, equal ratios of a value equal distances of colour. */
import type { Domain } from '../components/chart/axes';
import type { HeatMap } from '../core/report';

type Rgb = readonly [number, number, number];

const SHADES = 256;
const kept = new WeakMap<HeatMap, Map<string, string>>();
const ramps = new Map<string, Uint8ClampedArray>();

// A picture is an image, which does not follow the theme by itself: the one in sight is drawn again.
let again: (() => void) | undefined;
let watched = false;

function watch(redraw: () => void): void {
  again = redraw;
  if (watched) return;
  watched = true;
  new MutationObserver(() => again?.()).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme'],
  });
}

const theme = (): string => document.documentElement.dataset['theme'] ?? '';

/** Shades from the lowest to the highest, three bytes each. */
function rampOf(colour: string): Uint8ClampedArray {
  const name = `${theme()} ${colour}`;
  const known = ramps.get(name);
  if (known) return known;
  const style = getComputedStyle(document.documentElement);
  const pen = document.createElement('canvas').getContext('2d')!;
  const rgb = (token: string): Rgb => {
    pen.fillStyle = style.getPropertyValue(`--${token}`).trim();
    const digits = parseInt(String(pen.fillStyle).slice(1), 16);
    return [digits >> 16, (digits >> 8) & 255, digits & 255];
  };
  const ramp = shades(rgb('surface'), rgb(colour), rgb('ink'));
  ramps.set(name, ramp);
  return ramp;
}

/** From near the paper to the colour, and on towards the ink: lightness goes one way all along. */
export function shades(paper: Rgb, colour: Rgb, ink: Rgb): Uint8ClampedArray {
  const ramp = new Uint8ClampedArray(3 * SHADES);
  for (let i = 0; i < SHADES; i++) {
    const t = i / (SHADES - 1);
    const [from, to, share] =
      t < 0.65 ? [paper, colour, 0.1 + (0.9 * t) / 0.65] : [colour, ink, (0.8 * (t - 0.65)) / 0.35];
    for (let c = 0; c < 3; c++) ramp[3 * i + c] = from[c]! + share * (to[c]! - from[c]!);
  }
  return ramp;
}

/** Which shade a value has. Zero has the lowest; −1 where there is no number. */
export function shadeOf(value: number, [low, high]: Domain): number {
  if (!(value >= 0)) return -1;
  const share = Math.log(value / low) / Math.log(high / low);
  return Math.round((SHADES - 1) * Math.min(1, Math.max(0, share)));
}

function pixels(
  width: number,
  height: number,
  shade: (i: number) => number,
  ramp: Uint8ClampedArray,
): string {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext('2d')!;
  const image = pen.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const at = 3 * shade(i);
    if (at < 0) continue;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = ramp[at + c]!;
    image.data[4 * i + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** The layer as the address of an image, a pixel a cell; '' where no page is. `redraw` when the theme turns. */
export function heatImage(
  heat: HeatMap,
  layer: 'largest' | 'scale' | 'noise',
  colour: string,
  domain: Domain,
  redraw: () => void,
): string {
  if (typeof document === 'undefined') return '';
  watch(redraw);
  const urls = kept.get(heat) ?? new Map<string, string>();
  kept.set(heat, urls);
  const key = `${layer} ${domain} ${theme()}`;
  const found = urls.get(key);
  if (found !== undefined) return found;
  const values = heat[layer];
  const across = Math.ceil(heat.columns / heat.cell_columns);
  const url = pixels(across, values.length / across, (i) => shadeOf(values[i]!, domain), rampOf(colour));
  urls.set(key, url);
  return url;
}

/** All shades, the highest on top. */
export function barImage(colour: string): string {
  if (typeof document === 'undefined') return '';
  return pixels(1, SHADES, (i) => SHADES - 1 - i, rampOf(colour));
}
