/** Axes with ticks, label and unit. Lines of an axis are one path; ticks are thinned until they fit. */
import { tickStep, ticks as tickValues } from 'd3-array';
import { svg, type SVGTemplateResult } from 'lit';
import { bottomOf, rightOf, type Box } from './box';
import { powerOfTen } from './power';
import { linear, type Scale } from './scale';
import { textWidth } from './text';

export type Domain = readonly [low: number, high: number];
export type { Scale };

export const horizontal = (box: Box, domain: Domain): Scale => linear(domain, [box.x, rightOf(box)]);
export const vertical = (box: Box, domain: Domain): Scale => linear(domain, [bottomOf(box), box.y]);

export interface Ticks {
  values: number[];
  text(value: number): string;
  /** "×10⁻³" when the written numbers are to be multiplied by it. */
  factor: string;
}

/** Numbers with as many digits after the point as a step needs, thousands apart. */
function writer(step: number): (value: number) => string {
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(Math.abs(step)))));
  const numbers = new Intl.NumberFormat('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (value) => numbers.format(value).replace('-', '−');
}

/** Round tick values whose texts fit `pixels`; along = 'x' counts the texts' widths, 'y' their heights. */
export function ticksFor(domain: Domain, pixels: number, em: number, along: 'x' | 'y' = 'x'): Ticks {
  const largest = Math.max(Math.abs(domain[0]), Math.abs(domain[1]));
  const exponent =
    largest > 0 && (largest < 0.02 || largest >= 1e5) ? 3 * Math.floor(Math.log10(largest) / 3) : 0;
  const unit = 10 ** exponent;
  for (let wanted = Math.max(2, Math.min(10, Math.floor(pixels / (3 * em)))); ; wanted--) {
    const step = tickStep(domain[0] / unit, domain[1] / unit, wanted);
    const write = writer(step);
    const values = tickValues(domain[0] / unit, domain[1] / unit, wanted);
    const room =
      along === 'x' ? Math.max(...values.map((value) => textWidth(write(value), em))) + em : 1.6 * em;
    const fits = values.length < 2 || (pixels * step * unit) / (domain[1] - domain[0]) >= room;
    if (fits || wanted === 1) {
      return {
        values: (fits ? values : values.slice(0, 1)).map((value) => value * unit),
        text: (value) => write(value / unit).replace(/^−(?=[0.]*$)/, ''),
        factor: powerOfTen(exponent),
      };
    }
  }
}

export interface Axis {
  box: Box;
  scale: (value: number) => number;
  ticks: Ticks;
  /** What is measured, with its unit. */
  label: string;
  em: number;
  grid?: boolean;
}

const titled = (axis: Axis): string =>
  axis.ticks.factor ? `${axis.label}, ${axis.ticks.factor}` : axis.label;

/** Ticks under the box, and the label under them at the right. Takes 2.7 em below the box. */
export function bottomAxis(axis: Axis): SVGTemplateResult {
  const { box, scale, ticks, em } = axis;
  const y = bottomOf(box);
  const at = ticks.values.map((value) => scale(value).toFixed(1));
  const grid = at.map((x) => `M${x},${box.y}V${y}`).join('');
  const lines = `M${box.x},${y}H${rightOf(box)}${at.map((x) => `M${x},${y}v${(0.35 * em).toFixed(1)}`).join('')}`;
  return svg`<g class="axis">
    ${axis.grid ? svg`<path class="grid" d=${grid}></path>` : null}
    <path class="rule" d=${lines}></path>
    ${ticks.values.map((value, i) => svg`<text class="tick" x=${at[i]} y=${(y + 1.3 * em).toFixed(1)} text-anchor="middle">${ticks.text(value)}</text>`)}
    <text class="title" x=${rightOf(box).toFixed(1)} y=${(y + 2.55 * em).toFixed(1)} text-anchor="end">${titled(axis)}</text>
  </g>`;
}

/** Ticks left of the box, and the label above it, beginning at `labelX`. Takes 1.5 em above the box. */
export function leftAxis(axis: Axis & { labelX: number }): SVGTemplateResult {
  const { box, scale, ticks, em } = axis;
  const at = ticks.values.map((value) => scale(value));
  const grid = at.map((y) => `M${box.x},${y.toFixed(1)}H${rightOf(box)}`).join('');
  return svg`<g class="axis">
    ${axis.grid ? svg`<path class="grid" d=${grid}></path>` : null}
    ${ticks.values.map((value, i) => svg`<text class="tick" x=${(box.x - 0.45 * em).toFixed(1)} y=${(at[i]! + 0.35 * em).toFixed(1)} text-anchor="end">${ticks.text(value)}</text>`)}
    <text class="title" x=${axis.labelX.toFixed(1)} y=${(box.y - 0.65 * em).toFixed(1)}>${titled(axis)}</text>
  </g>`;
}
