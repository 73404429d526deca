/** Every format on the plane of true bits per weight and SNR, drawn under the limit, with the front. */
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical } from '../components/chart/axes';
import { bottomOf, inset, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label, type Place } from '../components/chart/labels';
import { circles, polyline, sampled, strokes, type Point } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { textWidth } from '../components/chart/text';
import { zoomable, type Zoom } from '../components/chart/zoom';
import { fixed } from '../components/format';
import { nameOf } from '../core/compare';
import type { Report } from '../core/report';
import type { Scene } from './experiment';
import { limitMarks } from './limit-marks';
import { ceilingOf, DB_A_BIT } from './plane-data';
import { known, snrText } from './sweep';
import {
  entriesOf,
  families,
  FIRST_WIDTH,
  formatsOf,
  kinOf,
  pointedAt,
  viewOf,
  widthOf,
  WIDTHS,
  type Entry,
} from './zoo-data';
import { markOf, shapes } from './zoo-marks';

// A pointer chooses what is within so many letters of it.
const REACH = 2.5;

export const zoomOf = (scene: Scene): Zoom => ({
  level: widthOf(scene),
  last: WIDTHS.length - 1,
  initial: FIRST_WIDTH,
  text: `${WIDTHS[widthOf(scene)]} bits wide`,
  moved: (level) => {
    // A view that was held must not keep the new one as wide as it was.
    scene.memory.clear();
    scene.set?.('zoom', level);
  },
});

/** "int 4: 18.20 dB at 4.500 bits per weight". */
export const entryText = ({ name, report, bits }: Entry): string =>
  `${name}: ${snrText(report)} at ${fixed(bits, 3)} bits per weight`;

/** The quantizer takes the bench. */
export function choose(scene: Scene, { quantizer }: Entry): void {
  const { seed: _, ...words } = quantizer;
  scene.change(words, true);
}

/** Where a Report stands; null where it has no place. */
const placeOf = ({ quantizer, noise }: Report) =>
  known(quantizer.bits_per_weight) && known(noise.snr_db)
    ? { bits: quantizer.bits_per_weight, snr: noise.snr_db }
    : null;

export function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const ceiling = ceilingOf(a);
  if (ceiling.from === null) {
    const text = ['These weights have no spread: there is nothing to compare.', 'Nothing to compare.'];
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  const box = inset(page, { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 3.4 * em });
  const entries = entriesOf(scene);
  const formats = formatsOf(scene);
  const chosen = placeOf(a.report);
  const view = viewOf(chosen, entries, ceiling, WIDTHS[widthOf(scene)]!);
  const x = horizontal(box, hold(memory, moving, 'x', view.x));
  const y = vertical(box, hold(memory, moving, 'y', view.y));
  const [low, high] = x.domain();
  // No noise at all stands on the upper edge.
  const at = ({ bits, snr }: { bits: number; snr: number }): Point => [x(bits), Math.max(box.y, y(snr))];
  const inside = ([px, py]: Point) =>
    px >= box.x - 1 && px <= rightOf(box) + 1 && py >= box.y - 1 && py <= bottomOf(box) + 1;
  const limit = limitMarks(ceiling, {
    line: (zero) => [low, high].map((rate): Point => [x(rate), y(zero + DB_A_BIT * rate)]),
    box,
    inside,
    em,
    names: [0.66, 0.55, 0.75, 0.45, 0.3, 0.2],
    normalNames: [0.76, 0.7, 0.82, 0.88, 0.3, 0.45],
  });

  const seen = entries.filter((entry) => inside(at(entry)));
  const best = entries.filter(({ pareto }) => pareto);
  const steps = stairs(best.map(at), rightOf(box));
  const pointed = pointedAt(scene, entries);
  const marked = pointed === null ? null : entries[pointed]!;
  const held = chosen && at(chosen);
  const placeB = b && placeOf(b.report);
  const kin = kinOf(a.report.quantizer.format, formats);
  const kinB = b ? kinOf(b.report.quantizer.format, formats) : 0;

  const rings = [...(held ? [held] : []), ...(marked ? [at(marked)] : [])].filter(inside);
  const beyond = entries.filter(({ bits }) => bits > high).length;
  const labels: Label[] = [
    ...(marked && inside(at(marked))
      ? [
          {
            text: [entryText(marked), `${marked.name}: ${snrText(marked.report)}`, marked.name],
            mark: `${markOf(marked.kin)} strong`,
            at: around(at(marked), em),
            of: at(marked),
          },
        ]
      : []),
    ...(held && inside(held)
      ? [
          {
            text: [
              `${nameOf(a.report.quantizer, formats)}: ${snrText(a.report)}`,
              nameOf(a.report.quantizer, formats),
            ],
            mark: `${markOf(kin)} strong`,
            at: below(held, em),
            of: held,
          },
        ]
      : []),
    ...(placeB && inside(at(placeB))
      ? [
          {
            text: [`B: ${nameOf(b.report.quantizer, formats)}`, 'B'],
            mark: markOf(kinB),
            at: below(at(placeB), em),
            of: at(placeB),
          },
        ]
      : []),
    ...(beyond
      ? [
          {
            text: [`${beyond} with more bits →`, `${beyond} →`],
            mark: 'ink',
            at: [{ x: rightOf(box), y: box.y + 1.5 * em, align: 'end' as const }],
          },
        ]
      : []),
    ...limit.labels,
    ...seen
      .filter(({ pareto }) => pareto)
      .map((entry): Label => {
        const of = at(entry);
        return { text: entry.name, mark: markOf(entry.kin), at: around(of, em), of };
      }),
  ];
  const key = keyOf(entries, families(formats), box, em);
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain(), box.height, em, 'y'), label: 'SNR, dB', em, grid: true, labelX: 0.4 * em })}
    ${bottomAxis({ box, scale: x, ticks: ticksFor([low, high], box.width, em), label: 'bits per weight, everything stored', em, grid: true })}
    <clipPath id="zoo"><rect x=${box.x} y=${box.y} width=${box.width} height=${box.height}></rect></clipPath>
    <g clip-path="url(#zoo)">
      ${limit.under}
      <path class="line ink thin" d=${polyline(steps)}></path>
      ${families(formats).map((_, family) => {
        const points = (pareto: boolean) =>
          seen.filter((entry) => entry.kin === family && entry.pareto === pareto).map(at);
        return svg`<path class="dot faint ${markOf(family)}" d=${shapes(family, points(false), em)}></path>
          <path class="dot ${markOf(family)}" d=${shapes(family, points(true), 1.25 * em)}></path>`;
      })}
      ${limit.over}
      ${placeB ? svg`<path class="dot b ${markOf(kinB)}" d=${shapes(kinB, [at(placeB)], 1.4 * em)}></path>` : null}
      <path class="dot ${markOf(kin)}" d=${held ? shapes(kin, [held], 1.4 * em) : ''}></path>
      <path class="current" d=${held ? circles([held], 0.8 * em) : ''}></path>
      ${marked ? pointer(at(marked), markOf(marked.kin), box, em) : null}
    </g>
    ${key.marks}
    ${drawLabels([...key.labels, ...labels], box, em, {
      taken: [
        ...key.taken,
        ...rings.map(([px, py]) => textBox('●', { x: px, y: py + 0.4 * em, align: 'middle' }, 1.4 * em)),
      ],
      marks: [...sampled(limit.edge, 0.6 * em), ...sampled(steps, 0.6 * em), ...seen.map(at)],
    })}
    ${zoomable(zoomOf(scene), hand(scene, entries, box, at))}`;
}

/** The front as stairs: with more bits than a point's its SNR is to be had. */
function stairs(points: Point[], right: number): Point[] {
  const found = points.flatMap((point, i): Point[] => (i ? [[point[0], points[i - 1]![1]], point] : [point]));
  const last = found.at(-1);
  return last ? [...found, [Math.max(right, last[0]), last[1]]] : [];
}

const pointer = ([px, py]: Point, mark: string, box: Box, em: number) => svg`
  <path class="guide ${mark}" d=${strokes([
    [px, py, px, bottomOf(box)],
    [box.x, py, px, py],
  ])}></path>
  <path class="current thin" d=${circles([[px, py]], 0.62 * em)}></path>`;

/** A hand or the arrow keys go over the entries; a press or Enter takes one. */
function hand(scene: Scene, entries: Entry[], box: Box, at: (entry: Entry) => Point) {
  const pointed = pointedAt(scene, entries);
  const nearest = (px: number, py: number): number | null => {
    let found: number | null = null;
    let least = REACH * scene.em;
    entries.forEach((entry, i) => {
      const [ex, ey] = at(entry);
      const far = Math.hypot(ex - px, ey - py);
      if (far < least) [found, least] = [i, far];
    });
    return found;
  };
  const press = (event: KeyboardEvent) => {
    if ((event.key !== 'Enter' && event.key !== ' ') || pointed === null) return;
    event.preventDefault();
    choose(scene, entries[pointed]!);
  };
  const last = Math.max(0, entries.length - 1);
  return svg`<g @keydown=${press}>${slider({
    box,
    label: 'Formats, the cheapest first; Enter chooses',
    low: 0,
    high: last,
    value: pointed ?? 0,
    step: 1,
    text:
      pointed === null ? (entries.length ? 'none' : 'nothing compared yet') : entryText(entries[pointed]!),
    invert: (pixel) => pixel,
    moved(value, gesture, py) {
      // The first arrow points at the first of them.
      if (py === undefined) return scene.point(pointed === null && value === 1 ? 0 : value);
      const found = gesture === 'leave' ? null : nearest(value, py);
      scene.point(found);
      if (gesture === 'drop' && found !== null) choose(scene, entries[found]!);
    },
  })}</g>`;
}

/** Which mark is of which family: at the lower right, where no quantizer comes. */
function keyOf(entries: Entry[], names: string[], box: Box, em: number) {
  const shown = names.flatMap((name, kin) =>
    entries.some((entry) => entry.kin === kin) ? [{ name, kin }] : [],
  );
  const width = Math.max(0, ...shown.map(({ name }) => textWidth(name, em)));
  const left = rightOf(box) - width - 0.6 * em;
  const rise = 1.4 * em;
  const top = bottomOf(box) - 0.7 * em - rise * (shown.length - 1);
  const rows = shown.map(({ name, kin }, i) => ({ name, kin, y: top + rise * i }));
  return {
    labels: rows.map(({ name, kin, y }): Label => ({ text: name, mark: markOf(kin), at: [{ x: left, y }] })),
    marks: rows.map(
      ({ kin, y }) =>
        svg`<path class="dot ${markOf(kin)}" d=${shapes(kin, [[left - 0.8 * em, y - 0.35 * em]], 1.1 * em)}></path>`,
    ),
    taken: shown.length
      ? [{ x: left - 1.4 * em, y: top - em, width: 1.2 * em, height: rise * shown.length }]
      : [],
  };
}

/** Over the point and to its left first: what is worse lies under it and to its right. */
const around = ([x, y]: Point, em: number): Place[] => [
  { x: x - 0.6 * em, y: y - 0.6 * em, align: 'end' },
  { x, y: y - 0.9 * em, align: 'middle' },
  { x: x - 0.9 * em, y: y + 0.3 * em, align: 'end' },
  { x: x - 0.6 * em, y: y - 1.8 * em, align: 'end' },
  { x: x + 0.6 * em, y: y - 0.6 * em },
  { x: x + 0.9 * em, y: y + 0.3 * em },
  { x: x + 0.6 * em, y: y + 1.5 * em },
];

const below = ([x, y]: Point, em: number): Place[] => [
  { x: x + 1.1 * em, y: y + 1.7 * em },
  { x: x + 1.1 * em, y: y + 3 * em },
  { x: x + 1.3 * em, y: y + 0.4 * em },
  { x: x + 0.8 * em, y: y + 4.4 * em },
  { x: x - 1.1 * em, y: y + 2.4 * em, align: 'end' },
];
