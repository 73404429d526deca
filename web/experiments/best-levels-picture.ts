/** The best levels, drawn: Lloyd's step on the weights' density, three quantizers under it, and its way down. */
import { max } from 'd3-array';
import { svg } from 'lit';
import {
  bottomAxis,
  horizontal,
  leftAxis,
  ticksFor,
  vertical,
  type Domain,
  type Scale,
} from '../components/chart/axes';
import { bottomOf, columns, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label } from '../components/chart/labels';
import { circles, polyline, sampled, steps, strokes, type Point } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, signed } from '../components/format';
import type { Design } from '../core/report';
import { densityOf, lanesOf, shownOf, snrOf, stepOf, type Density, type Lane } from './best-levels-data';
import type { Scene } from './experiment';
import { known, snrText } from './sweep';

/** Lloyd's step in words: "step 12 of 80: 19.95 dB". */
export function frameText({ a, cursor }: Scene): string {
  const frames = a.lloyd ?? [];
  const at = stepOf(frames, cursor);
  const frame = frames[at];
  if (!frame) return 'no weights, no steps';
  const snr = snrOf(a.report, frame);
  return `step ${at} of ${frames.length - 1}: ${known(snr) ? `${fixed(snr, 2)} dB` : 'no noise'}`;
}

export function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const frames = a.lloyd ?? [];
  const lanes = lanesOf(a);
  if (frames.length === 0 || lanes.length === 0) {
    const text = 'There are no weights to place levels for.';
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  const beside: Lane[] = b ? lanesOf(b).slice(0, 1) : [];
  const all = [...lanes, ...beside.map((lane) => ({ ...lane, name: `B: ${lane.name}` }))];
  const wide = scene.width > 52 * em;
  const [main, side] = wide ? columns(page, 1.6 * em, 2.6, 1) : rows(page, 0.4 * em, 2.7, 1);
  const laneHeight = 2.35 * em;
  const plot = inset(main!, {
    top: 1.9 * em,
    right: 1.2 * em,
    left: 3 * em,
    bottom: 2.8 * em + all.length * laneHeight,
  });
  const x = horizontal(plot, hold(memory, moving, 'x', shownOf(a)));
  const density = densityOf(
    a,
    Math.min(plot.width / 2.5, Math.max(16, 2 * Math.cbrt(a.report.tensor.count))),
  );
  const strip: Box = { ...plot, y: bottomOf(plot), height: all.length * laneHeight };
  return svg`
    ${onDensity(scene, density, plot, x)}
    ${all.map((lane, i) => laneOf(lane, lanes[0]!, i >= lanes.length, { ...strip, y: strip.y + i * laneHeight, height: laneHeight }, x, em))}
    ${bottomAxis({ box: strip, scale: x, ticks: ticksFor(x.domain() as [number, number], plot.width, em), label: 'weight x, and where the levels stand', em })}
    ${way(scene, lanes, inset(side!, { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 3 * em }))}`;
}

const within = (x: Scale, value: number): boolean => value >= x.domain()[0]! && value <= x.domain()[1]!;

/** The weights' density, and on it the cells and levels of the present step. */
function onDensity(scene: Scene, { edges, values }: Density, box: Box, x: Scale) {
  const { a, em, memory, moving, cursor } = scene;
  const frame = a.lloyd![stepOf(a.lloyd!, cursor)]!;
  const [low, high] = x.domain() as [number, number];
  const first = Math.max(
    0,
    edges.findLastIndex((edge) => edge <= low),
  );
  const beyond = edges.findIndex((edge) => edge >= high);
  const last = beyond < 0 ? values.length : beyond;
  const seen = values.slice(first, last);
  const shownEdges = edges.slice(first, last + 1).map((edge) => x(Math.min(high, Math.max(low, edge))));
  const y = vertical(box, hold(memory, moving, 'y', [0, 1.25 * (max(seen) || 1)]));
  const heightAt = (value: number): number => {
    const bin = edges.findLastIndex((edge) => edge <= value);
    return y(values[bin] ?? 0);
  };
  const levels = [...frame.levels].filter((level) => within(x, level));
  const tops: Point[] = levels.map((level) => [
    x(level),
    Math.min(heightAt(level), bottomOf(box) - 0.8 * em),
  ]);
  const walls = frame.levels.length > 33 ? [] : [...frame.edges].filter((edge) => within(x, edge));
  const labels: Label[] = [
    {
      text: [`Lloyd’s ${frameText(scene)}`, frameText(scene)],
      mark: 'quantized strong',
      at: [{ x: box.x + 0.4 * em, y: box.y + 1.1 * em }],
    },
    {
      text: [`density of ${count(a.report.tensor.count)} weights`, 'density'],
      mark: 'signal',
      at: [
        { x: rightOf(box), y: box.y + 1.1 * em, align: 'end' },
        { x: rightOf(box), y: box.y + 2.5 * em, align: 'end' },
      ],
    },
  ];
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: 'density, per unit of x', em, grid: true, labelX: 0.4 * em })}
    <path class="area signal" d=${steps(shownEdges, seen.map(y), bottomOf(box))}></path>
    <path class="limit" d=${strokes(walls.map((edge) => [x(edge), box.y + 2 * em, x(edge), bottomOf(box)]))}></path>
    <path class="line quantized" d=${strokes(tops.map(([at, top]) => [at, top, at, bottomOf(box)]))}></path>
    <path class="dot quantized" d=${circles(tops, (levels.length > 33 ? 0.24 : 0.36) * em)}></path>
    <path class="rule" d=${strokes([[box.x, bottomOf(box), rightOf(box), bottomOf(box)]])}></path>
    ${drawLabels(labels, box, em)}`;
}

/** A quantizer's name and numbers over its levels as ticks. */
function laneOf({ name, report, levels }: Lane, uniform: Lane, isB: boolean, box: Box, x: Scale, em: number) {
  const values = [...levels.values];
  const shown = values.filter((value) => within(x, value));
  const left = values.filter((value) => value < x.domain()[0]!).length;
  const right = values.length - shown.length - left;
  const gain =
    report !== uniform.report && known(report.noise.snr_db) && known(uniform.report.noise.snr_db)
      ? ` (${signed(report.noise.snr_db - uniform.report.noise.snr_db, 2)})`
      : '';
  const further = [left ? `← ${count(left)}` : '', right ? `${count(right)} →` : '']
    .filter(Boolean)
    .join(', ');
  const y = box.y + 1.3 * em;
  const labels: Label[] = [
    {
      text: [
        `${name}: ${snrText(report)}${gain}, ${count(values.length)} levels, H = ${fixed(report.entropy.bits, 2)} bit`,
        `${name}: ${snrText(report)}${gain}, ${count(values.length)} levels`,
        `${name}: ${snrText(report)}`,
        name,
      ],
      mark: isB ? 'quantized' : 'quantized strong',
      at: [{ x: box.x, y }],
    },
    ...(further
      ? [
          {
            text: [`${further} further out`, further],
            mark: 'ink',
            at: [{ x: rightOf(box), y, align: 'end' as const }],
          },
        ]
      : []),
  ];
  const [top, base] = [y + 0.3 * em, bottomOf(box) - 0.12 * em];
  return svg`
    <path class="line quantized ${isB ? 'b' : ''} ${shown.length > 60 ? 'thin' : ''}" d=${strokes(shown.map((value) => [x(value), top, x(value), base]))}></path>
    ${drawLabels(labels, { ...box, height: 1.8 * em }, em)}`;
}

/** The SNR of every step of the iteration beside those of the quantizers compared; a hand goes along it. */
function way(scene: Scene, lanes: Lane[], box: Box) {
  const { a, em, memory, moving, cursor } = scene;
  const frames = a.lloyd!;
  const at = stepOf(frames, cursor);
  const snrs = frames.map((frame: Design) => snrOf(a.report, frame));
  const heard = [...snrs, ...lanes.map(({ report }) => report.noise.snr_db)].filter(known);
  const [least, most] = heard.length ? [Math.min(...heard), Math.max(...heard)] : [0, 1];
  const room = Math.max(0.5, 0.12 * (most - least));
  const domain: Domain = hold(memory, moving, 'snr', [least - room, most + room]);
  const y = vertical(box, domain);
  const last = Math.max(1, frames.length - 1);
  const x = horizontal(box, [0, last]);
  const line = snrs.map((snr, i): Point => [x(i), snr === null ? NaN : y(snr)]);
  const heights = lanes.flatMap(({ name, report }) =>
    known(report.noise.snr_db) ? [{ name: name.split(',')[0]!, y: y(report.noise.snr_db) }] : [],
  );
  const here = snrs[at];
  const labels: Label[] = heights.map(({ name, y: height }) => ({
    text: name,
    mark: 'ink',
    at: [
      { x: rightOf(box), y: height - 0.4 * em, align: 'end' },
      { x: rightOf(box), y: height + 1.1 * em, align: 'end' },
      { x: box.x + 0.5 * em, y: height - 0.4 * em },
      { x: box.x + 0.5 * em, y: height + 1.1 * em },
    ],
  }));
  const target = (value: number) => Math.min(frames.length - 1, Math.max(0, Math.round(value)));
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(domain, box.height, em, 'y'), label: 'SNR, dB', em, grid: true, labelX: box.x - 2.6 * em })}
    ${bottomAxis({ box, scale: x, ticks: wholeTicks(ticksFor([0, last], box.width, em)), label: 'step of Lloyd’s iteration', em })}
    <path class="limit" d=${strokes(heights.map(({ y: height }) => [box.x, height, rightOf(box), height]))}></path>
    <path class="line quantized" d=${polyline(line)}></path>
    ${known(here) ? svg`<path class="guide quantized" d=${strokes([[x(at), y(here), x(at), bottomOf(box)]])}></path><path class="dot quantized" d=${circles([[x(at), y(here)]], 0.42 * em)}></path><path class="current" d=${circles([[x(at), y(here)]], 0.7 * em)}></path>` : null}
    ${drawLabels(labels, box, em, { taken: known(here) ? [textBox('●', { x: x(at), y: y(here) + 0.4 * em, align: 'middle' }, 1.3 * em)] : [], marks: sampled(line, 0.6 * em) })}
    ${slider({
      box,
      label: 'Step of Lloyd’s iteration',
      low: 0,
      high: frames.length - 1,
      value: at,
      step: 1,
      text: frameText(scene),
      invert: x.invert,
      moved(value, gesture) {
        if (gesture === 'drag' || gesture === 'drop') scene.point(target(value));
      },
    })}`;
}

const wholeTicks = (ticks: ReturnType<typeof ticksFor>) => ({
  ...ticks,
  values: ticks.values.filter((value) => Number.isInteger(value)),
});
