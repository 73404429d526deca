/** Dither drawn: a small sine kept or lost, the error's spectrum, and the error by the place of a weight in its cell. */
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Domain } from '../components/chart/axes';
import { bottomOf, columns, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label } from '../components/chart/labels';
import { band, circles, polyline, sampled, steps, strokes, type Point } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, signed } from '../components/format';
import type { DitherStudy } from '../core/report';
import {
  AMPLITUDES,
  atPlace,
  cursorOf,
  decibels,
  flatLine,
  lawOfRounding,
  LINES_A_HARMONIC,
  lookingAt,
  placeRows,
  studyOf,
  type PlaceRow,
} from './dither-data';
import type { Scene } from './experiment';
import { meanSquare } from './law';

/** Below it a line of the spectrum is not drawn: float32's own rounding lies deeper. */
const FLOOR_DB = -80;

export const amplitudeOf = (scene: Scene): number => AMPLITUDES[lookingAt(scene.cursor).amplitude]!;

/** What becomes of the sine on average: "kept, 1.00 × x". */
export function keptText({ kept }: DitherStudy): string {
  if (kept === null) return '–';
  const word = Math.abs(kept) < 0.005 ? 'lost' : Math.abs(kept - 1) < 0.05 ? 'kept' : 'bent';
  return `${word}, ${fixed(kept, 2)} × x`;
}

export function picture(scene: Scene) {
  const { a, b, em } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const study = studyOf(a, scene.cursor);
  if (!study)
    return drawLabels(
      [{ text: 'There is nothing to show.', mark: 'ink', at: [{ x: em, y: 2 * em }] }],
      page,
      em,
    );
  const other = studyOf(b, scene.cursor) ?? null;
  const margin = { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 3.2 * em };
  const panels =
    scene.width > 48 * em
      ? columns(page, 0.8 * em, 1.15, 1)
          .slice(0, 1)
          .concat(rows(columns(page, 0.8 * em, 1.15, 1)[1]!, 0.3 * em, 1, 1))
      : rows(page, 0.2 * em, 1.1, 1, 1);
  const [first, second, third] = panels.map((panel) => inset(panel, margin));
  return svg`
    ${sine(scene, study, other, first!)}
    ${spectrum(scene, study, other, second!)}
    ${byPlace(scene, third!)}`;
}

/** The sine, what one cycle of it becomes, and what all cycles come to on average. */
function sine(scene: Scene, study: DitherStudy, other: DitherStudy | null, box: Box) {
  const { em, memory, moving } = scene;
  const amplitude = amplitudeOf(scene);
  const samples = study.signal.length;
  const all = [study.once, study.signal, ...(other ? [other.average] : [])];
  const most = Math.max(1, ...all.map((series) => Math.max(...series.map(Math.abs))));
  const reach = (Math.ceil(2 * most) / 2) * 1.35;
  const x = horizontal(box, [0, samples]);
  const y = vertical(box, hold(memory, moving, 'steps', [-reach, reach]));
  const points = (series: Float64Array): Point[] =>
    Array.from(series, (value, i): Point => [x(i + 0.5), y(value)]);
  const once: Point[] = Array.from(study.once).flatMap((value, i): Point[] => [
    [x(i), y(value)],
    [x(i + 1), y(value)],
  ]);
  const top = (at: number) => y(amplitude) - at * em;
  const labels: Label[] = [
    {
      text: [`Q on average: ${keptText(study)}`, keptText(study)],
      mark: 'quantized strong',
      at: [{ x: box.x + 0.4 * em, y: box.y + 1.1 * em }],
    },
    ...(other
      ? [
          {
            text: [`B dashed: ${keptText(other)}`, `B: ${keptText(other)}`],
            mark: 'quantized',
            at: [
              { x: rightOf(box), y: box.y + 1.1 * em, align: 'end' as const },
              { x: box.x + 0.4 * em, y: box.y + 2.5 * em },
            ],
          },
        ]
      : []),
    {
      text: [`x, a sine of ${fixed(amplitude, 2)} Δ`, `x, ${fixed(amplitude, 2)} Δ`, 'x'],
      mark: 'signal',
      at: [0.8, 2.2, 3.6].flatMap((up) => [
        { x: x(samples / 4), y: top(up), align: 'middle' as const },
        { x: x(0.62 * samples), y: top(up - 1), align: 'start' as const },
      ]),
    },
    {
      text: ['Q, once', 'once'],
      mark: 'quantized',
      at: [
        { x: rightOf(box) - 0.3 * em, y: bottomOf(box) - 0.7 * em, align: 'end' },
        { x: box.x + 0.4 * em, y: bottomOf(box) - 0.7 * em },
      ],
    },
    ...[0.5, -0.5].map((edge): Label => ({
      text: [`${edge < 0 ? '−' : ''}Δ/2`],
      mark: 'ink',
      at: [
        { x: rightOf(box) - 0.2 * em, y: y(edge) - 0.3 * em, align: 'end' },
        { x: rightOf(box) - 0.2 * em, y: y(edge) + 1.1 * em, align: 'end' },
      ],
    })),
  ];
  const marks = [
    ...sampled(points(study.signal), 0.6 * em),
    ...sampled(points(study.average), 0.6 * em),
    ...sampled(once, 0.6 * em),
  ];
  const ticks = ticksFor([0, samples], box.width, em);
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain(), box.height, em, 'y'), label: 'in steps Δ', em, grid: true, labelX: box.x - 2.8 * em })}
    <path class="limit" d=${strokes([0.5, -0.5].map((edge) => [box.x, y(edge), rightOf(box), y(edge)]))}></path>
    <path class="line quantized thin" d=${polyline(once)}></path>
    <path class="line signal" d=${polyline(points(study.signal))}></path>
    ${other ? svg`<path class="line quantized b" d=${polyline(points(other.average))}></path>` : null}
    <path class="line quantized thick" d=${polyline(points(study.average))}></path>
    ${drawLabels(labels, box, em, { marks })}
    ${bottomAxis({ box, scale: x, ticks, label: 'samples of one cycle', em })}`;
}

/** Power of the error at every frequency against a flat spectrum of the predicted variance. */
function spectrum(scene: Scene, study: DitherStudy, other: DitherStudy | null, box: Box) {
  const { em, a } = scene;
  const { amplitude, line } = lookingAt(scene.cursor);
  const last = study.spectrum.length - 1;
  const law = lawOfRounding(a);
  const flat = decibels(flatLine(law.variance, study))!;
  const x = horizontal(box, [0, last / LINES_A_HARMONIC]);
  const y = vertical(box, [FLOOR_DB, 12]);
  const tops = (of: DitherStudy) =>
    Array.from(of.spectrum, (power) => y(Math.max(FLOOR_DB, decibels(power) ?? FLOOR_DB)));
  const edges = Array.from({ length: last + 2 }, (_, i) =>
    Math.min(rightOf(box), Math.max(box.x, x((i - 0.5) / LINES_A_HARMONIC))),
  );
  // B's lines that are there: few stand as circles, many as a broken line.
  const capsB = tops(other ?? study)
    .map((top, i): Point => [x(i / LINES_A_HARMONIC), top])
    .filter(([, top]) => top < bottomOf(box));
  const fewB = capsB.length < last / 2;
  const readout = line === null ? null : lineText(study, Math.min(last, line));
  const at = line === null ? null : x(Math.min(last, line) / LINES_A_HARMONIC);
  const labels: Label[] = [
    {
      text: readout
        ? [readout, readout.replace(/ of the sine’s frequency/, ' f')]
        : ['power of the error n', 'power of n'],
      mark: readout ? 'ink strong' : 'noise',
      at: [
        { x: rightOf(box), y: box.y + 1.1 * em, align: 'end' },
        { x: box.x + 0.4 * em, y: box.y + 1.1 * em },
      ],
    },
    {
      text: [
        `flat: σ² = ${share(law.variance)}, ${fixed(flat, 1)} dB a line`,
        `flat, ${fixed(flat, 1)} dB`,
        'flat',
      ],
      mark: 'theory',
      at: [-1, 1.9].map((up) => ({ x: rightOf(box), y: y(flat) + up * em, align: 'end' as const })),
    },
    ...(other ? [{ text: 'B', mark: 'noise', at: [{ x: box.x + 0.4 * em, y: box.y + 1.1 * em }] }] : []),
  ];
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor([FLOOR_DB, 0], box.height, em, 'y'), label: 'power of n at a frequency, dB of Δ²', em, grid: true, labelX: box.x - 2.8 * em })}
    <path class="area noise" d=${steps(edges, tops(study), bottomOf(box))}></path>
    ${other ? svg`<path class=${fewB ? 'dot noise b' : 'line noise b'} d=${fewB ? circles(capsB, 0.25 * em) : polyline(capsB)}></path>` : null}
    <path class="theory dashed" d=${strokes([[box.x, y(flat), rightOf(box), y(flat)]])}></path>
    ${at === null ? null : svg`<path class="guide ink" d=${strokes([[at, box.y + 1.5 * em, at, bottomOf(box)]])}></path>`}
    ${drawLabels(labels, box, em)}
    ${bottomAxis({ box, scale: x, ticks: ticksFor(x.domain(), box.width, em), label: 'frequency, in the sine’s own', em })}
    ${slider({
      box,
      label: 'Read the spectrum of the error',
      low: 0,
      high: last,
      value: line ?? LINES_A_HARMONIC,
      step: LINES_A_HARMONIC,
      text: lineText(study, Math.min(last, line ?? LINES_A_HARMONIC)),
      invert: (pixel) => x.invert(pixel) * LINES_A_HARMONIC,
      moved: (value, gesture) => {
        const near = Math.min(last, Math.max(0, Math.round(value)));
        scene.point(cursorOf({ amplitude, line: gesture === 'leave' ? null : near }));
      },
    })}`;
}

/** "3 × the sine’s frequency: −31.2 dB". */
function lineText(study: DitherStudy, line: number): string {
  const power = decibels(study.spectrum[line]!);
  const times = line / LINES_A_HARMONIC;
  return `${Number.isInteger(times) ? times : fixed(times, 2)} × of the sine’s frequency: ${power === null ? 'no power' : `${signed(power, 1)} dB`}`.replace(
    '× of',
    '×',
  );
}

/** A law's variance as a share of Δ². */
export const share = (variance: number): string => `Δ²/${Math.round(1 / variance)}`;

/** Mean and deviation of n/Δ of the bench's own weights at every place of the cell. */
function byPlace(scene: Scene, box: Box) {
  const { a, b, em, memory, moving } = scene;
  const { rounding } = a.report.quantizer;
  const found = placeRows(a.by_place);
  const foundB = placeRows(b?.by_place);
  const x = horizontal(box, [-0.5, 0.5]);
  const reach = Math.sqrt(meanSquare(lawOfRounding(a))) * 2.4;
  const domain: Domain = [-Math.max(0.8, reach), Math.max(0.8, reach)];
  const y = vertical(box, hold(memory, moving, 'errors', domain));
  const title = { label: 'n/Δ of the weights', em, labelX: box.x - 2.8 * em };
  const axes = svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain(), box.height, em, 'y'), grid: true, ...title })}
    ${bottomAxis({ box, scale: x, ticks: ticksFor([-0.5, 0.5], box.width, em), label: 'place of x in its cell, Δ', em })}`;
  if (found.length === 0)
    return svg`${axes}${drawLabels([{ text: ['No one step, so no place in a cell.', 'No one step.'], mark: 'ink', at: [{ x: box.x + 0.4 * em, y: y(0) - 0.5 * em }] }], box, em)}`;
  const means = (of: PlaceRow[]): Point[] => of.map(({ u, mean }): Point => [x(u), y(mean)]);
  const predicted = Array.from({ length: 97 }, (_, i) => {
    const u = i / 96 - 0.5;
    return { u, ...atPlace(rounding, u) };
  });
  const line = (side: number): Point[] =>
    predicted.flatMap(({ u, mean, deviation }, i): Point[] => [
      // Floor's sawtooth falls at a level.
      ...(i > 0 && Math.abs(mean - predicted[i - 1]!.mean) > 0.5 ? [[NaN, NaN] as Point] : []),
      [x(u), y(mean + side * deviation)],
    ]);
  const spread = predicted.some(({ deviation }) => deviation > 0);
  const weights = found.reduce((sum, row) => sum + row.count, 0);
  const labels: Label[] = [
    {
      text: [`mean ${spread ? '± σ ' : ''}of ${count(weights)} weights`, `mean${spread ? ' ± σ' : ''}`],
      mark: 'noise',
      at: [
        { x: box.x + 0.4 * em, y: box.y + 1.1 * em },
        { x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' },
      ],
    },
    {
      text: ['predicted dashed', 'predicted'],
      mark: 'theory',
      at: [
        { x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' },
        { x: rightOf(box), y: box.y + 1.1 * em, align: 'end' },
      ],
    },
    ...(foundB.length
      ? [{ text: 'B', mark: 'noise', at: [{ x: rightOf(box), y: box.y + 1.1 * em, align: 'end' as const }] }]
      : []),
  ];
  return svg`
    ${axes}
    <path class="bound noise" d=${band(found.map(({ u, mean, deviation }) => [x(u), y(mean - deviation), y(mean + deviation)]))}></path>
    <path class="line noise" d=${polyline(means(found))}></path>
    ${foundB.length ? svg`<path class="line noise b" d=${polyline(means(foundB))}></path>` : null}
    <path class="theory dashed" d=${polyline(line(0))}></path>
    ${spread ? svg`<path class="theory b" d=${polyline(line(1)) + polyline(line(-1))}></path>` : null}
    ${drawLabels(labels, box, em, { marks: sampled(means(found), 0.6 * em) })}`;
}
