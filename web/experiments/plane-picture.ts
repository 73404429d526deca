/** The rate–distortion plane, drawn: quantizers under the limit, and how far the chosen one is from it. */
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Scale } from '../components/chart/axes';
import { bottomOf, inset, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label, type Place as Spot } from '../components/chart/labels';
import {
  circles,
  diamonds,
  polyline,
  sampled,
  squares,
  strokes,
  type Point,
} from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { zoomable, type Zoom } from '../components/chart/zoom';
import { fixed } from '../components/format';
import type { Scene } from './experiment';
import {
  bookPlaces,
  ceilingOf,
  DB_A_BIT,
  ecsqPlaces,
  FIRST_WIDTH,
  gapOf,
  isCellsGap,
  levelOf,
  nameOfLimit,
  placeOf,
  uniformPlaces,
  viewOf,
  WIDTHS,
  type Place,
} from './plane-data';
import { isVector } from './codebook';
import { limitMarks } from './limit-marks';
import { lengthPlaces } from './plane-lengths';
import { snrText } from './sweep';

export function zoomOf(scene: Scene): Zoom {
  const level = levelOf(scene.cursor);
  return {
    level,
    last: WIDTHS.length - 1,
    initial: FIRST_WIDTH,
    text: `${WIDTHS[level]} bits wide`,
    moved: (wanted) => {
      // A view that was held must not keep the new one as wide as it was.
      scene.memory.clear();
      scene.point(wanted);
    },
  };
}

export function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const ceiling = ceilingOf(a);
  if (ceiling.from === null) {
    const text = ['These weights have no spread: there is nothing to code.', 'Nothing to code.'];
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  const box = inset(page, { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 3.4 * em });
  const chosen = placeOf(a);
  const view = viewOf(chosen, ceiling, WIDTHS[levelOf(scene.cursor)]!);
  const x = horizontal(box, hold(memory, moving, 'x', view.x));
  const y = vertical(box, hold(memory, moving, 'y', view.y));
  const [low, high] = x.domain() as [number, number];
  const at = (rate: number | null, snr: number): Point => [x(rate ?? NaN), y(snr)];
  const inside = ([px, py]: Point) => px >= box.x && px <= rightOf(box) && py >= box.y && py <= bottomOf(box);
  const limitLine = (zero: number): Point[] => [low, high].map((rate) => at(rate, zero + DB_A_BIT * rate));

  const uniform = uniformPlaces(a);
  const books = bookPlaces(a);
  const ecsq = ecsqPlaces(a);
  const written = lengthPlaces(a);
  const fixedAt = (places: Place[]) => places.map(({ fixed: rate, snr }) => at(rate, snr));
  const codedAt = (places: Place[]) => places.map(({ coded, snr }) => at(coded, snr));
  const limit = limitMarks(ceiling, {
    line: limitLine,
    box,
    inside,
    em,
    names: [0.72, 0.6, 0.85, 0.45],
    normalNames: [0.3, 0.2, 0.5, 0.8],
  });
  const placeB = b && placeOf(b);
  const gap = chosen && gapOf(chosen, ceiling);
  const held = chosen && at(chosen.coded, chosen.snr);

  const curves = {
    int: fixedAt(uniform),
    coded: codedAt(uniform),
    ecsq: codedAt(ecsq),
    book: fixedAt(books),
  };
  const labels: Label[] = [
    ...(held ? chosenLabels(scene, chosen, held, x, y) : []),
    ...limit.labels,
    nameOf('ECSQ', curves.ecsq, inside, em, 'design', 'over'),
    nameOf(`${uniform[0]?.name ?? 'int'}, fixed b bits`, curves.int, inside, em, 'quantized', 'under'),
    nameOf(`${uniform[0]?.name ?? 'int'}, coded`, curves.coded, inside, em, 'quantized', 'under'),
    nameOf('Lloyd–Max', curves.book, inside, em, 'theory', 'under'),
    ...written
      .filter((place) => inside(at(place.coded, place.snr)))
      .map((place): Label => {
        const of = at(place.coded, place.snr);
        return {
          text: [`${place.name}, written: ${fixed(place.coded, 3)} bit`, place.name],
          mark: 'ink',
          at: around(of, em, [1.8, 3.2, 4.6]),
          of,
        };
      }),
    ...uniform
      .filter((place) => inside(at(place.fixed, place.snr)))
      .map((place): Label => {
        const [px, py] = at(place.fixed, place.snr);
        return {
          text: [`b = ${place.bits}`, String(place.bits)],
          mark: 'quantized',
          at: [
            { x: px + 0.7 * em, y: py + 0.4 * em },
            { x: px + 0.3 * em, y: py + 1.5 * em },
          ],
        };
      }),
    ...(placeB && inside(at(placeB.coded, placeB.snr))
      ? [
          {
            text: [`B: ${placeB.name}, ${snrText(b!.report)}`, 'B'],
            mark: 'quantized',
            at: around(at(placeB.coded, placeB.snr), em, [1.8, -1.2, 3]),
          },
        ]
      : []),
  ];
  const obstacles = {
    taken: held
      ? [textBox('●', { x: held[0], y: held[1] + 0.4 * em, align: 'middle' as const }, 1.2 * em)]
      : [],
    marks: [limit.edge, ...Object.values(curves)].flatMap((line) => sampled(line, 0.6 * em)),
  };
  // Those from beyond the picture would be lines from nowhere.
  const saved = [...uniform, ...books].filter((place) => place.fixed !== null && place.fixed <= high);
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: 'SNR, dB', em, grid: true, labelX: 0.4 * em })}
    ${bottomAxis({ box, scale: x, ticks: ticksFor([low, high], box.width, em), label: 'bits per weight really needed', em, grid: true })}
    <clipPath id="plane"><rect x=${box.x} y=${box.y} width=${box.width} height=${box.height}></rect></clipPath>
    <g clip-path="url(#plane)">
      ${limit.under}
      <path class="line design" d=${polyline(curves.ecsq)}></path>
      <path class="line theory thin" d=${polyline(curves.book)}></path>
      <path class="line quantized thin" d=${polyline(curves.int)}></path>
      <path class="line quantized" d=${polyline(curves.coded)}></path>
      <path class="limit" d=${strokes(saved.map(({ fixed: rate, coded, snr }) => [x(coded), y(snr), x(rate!), y(snr)]))}></path>
      <path class="dot design" d=${circles(curves.ecsq, 0.24 * em)}></path>
      <path class="dot theory" d=${diamonds(curves.book, 0.44 * em)}></path>
      <path class="dot theory" d=${diamonds(codedAt(books), 0.3 * em)}></path>
      <path class="dot quantized b" d=${squares(curves.int, 0.32 * em)}></path>
      <path class="dot quantized" d=${circles(curves.coded, 0.34 * em)}></path>
      <path class="dot ink" d=${diamonds(codedAt(written), 0.4 * em)}></path>
      ${limit.over}
      ${placeB ? svg`<path class="dot quantized b" d=${circles([at(placeB.coded, placeB.snr)], 0.5 * em)}></path>` : null}
      ${
        held && gap
          ? svg`<path class="bracket" d=${strokes([
              [held[0], held[1], held[0], y(gap.bound)],
              [held[0], held[1], x(gap.rate), held[1]],
            ])}></path>`
          : null
      }
      <path class="dot quantized" d=${held ? circles([held], 0.44 * em) : ''}></path>
      <path class="current" d=${held ? circles([held], 0.74 * em) : ''}></path>
    </g>
    ${drawLabels(labels, box, em, obstacles)}
    ${zoomable(zoomOf(scene), chooser(scene, uniform, box, x))}`;
}

/** A hand along the picture chooses the width whose point is nearest. */
function chooser(scene: Scene, uniform: Place[], box: Box, x: Scale) {
  const { bits } = scene.a.report.quantizer;
  const widest = uniform.at(-1)?.bits ?? bits;
  return slider({
    box,
    label: 'Bits b',
    low: 1,
    high: Math.max(widest, bits),
    value: bits,
    step: 1,
    text: `${bits} bits: SNR ${snrText(scene.a.report)}`,
    invert: (pixel) => x.invert(pixel),
    moved(value, gesture) {
      if (gesture !== 'drag' && gesture !== 'drop') return;
      const asked = Math.round(value);
      if (asked >= 1 && asked <= Math.max(widest, bits)) scene.change({ bits: asked }, gesture === 'drop');
    },
  });
}

/** The chosen point's name, and the two legs of its gap. */
function chosenLabels(scene: Scene, place: Place, held: Point, x: Scale, y: Scale): Label[] {
  const { a, em } = scene;
  const ceiling = ceilingOf(a);
  const gap = gapOf(place, ceiling)!;
  const typical = isCellsGap(gap, place, ceiling);
  const [left, top] = [x(gap.rate), y(gap.bound)];
  const [px, py] = held;
  const db = `${fixed(gap.db, 2)} dB`;
  const bits = `${fixed(gap.bits, 3)} bit`;
  return [
    {
      text: [
        `${db} to ${nameOfLimit(ceiling)}${typical ? `: ${isVector(a) ? 'its' : 'scalar'} cells lose ${fixed(ceiling.cells_db, 2)}` : ''}`,
        db,
      ],
      mark: 'ink strong',
      at: [0.5, 0.3, 0.7, 0.9].map((share) => ({ x: px + 0.7 * em, y: py + share * (top - py) + 0.3 * em })),
    },
    {
      text: [`${bits}${typical ? ` (${fixed(ceiling.cells_bits, 4)})` : ''}`, bits],
      mark: 'ink strong',
      at: [
        { x: (left + px) / 2, y: py + 1.5 * em, align: 'middle' as const },
        { x: left - 0.6 * em, y: py + 0.3 * em, align: 'end' as const },
        { x: px - em, y: py + 1.5 * em, align: 'end' as const },
      ],
    },
    {
      text: [
        `${place.name} ${place.bits} bit: ${snrText(a.report)} at ${fixed(place.coded, 2)} bit`,
        snrText(a.report),
      ],
      mark: 'quantized strong',
      at: [
        { x: px + 1.1 * em, y: py + 1.7 * em },
        { x: px + 1.1 * em, y: py + 3 * em },
        { x: px + em, y: py + 4.4 * em },
        { x: px - em, y: py + 3 * em, align: 'end' as const },
      ],
    },
  ];
}

const around = ([x, y]: Point, em: number, rises: number[]): Spot[] =>
  rises.flatMap((rise) => [
    { x: x + 0.6 * em, y: y + rise * em },
    { x: x - 0.6 * em, y: y + rise * em, align: 'end' as const },
  ]);

/** A curve's name at those of its points that are in the picture, the outer ones first. */
function nameOf(
  text: string,
  points: Point[],
  inside: (point: Point) => boolean,
  em: number,
  mark: string,
  side: 'over' | 'under',
): Label {
  const seen = points.filter(inside).reverse();
  return {
    text,
    mark,
    at: seen.flatMap(([x, y]): Spot[] =>
      side === 'over'
        ? [{ x: x - 0.6 * em, y: y - 0.6 * em, align: 'end' }]
        : [
            { x: x + 0.8 * em, y: y + 1.7 * em },
            { x: x + 2.6 * em, y: y + 0.4 * em },
          ],
    ),
  };
}
