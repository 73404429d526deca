/** The weight matrix as a heat map: a colour for each cell, a bar that says what it stands for, and a cell read. */
import { svg } from 'lit';
import { bottomAxis, leftAxis, ticksFor, type Domain } from '../components/chart/axes';
import { bottomOf, inset, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels } from '../components/chart/labels';
import { logTicks, logVertical } from '../components/chart/log';
import { polyline } from '../components/chart/paths';
import { pointerArea } from '../components/chart/pointer';
import { linear } from '../components/chart/scale';
import { textWidth } from '../components/chart/text';
import { count, significant } from '../components/format';
import type { Analysis, HeatMap } from '../core/report';
import { isCodebook } from './codebook';
import type { Scene } from './experiment';
import { barImage, heatImage } from './outliers-image';

type Layer = 'largest' | 'scale' | 'noise';

interface View {
  layer: Layer;
  label: string;
  /** The colour's name in styles/tokens.css. */
  colour: 'signal' | 'quantized' | 'noise';
  title(a: Analysis): string;
}

const scaleWord = (a: Analysis): string => (isCodebook(a) ? 'scale' : 'Δ');
const under = ({ report }: Analysis): string =>
  report.quantizer.transform === 'none'
    ? ''
    : report.quantizer.transform === 'columns'
      ? ', columns scaled'
      : ', rotated';

/** What may be shown, the numbers that a setting of the picture chooses from. */
export const VIEWS: View[] = [
  { layer: 'largest', label: 'largest |x|', colour: 'signal', title: (a) => `largest |x|${under(a)}` },
  { layer: 'scale', label: 'scale', colour: 'quantized', title: (a) => `largest ${scaleWord(a)}` },
  { layer: 'noise', label: 'rms error', colour: 'noise', title: () => 'rms of n' },
];

export const viewOf = ({ settings }: Scene): View => VIEWS[settings?.['shown'] ?? 0] ?? VIEWS[0]!;

export const acrossOf = ({ columns, cell_columns }: HeatMap): number => Math.ceil(columns / cell_columns);
export const downOf = ({ rows, cell_rows }: HeatMap): number => Math.ceil(rows / cell_rows);

/** Colours span what all but the lowest cells hold, four decades at most and a factor of four at least. */
export function domainOf(values: Float32Array): Domain | null {
  const seen = values.filter((value) => value > 0 && value < Infinity).sort();
  if (!seen.length) return null;
  const high = seen.at(-1)!;
  const low = Math.max(seen[Math.floor(0.02 * seen.length)]!, high / 1e4);
  return [Math.min(low, high / 4), high];
}

/** The cell that is pointed at, within the map. */
export const cellOf = (scene: Scene, heat: HeatMap): number | null =>
  scene.cursor === null || !heat.largest.length
    ? null
    : Math.min(heat.largest.length - 1, Math.max(0, Math.round(scene.cursor)));

const span = (first: number, size: number, all: number): string =>
  size === 1 || first + 1 >= all ? count(first) : `${count(first)}–${count(Math.min(first + size, all) - 1)}`;

export interface Cell {
  rows: string;
  columns: string;
  largest: number;
  rms: number;
  noise: number;
  scale: number;
}

export function cellAt(heat: HeatMap, at: number): Cell {
  const row = Math.floor(at / acrossOf(heat)) * heat.cell_rows;
  const column = (at % acrossOf(heat)) * heat.cell_columns;
  return {
    rows: span(row, heat.cell_rows, heat.rows),
    columns: span(column, heat.cell_columns, heat.columns),
    largest: heat.largest[at]!,
    rms: heat.rms[at]!,
    noise: heat.noise[at]!,
    scale: heat.scale[at]!,
  };
}

/** The cell in words. */
export function cellText(a: Analysis, heat: HeatMap, at: number): string {
  const cell = cellAt(heat, at);
  const place = `Row ${cell.rows}, column ${cell.columns}`;
  if (!Number.isFinite(cell.largest)) return `${place}: no finite weight`;
  const scale = Number.isFinite(cell.scale) ? `, ${scaleWord(a)} ${significant(cell.scale, 3)}` : '';
  return `${place}: largest |x|${under(a)} ${significant(cell.largest, 3)}, rms error ${significant(cell.noise, 3)}${scale}`;
}

const nothing = (scene: Scene, outer: Box, text: string[]) =>
  drawLabels(
    [{ text, mark: 'ink', at: [{ x: outer.x + scene.em, y: outer.y + 3 * scene.em }] }],
    outer,
    scene.em,
  );

export function heatPanel(scene: Scene, outer: Box) {
  const { a, em, memory, moving } = scene;
  const { heat } = a;
  const view = viewOf(scene);
  if (!heat?.largest.length) return nothing(scene, outer, ['There are no weights.']);
  const values = heat[view.layer];
  const wanted = domainOf(values);
  if (!wanted)
    return nothing(
      scene,
      outer,
      view.layer === 'scale'
        ? ['These levels stand for themselves: no scale serves them.', 'There is no scale.']
        : view.layer === 'noise'
          ? ['There is no noise at all.', 'No noise.']
          : ['All weights are zero.'],
    );
  const domain = hold(memory, moving, view.layer, wanted);
  const rowTicks = ticksFor([0, heat.rows], outer.height, em, 'y');
  const left = 0.9 * em + Math.max(...rowTicks.values.map((value) => textWidth(rowTicks.text(value), em)));
  const barTicks = logTicks(domain, outer.height - 4.7 * em, em, 'y');
  const barRoom = Math.max(...barTicks.values.map((value) => textWidth(barTicks.text(value), em)), em);
  const box = inset(outer, {
    top: 1.9 * em,
    right: barRoom + 2.6 * em,
    bottom: 2.8 * em,
    left: Math.max(left, 2.4 * em),
  });
  const bar: Box = { x: rightOf(box) + 1 * em, y: box.y, width: 0.9 * em, height: box.height };
  const x = linear([0, heat.columns], [box.x, rightOf(box)]);
  const y = linear([0, heat.rows], [box.y, bottomOf(box)]);
  const level = logVertical(bar, domain);
  const rampUrl = barImage(view.colour);
  const url = heatImage(heat, view.layer, view.colour, domain, () =>
    scene.set?.('drawn', (scene.settings?.['drawn'] ?? 0) + 1),
  );
  // Cells at the lower and the right edge may reach beyond the weights.
  const [across, down] = [acrossOf(heat), downOf(heat)];
  const [width, height] = [x(across * heat.cell_columns) - box.x, y(down * heat.cell_rows) - box.y];
  const at = cellOf(scene, heat);
  const barLeft = rightOf(bar) + 0.4 * em;
  return svg`
    <clipPath id="heat"><rect x=${box.x} y=${box.y} width=${box.width} height=${box.height}></rect></clipPath>
    <g clip-path="url(#heat)">
      <path class="beyond" d=${rectangle(box)}></path>
      ${url ? svg`<image href=${url} x=${box.x} y=${box.y} width=${width} height=${height} preserveAspectRatio="none" image-rendering="pixelated"></image>` : null}
    </g>
    ${leftAxis({ box, scale: y, ticks: rowTicks, label: isFolded(a, heat) ? 'row of weights' : 'row', em, labelX: outer.x + 0.2 * em })}
    ${bottomAxis({ box, scale: x, ticks: ticksFor([0, heat.columns], box.width, em), label: 'column', em })}
    ${rampUrl ? svg`<image href=${rampUrl} x=${bar.x} y=${bar.y} width=${bar.width} height=${bar.height} preserveAspectRatio="none"></image>` : null}
    <path class="rule" d=${rectangle(bar)}></path>
    <g class="axis">
      ${barTicks.values.map((value) => svg`<text class="tick" x=${barLeft.toFixed(1)} y=${(level(value) + 0.35 * em).toFixed(1)}>${barTicks.text(value)}</text>`)}
      <text class="title" x=${rightOf(outer).toFixed(1)} y=${(box.y - 0.65 * em).toFixed(1)} text-anchor="end">${view.title(a)}</text>
    </g>
    ${at === null ? null : outline(heat, at, x, y)}
    ${reader(scene, heat, box, x, y)}`;
}

const rectangle = ({ x, y, width, height }: Box): string =>
  `${polyline([
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ])}Z`;

/** One axis was folded into rows. */
export const isFolded = ({ report }: Analysis, heat: HeatMap): boolean =>
  report.tensor.shape[0] !== heat.rows || report.tensor.shape.length < 2;

function outline(heat: HeatMap, at: number, x: (value: number) => number, y: (value: number) => number) {
  const row = Math.floor(at / acrossOf(heat)) * heat.cell_rows;
  const column = (at % acrossOf(heat)) * heat.cell_columns;
  const [left, top] = [x(column) - 2, y(row) - 2];
  const d = rectangle({
    x: left,
    y: top,
    width: x(Math.min(column + heat.cell_columns, heat.columns)) + 2 - left,
    height: y(Math.min(row + heat.cell_rows, heat.rows)) + 2 - top,
  });
  return svg`<path class="ring" d=${d}></path><path class="current" d=${d}></path>`;
}

/** A hand and keys over the cells: arrows go to the neighbour, Page keys ten rows, Home and End along the row. */
function reader(
  scene: Scene,
  heat: HeatMap,
  box: Box,
  x: { invert(pixel: number): number },
  y: { invert(pixel: number): number },
) {
  const [across, down] = [acrossOf(heat), downOf(heat)];
  const within = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  const at = cellOf(scene, heat) ?? 0;
  const [row, column] = [Math.floor(at / across), at % across];
  const go = (down_: number, across_: number) =>
    scene.point(within(down_, down) * across + within(across_, across));
  const keys: Record<string, [number, number]> = {
    ArrowRight: [row, column + 1],
    ArrowLeft: [row, column - 1],
    ArrowDown: [row + 1, column],
    ArrowUp: [row - 1, column],
    PageDown: [row + 10, column],
    PageUp: [row - 10, column],
    Home: [row, 0],
    End: [row, across - 1],
  };
  const press = (event: KeyboardEvent) => {
    const target = keys[event.key];
    if (!target || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The first key shows the cell where reading begins.
    if (scene.cursor === null) scene.point(at);
    else go(...target);
  };
  return svg`<g class="slider" role="slider" tabindex="0" aria-label="Cell of the weight matrix" aria-valuemin="0"
    aria-valuemax=${heat.largest.length - 1} aria-valuenow=${at} aria-valuetext=${cellText(scene.a, heat, at)} @keydown=${press}>
    ${pointerArea({
      box,
      invert: x.invert,
      moved(value, gesture, pixel) {
        if (gesture === 'leave') scene.point(null);
        else if (pixel !== undefined)
          go(Math.floor(y.invert(pixel) / heat.cell_rows), Math.floor(value / heat.cell_columns));
      },
    })}</g>`;
}
