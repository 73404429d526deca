/** How often each level is used: bars for few levels, the envelope for many, against all levels used alike. */
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Domain } from '../components/chart/axes';
import { bottomOf, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label } from '../components/chart/labels';
import { bars, steps, strokes } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, percent, significant } from '../components/format';
import { isCodebook } from './codebook';
import { envelope, shares } from './codes';
import { finiteCount } from './conditions';
import type { Scene } from './experiment';
import { besideOf, drawable, inSteps, name, near, stepIn, unit, type Drawable } from './stairs';
import { cellOf } from './treads';

// Beyond this many levels bars would be thinner than a line.
const MOST_BARS = 64;

interface Panel {
  box: Box;
  x: (value: number) => number;
  y: (value: number) => number;
}

/** From half a step below the lowest level to half a step above the highest. */
function span(analysis: Drawable): Domain {
  const { values } = analysis.levels;
  const last = values.length - 1;
  const [low, high] = last ? [values[1]! - values[0]!, values[last]! - values[last - 1]!] : [0, 0];
  const alone = last ? 0 : stepIn(analysis) / 2;
  return [values[0]! - low / 2 - alone, values[last]! + high / 2 + alone];
}

export function levelShares(scene: Scene, box: Box) {
  const { em, memory, moving } = scene;
  if (!drawable(scene.a) || finiteCount(scene.a.report) === 0) {
    const text = ['There are no codes apart from each other to count.', 'No codes to count.'];
    return drawLabels([{ text, mark: 'ink', at: [{ x: box.x, y: box.y + em }] }], box, em);
  }
  const a = near(scene.a);
  const beside = besideOf(scene);
  const b = beside && near(beside);
  const { codes, values, counts } = a.levels;
  const { p, top } = shares(a.levels);
  const other = b && shares(b.levels);
  const spans = [span(a), ...(b ? [span(b)] : [])];
  const whole: Domain = [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
  const domain = hold(memory, moving, 'level', whole);
  const all = a.report.quantizer.levels;
  const alike = 1 / all;
  const tallest = Math.max(p[top]!, other ? other.p[other.top]! : 0, alike);
  const x = horizontal(box, domain);
  const y = vertical(box, hold(memory, moving, 'share', [0, 1.2 * tallest]));
  const panel = { box, x, y };

  const pointed = scene.cursor === null ? null : cellOf(a.levels, scene.cursor);
  const says = (cell: number) => `k = ${fixed(codes[cell], 0)}: ${percent(p[cell])}`;
  const inFull = (cell: number) =>
    `k = ${fixed(codes[cell], 0)}, Q = ${significant(values[cell], 3)}${unit(a)}: ${percent(p[cell])}, ${count(counts[cell]!)} weights`;
  const over = (cell: number) => ({
    x: x(values[cell]!),
    y: Math.max(box.y + em, y(p[cell]!) - 0.5 * em),
    align: 'middle' as const,
  });
  const labels: Label[] = [
    ...(pointed === null
      ? []
      : [
          {
            text: [inFull(pointed), says(pointed)],
            mark: 'ink strong',
            at: [over(pointed), { x: box.x, y: box.y + em }],
          },
        ]),
    {
      text: [`all alike: 1/${count(all)} = ${percent(alike)}`, `1/${count(all)}`],
      mark: 'theory',
      at: [
        { x: rightOf(box), y: y(alike) - 0.5 * em, align: 'end' },
        { x: box.x + 0.3 * em, y: y(alike) - 0.5 * em },
      ],
    },
    {
      text: [`most used: ${says(top)}`, percent(p[top])],
      mark: 'quantized',
      at: [over(top), { x: box.x + 0.3 * em, y: box.y + 1.1 * em }],
    },
    ...(b && other
      ? [
          {
            text: [`B: ${name(b)}`, 'B'],
            mark: 'quantized',
            at: [0.25, 0.7, 0.1, 0.9].map((place) => {
              const cell = Math.floor(place * (other.p.length - 1));
              return {
                x: x(b.levels.values[cell]!),
                y: y(other.p[cell]!) - 0.8 * em,
                align: 'middle' as const,
              };
            }),
          },
        ]
      : []),
  ];
  const at = pointed ?? top;
  return svg`
    ${leftAxis({ box, scale: y, ticks: percentTicks(y.domain() as [number, number], box.height, em), label: 'share of the weights, %', em, grid: true, labelX: box.x - 3 * em })}
    <path class="area quantized" d=${outline(a, panel)}></path>
    ${b ? svg`<path class="line quantized b" d=${outline(b, panel)}></path>` : null}
    <path class="theory dashed" d=${strokes([[x(spans[0]![0]), y(alike), x(spans[0]![1]), y(alike)]])}></path>
    ${pointed === null ? null : svg`<path class="guide ink" d=${strokes([[x(values[pointed]!), box.y, x(values[pointed]!), bottomOf(box)]])}></path>`}
    ${bottomAxis({ box, scale: x, ticks: ticksFor(domain, box.width, em), label: inSteps(a) ? `level Q(x), ${isCodebook(a) ? 'over its scale s' : 'in steps Δ'}` : 'level Q(x)', em })}
    ${drawLabels(labels, box, em)}
    ${slider({
      box,
      label: 'Read the share of a level',
      low: values[0]!,
      high: values[values.length - 1]!,
      value: values[at]!,
      step: stepIn(a),
      text: inFull(at),
      invert: x.invert,
      moved: (value, gesture) => scene.point(gesture === 'leave' ? null : value),
    })}`;
}

function outline(analysis: Drawable, { box, x, y }: Panel): string {
  const { values } = analysis.levels;
  const { p } = shares(analysis.levels);
  const base = bottomOf(box);
  // Midway between two levels, and as far beyond the outer ones.
  const last = values.length - 1;
  const half = (i: number) => (last ? (values[i]! - values[i - 1]!) / 2 : stepIn(analysis) / 2);
  const between = (i: number) =>
    i === 0 ? values[0]! - half(1) : i > last ? values[last]! + half(last) : values[i]! - half(i);
  if (p.length <= MOST_BARS) {
    const inner = (i: number, side: number) => values[i]! + 0.88 * (between(i + side) - values[i]!);
    return bars(
      Array.from(p, (share, i) => [x(inner(i, 0)), x(inner(i, 1)), y(share)] as const),
      base,
    );
  }
  const { run, tops } = envelope(p, box.width);
  const edges = Array.from({ length: tops.length + 1 }, (_, i) => x(between(Math.min(i * run, p.length))));
  return steps(edges, Array.from(tops, y), base);
}

function percentTicks([low, high]: Domain, pixels: number, em: number) {
  const ticks = ticksFor([100 * low, 100 * high], pixels, em, 'y');
  return {
    ...ticks,
    values: ticks.values.map((value) => value / 100),
    text: (value: number) => ticks.text(100 * value),
  };
}
