/** The levels on the number line, drawn: codes used and unused under the weights' density, and one block beside. */
import { max } from 'd3-array';
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Scale } from '../components/chart/axes';
import { bottomOf, columns, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label } from '../components/chart/labels';
import { circles, steps, strokes } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { zoomable, type Zoom } from '../components/chart/zoom';
import { count, fixed, percent, significant } from '../components/format';
import type { Levels } from '../core/report';
import { blockPanel } from './block-picture';
import { shares } from './codes';
import type { Scene } from './experiment';
import {
  densityIn,
  inWeights,
  nearestLevel,
  useOf,
  viewOf,
  wholeOf,
  zoomLevel,
  ZOOMS,
} from './levels-line-data';

export const zoomOf = (scene: Scene): Zoom => ({
  level: zoomLevel(scene),
  last: ZOOMS.length - 1,
  initial: 0,
  text: `${count(ZOOMS[zoomLevel(scene)]!)} ×`,
  moved: (level) => {
    // What was pointed at stays in sight.
    const pointed = pointedAt(scene);
    if (pointed !== null) scene.set?.('at', scene.a.levels!.values[pointed]!);
    scene.memory.clear();
    scene.set?.('zoom', level);
  },
});

/** The place of the level that is pointed at; null where none is. */
function pointedAt({ cursor, a }: Scene): number | null {
  const count = a.levels?.values.length ?? 0;
  return cursor === null || count === 0 ? null : Math.min(count - 1, Math.max(0, Math.round(cursor)));
}

/** "code 3: level 0.4286, 12,345 weights, 1.2 %". */
export const levelText = (levels: Levels, k: number): string =>
  `code ${fixed(levels.codes[k], 0)}: level ${significant(levels.values[k], 4)}, ${count(levels.counts[k]!)} weights, ${percent(shares(levels).p[k])}`;

export function picture(scene: Scene) {
  const { em } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const wide = scene.width > 52 * em;
  // Without a line to draw the block has the room.
  if (!wholeOf(scene.a)) {
    const said = 2.6 * em;
    return svg`${linePanel(scene, { ...page, height: said })}${blockPanel(scene, inset(page, { top: said }))}`;
  }
  const [line, block] = wide ? columns(page, 1.6 * em, 1.35, 1) : rows(page, 0.4 * em, 1, 1.15);
  return svg`${linePanel(scene, line!)}${blockPanel(scene, block!)}`;
}

const LANE = 2.5;

function linePanel(scene: Scene, page: Box) {
  const { a, em, memory, moving } = scene;
  const whole = wholeOf(a);
  if (!whole) {
    const text = a.levels?.values.length
      ? ['No weight takes a level: none is finite.', 'No finite weight.']
      : [
          'A code is of several weights at once: no level stands for one of them.',
          'Codes of several weights.',
        ];
    return drawLabels([{ text, mark: 'ink', at: [{ x: page.x + em, y: page.y + 2 * em }] }], page, em);
  }
  const levels = a.levels!;
  const box = inset(page, { top: 1.9 * em, right: 1.2 * em, bottom: (2.8 + 2 * LANE) * em, left: 3.2 * em });
  const x = horizontal(box, hold(memory, moving, 'view', viewOf(scene, whole)));
  const [low, high] = x.domain();
  const strip: Box = { ...box, y: bottomOf(box), height: 2 * LANE * em };
  const own = inWeights(a) && a.report.quantizer.transform === 'none';
  const unit = inWeights(a) ? 'weight x, and the levels' : 'weight and levels in units of its block’s scale';
  const density = densityIn(a, [low, high], (2 * (high - low)) / box.width);
  const y = vertical(box, hold(memory, moving, 'density', [0, 1.2 * (max(density.values) || 1)]));
  const shownEdges = density.edges.map((edge) => x(Math.min(high, Math.max(low, edge))));
  const use = useOf(levels);
  const pointed = pointedAt(scene);
  const guideX = pointed === null ? null : x(levels.values[pointed]!);
  const seen = guideX !== null && guideX >= box.x - 1 && guideX <= rightOf(box) + 1;
  const labels: Label[] = [
    ...(pointed !== null
      ? [
          {
            text: [
              levelText(levels, pointed),
              `k = ${fixed(levels.codes[pointed], 0)}: ${percent(shares(levels).p[pointed])}`,
            ],
            mark: 'ink strong',
            at: [{ x: box.x + 0.4 * em, y: box.y + 1.1 * em }],
          },
        ]
      : []),
    {
      text: own
        ? [`density of ${count(a.report.tensor.count)} weights`, 'density']
        : ['density, cell by cell', 'density'],
      mark: 'signal',
      at: [
        { x: rightOf(box), y: box.y + 1.1 * em, align: 'end' },
        { x: rightOf(box), y: box.y + 2.5 * em, align: 'end' },
      ],
    },
  ];
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain(), box.height, em, 'y'), label: own ? 'density, per unit of x' : inWeights(a) ? 'density, per unit' : 'density, per scale', em, grid: true, labelX: page.x + 0.4 * em })}
    <path class="area signal" d=${steps(shownEdges, density.values.map(y), bottomOf(box))}></path>
    <path class="rule" d=${strokes([[box.x, bottomOf(box), rightOf(box), bottomOf(box)]])}></path>
    ${seen ? svg`<path class="guide ink" d=${strokes([[guideX, box.y, guideX, bottomOf(strip)]])}></path>` : null}
    ${lane({ levels, taken: true, name: 'used', of: use.used, box: { ...strip, height: LANE * em }, x, em })}
    ${lane({ levels, taken: false, name: 'unused', of: use.between + use.beyond, box: { ...strip, y: strip.y + LANE * em, height: LANE * em }, x, em })}
    ${bottomAxis({ box: strip, scale: x, ticks: ticksFor([low, high], box.width, em), label: unit, em })}
    ${drawLabels(labels, box, em)}
    ${zoomable(zoomOf(scene), hand(scene, levels, { ...box, height: box.height + strip.height }, x, pointed))}`;
}

interface Lane {
  levels: Levels;
  taken: boolean;
  name: string;
  of: number;
  box: Box;
  x: Scale;
  em: number;
}

/** The levels that weights take as full ticks, or those that none takes as short hollow ones; a name over them. */
function lane({ levels, taken, name, of, box, x, em }: Lane) {
  const [low, high] = x.domain();
  const places = new Set<number>();
  let [before, after] = [0, 0];
  levels.values.forEach((value, k) => {
    if (levels.counts[k]! > 0 !== taken) return;
    if (value < low) before++;
    else if (value > high) after++;
    // Levels nearer than half a pixel are one tick.
    else places.add(Math.round(2 * x(value)) / 2);
  });
  const shown = of - before - after;
  const further = [before ? `← ${count(before)}` : '', after ? `${count(after)} →` : '']
    .filter(Boolean)
    .join(', ');
  const many = places.size > box.width / 6;
  const [top, foot] = [box.y + 1.35 * em, bottomOf(box) - 0.15 * em];
  const middle = (top + foot) / 2;
  const mark = taken ? 'quantized' : 'warn';
  const labels: Label[] = [
    {
      text: of
        ? [
            `${count(of)} ${of === 1 ? 'code' : 'codes'} ${name}${shown < of ? `, ${count(shown)} in sight` : ''}`,
            `${count(of)} ${name}`,
          ]
        : `none ${name}`,
      mark: taken ? 'quantized strong' : of ? 'warn' : 'ink',
      at: [{ x: box.x, y: box.y + 1.1 * em }],
    },
    ...(further
      ? [
          {
            text: further,
            mark: 'ink',
            at: [{ x: rightOf(box), y: box.y + 1.1 * em, align: 'end' as const }],
          },
        ]
      : []),
  ];
  const lines = [...places].map((at) => [at, top, at, foot] as const);
  return svg`
    ${
      taken || many
        ? svg`<path class="line ${mark} ${many ? 'thin' : ''}" d=${strokes(lines)}></path>`
        : svg`<path class="dot b ${mark}" d=${circles(
            [...places].map((at) => [at, middle] as const),
            0.28 * em,
          )}></path>`
    }
    ${drawLabels(labels, { ...box, height: 1.4 * em }, em)}`;
}

/** A hand reads the level nearest to it; arrow keys go from level to level, and the view follows them. */
function hand(scene: Scene, levels: Levels, box: Box, x: Scale, pointed: number | null) {
  const last = levels.values.length - 1;
  const middle = nearestLevel(levels, 0);
  return slider({
    box,
    label: 'Read a level',
    low: 0,
    high: last,
    value: pointed ?? middle,
    step: 1,
    text: levelText(levels, pointed ?? middle),
    invert: (pixel) => pixel,
    moved(value, gesture, y) {
      if (y !== undefined)
        return scene.point(gesture === 'leave' ? null : nearestLevel(levels, x.invert(value)));
      const k = Math.min(last, Math.max(0, Math.round(value)));
      scene.set?.('at', levels.values[k]!);
      scene.point(k);
    },
  });
}
