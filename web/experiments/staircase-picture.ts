/** The staircase drawn: Q(x) and its error over x, and where the steps are too fine, the whole above a window of it. */
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Domain } from '../components/chart/axes';
import { bottomOf, inset, rightOf, rows, type Box } from '../components/chart/box';
import { freeze, hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label } from '../components/chart/labels';
import { bar, circles, polyline, sampled, squares, strokes } from '../components/chart/paths';
import { pointerArea, slider, type Gesture } from '../components/chart/pointer';
import { count, fixed, significant } from '../components/format';
import { isCodebook, isVector, reaches } from './codebook';
import type { Scene } from './experiment';
import { noiseLaw, reachName } from './law';
import {
  boundBand,
  diagonal,
  diagonalPlaces,
  histogram,
  overloadLabels,
  rangeEdges,
  treadPlaces,
} from './stair-marks';
import {
  asStored,
  besideOf,
  drawable,
  inSteps,
  name,
  noLevels,
  readingOf,
  stepAt,
  stepIn,
  treadsOf,
  unit,
  valueText,
  weightLabel,
  weightOf,
  wholeOf,
  type Drawable,
} from './stairs';
import { sawPoints, stairPoints, windowAround, type Tread } from './treads';

const STEPS_IN_WINDOW = 9;
// Below this many pixels a step is too small to be seen as one.
const LEGIBLE_STEP = 13;

export function picture(scene: Scene) {
  const { a, em } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  if (!drawable(a)) {
    const text = isVector(a)
      ? [noLevels(a), 'No staircase: a code is of several weights.']
      : isCodebook(a)
        ? ['There is no staircase: the weights have no levels.', 'No staircase: no levels.']
        : ['There is no staircase: Δ is 0, and all weights share one level.', 'No staircase: Δ is 0.'];
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  return stairs(scene, a, inset(page, { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 4 * em }));
}

/** What the panels show of x. While a control moves neither the axes nor the layout jump. */
function frame({ memory, moving }: Scene, a: Drawable, b: Drawable | null, weight: number, width: number) {
  const step = stepAt(a, weight);
  const [low, high] = wholeOf(a);
  const [lowB, highB] = b ? wholeOf(b) : [low, high];
  const whole = hold(memory, moving, 'x', [Math.min(low, lowB), Math.max(high, highB)]);
  const fine = (step * width) / (whole[1] - whole[0]) < LEGIBLE_STEP && a.levels.values.length > 2;
  const zoomed = freeze(memory, moving, 'zoomed', [0, fine ? 1 : 0])[1] === 1;
  const wanted = zoomed ? windowAround(weight, STEPS_IN_WINDOW * step, whole, memory.get('window')) : whole;
  return { whole, zoomed, window: freeze(memory, moving, 'window', wanted) };
}

function stairs(scene: Scene, a: Drawable, plot: Box) {
  const { em, memory, moving } = scene;
  const b = besideOf(scene);
  const weight = weightOf(scene, a);
  const step = isCodebook(a) ? stepAt(a, weight) : stepIn(a);
  const { whole, zoomed, window } = frame(scene, a, b, weight, plot.width);
  const [strip, rest] = zoomed ? rows(plot, 3.1 * em, 1, 4.6) : [null, plot];
  const [main, errors] = rows(rest!, 2.1 * em, 2.5, 1) as [Box, Box];

  const x = horizontal(main, window);
  const span = (of: Drawable): Domain => [
    Math.max(whole[0], of.levels.values[0]! - stepIn(of)),
    Math.min(whole[1], of.levels.values.at(-1)! + stepIn(of)),
  ];
  const spans = [span(a), ...(b ? [span(b)] : [])];
  const both: Domain = [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
  const y = vertical(main, hold(memory, moving, zoomed ? 'q in window' : 'q', zoomed ? window : both));
  const law = noiseLaw(a.report);
  const book = isCodebook(a);
  const bound = book ? farthest(a, window) : Math.max(-law.low, law.high) * step;
  const boundB = b && !zoomed ? (isCodebook(b) ? farthest(b, window) : stepIn(b) / 2) : 0;
  const reach = hold(memory, moving, 'n', [0, (book ? 1.25 : 1.5) * Math.max(bound, boundB)])[1];
  const n = vertical(errors, [-reach, reach]);
  const panel = { box: main, x, y };

  const treads = treadsOf(a, window, main.width);
  const treadsB = b ? treadsOf(b, window, main.width) : [];
  const domain = y.domain() as [number, number];
  const drawn = (all: Tread[]) => all.filter(({ value }) => value >= domain[0] && value <= domain[1]);
  const stair = stairPoints(drawn(treads), x, y);
  const stairB = stairPoints(drawn(treadsB), x, y);
  const line = diagonal(window, domain, panel);
  const now = readingOf(scene, 'a', a, weight);
  const inside = (box: Box, at: number) => Math.min(bottomOf(box), Math.max(box.y, at));
  const atX = x(weight);
  // What is lost, to ∞ or NaN, stands at the panel's end.
  const lost = !Number.isFinite(now.quantized);
  const side = Math.sign(weight);
  const atQ = inside(main, y(lost ? (side > 0 ? domain[1] : domain[0]) : now.quantized));
  const atN = inside(errors, n(lost ? -side * reach : now.noise));
  const onDiagonal = inside(main, y(weight));
  const u = unit(a);
  const say = (value: number, digits = 4) => valueText(value, digits) + (Number.isNaN(value) ? '' : u);

  const labels: Label[] = [
    {
      text: [
        `k = ${fixed(now.code, 0)}, Q(x) = ${say(now.quantized)}`,
        `Q(x) = ${valueText(now.quantized, 3)}`,
      ],
      mark: 'quantized strong',
      at: [
        { x: atX + 0.9 * em, y: Math.max(atQ, onDiagonal) + 1.5 * em },
        { x: atX - 0.9 * em, y: Math.min(atQ, onDiagonal) - 0.7 * em, align: 'end' },
        { x: atX + 0.9 * em, y: Math.max(atQ, onDiagonal) + 3 * em },
        { x: main.x + em, y: main.y + 1.2 * em },
      ],
    },
    {
      text: [`weight x = ${say(weight)}`, `x = ${significant(weight, 3)}`],
      mark: 'signal strong',
      at: [
        { x: atX + 0.9 * em, y: bottomOf(main) - 0.6 * em },
        { x: atX - 0.9 * em, y: bottomOf(main) - 0.6 * em, align: 'end' },
      ],
    },
    ...overloadLabels(a, window, panel, em),
    {
      text: [`${b ? 'A: ' : ''}${name(a)}, ${count(a.levels.values.length)} levels`, name(a)],
      mark: 'quantized',
      at: treadPlaces(drawn(treads), panel, em, 0.01, 0.12, 0.22, 0.6, 0.8),
    },
    ...(b
      ? [
          {
            text: [`B: ${name(b)}`, 'B'],
            mark: 'quantized',
            at: treadPlaces(drawn(treadsB), panel, em, 0.3, 0.2, 0.42, 0.6, 0.75, 0.9),
          },
        ]
      : []),
    { text: ['x itself', 'x'], mark: 'theory', at: diagonalPlaces(window, panel, em) },
    {
      text: [asStored(a) ? 'the weights' : 'weights at each level', 'weights'],
      mark: 'signal',
      at: [0.5, 0.35, 0.65, 0.2, 0.8].map((share) => ({
        x: main.x + share * main.width,
        y: bottomOf(main) - 0.5 * em,
        align: 'middle' as const,
      })),
    },
  ];

  const half = reachName(law);
  // A codebook has no bound common to its cells to draw.
  const walls = book ? [] : [law.high * step, law.low * step];
  const wallText = (value: number) =>
    value === 0 ? '0' : `${value < 0 ? '−' : '+'}${half} = ${significant(value, 3)}${u}`;
  const errorLabels: Label[] = [
    {
      text: [`n = x − Q(x) = ${say(now.noise)}`, `n = ${valueText(now.noise, 3)}`],
      mark: 'noise strong',
      at: [
        { x: atX + 0.9 * em, y: atN + 0.4 * em },
        { x: atX - 0.9 * em, y: atN + 0.4 * em, align: 'end' },
      ],
    },
    ...walls.map((value): Label => {
      const level = n(value) + (value > 0 ? -0.45 : 1.25) * em;
      return {
        text: wallText(value),
        mark: 'theory',
        at: [
          { x: rightOf(errors), y: level, align: 'end' },
          { x: errors.x + 0.4 * em, y: level },
        ],
      };
    }),
  ];
  const edges = rangeEdges(a).filter((edge) => edge > window[0] && edge < window[1]);
  const moved = (value: number, gesture: Gesture) => {
    if (gesture === 'drag' || gesture === 'drop') scene.point(Math.min(whole[1], Math.max(whole[0], value)));
  };
  const inUnit = inSteps(a) ? (book ? ' over its scale s' : ', in steps Δ') : '';

  return svg`
    ${strip ? overview(scene, a, strip, whole, window, weight, moved) : null}
    <path class="histogram signal" d=${histogram(a, window, panel, zoomed ? 0.25 : 0.42)}></path>
    <path class="bound noise" d=${book ? '' : boundBand(a, window, panel)}></path>
    ${leftAxis({ box: main, scale: y, ticks: ticksFor(domain, main.height, em, 'y'), label: `Q(x)${inUnit}`, em, grid: true, labelX: 0.4 * em })}
    <path class="limit" d=${strokes(edges.map((edge) => [x(edge), main.y, x(edge), bottomOf(errors)]))}></path>
    <path class="theory dashed" d=${polyline(line)}></path>
    ${b ? svg`<path class="line quantized b" d=${polyline(stairB)}></path>` : null}
    <path class="line quantized" d=${polyline(stair)}></path>

    <path class="bound noise" d=${book ? '' : bar(errors.x, rightOf(errors), n(walls[0]!), n(walls[1]!) - n(walls[0]!))}></path>
    ${leftAxis({ box: errors, scale: n, ticks: ticksFor([-reach, reach], errors.height, em, 'y'), label: `error n = x − Q(x)${inUnit}`, em, labelX: 0.4 * em })}
    <path class="wall" d=${strokes(walls.map((value) => [errors.x, n(value), rightOf(errors), n(value)]))}></path>
    ${b ? svg`<path class="line noise b" d=${polyline(sawPoints(treadsB, reach, x, n))}></path>` : null}
    <path class="line noise" d=${polyline(sawPoints(treads, reach, x, n))}></path>
    ${bottomAxis({ box: errors, scale: x, ticks: ticksFor(window, main.width, em), label: weightLabel(a), em })}

    <path class="guide signal" d=${strokes([
      [atX, bottomOf(main), atX, onDiagonal],
      [atX, errors.y, atX, bottomOf(errors)],
    ])}></path>
    <path class="guide quantized" d=${strokes([[main.x, atQ, atX, atQ]])}></path>
    <path class="gap noise" d=${strokes([
      [atX, onDiagonal, atX, atQ],
      [atX, n(0), atX, atN],
    ])}></path>
    <path class="dot signal" d=${circles([[atX, bottomOf(main)]], 0.55 * em)}></path>
    <path class="dot quantized" d=${squares([[atX, atQ]], 0.36 * em)}></path>
    <path class="dot noise" d=${circles([[atX, atN]], 0.36 * em)}></path>
    ${drawLabels(labels, main, em, {
      taken: [textBox('●', { x: atX, y: atQ + 0.4 * em, align: 'middle' }, em)],
      marks: [stair, stairB, line].flatMap((points) => sampled(points, 0.6 * em)),
    })}
    ${drawLabels(errorLabels, errors, em)}
    ${slider({
      box: { ...main, height: bottomOf(errors) - main.y },
      label: 'Weight x',
      low: whole[0],
      high: whole[1],
      value: weight,
      step: step / 10,
      text: `x = ${say(weight)}: k = ${fixed(now.code, 0)}, Q(x) = ${say(now.quantized)}, n = ${say(now.noise)}`,
      invert: x.invert,
      moved,
    })}`;
}

/** The farthest that a weight in the window can be from its level, where its cell has an end. */
function farthest(analysis: Drawable, [low, high]: Domain): number {
  const { edges } = analysis.levels;
  const reach = reaches(analysis.levels).filter(
    (far, k) => Number.isFinite(far) && edges[k + 1]! > low && edges[k]! < high,
  );
  return Math.max(0, ...reach) || stepIn(analysis);
}

/** The whole curve over all weights, and the window that the panels below look through. */
function overview(
  scene: Scene,
  a: Drawable,
  box: Box,
  whole: Domain,
  window: Domain,
  weight: number,
  moved: (value: number, gesture: Gesture) => void,
) {
  const { em } = scene;
  const x = horizontal(box, whole);
  const { values } = a.levels;
  const y = vertical(
    box,
    hold(scene.memory, scene.moving, 'whole q', [
      Math.max(whole[0], values[0]!),
      Math.min(whole[1], values.at(-1)!),
    ]),
  );
  const shown = a.levels.values.filter((value) => value >= window[0] && value <= window[1]).length;
  const left = x(window[0]);
  const width = Math.max(4, x(window[1]) - left);
  const labels: Label[] = [
    {
      text: [
        `all ${count(values.length)} levels; below, ${count(shown)} of them`,
        `all ${count(values.length)} levels`,
      ],
      mark: 'ink',
      at: [
        { x: box.x + 0.3 * em, y: box.y + 1.1 * em },
        { x: rightOf(box), y: bottomOf(box) - 0.5 * em, align: 'end' },
      ],
    },
  ];
  return svg`
    <path class="histogram signal" d=${histogram(a, whole, { box, x }, 0.9)}></path>
    <path class="line quantized" d=${polyline(stairPoints(treadsOf(a, whole, box.width / 2), x, y))}></path>
    ${bottomAxis({ box, scale: x, ticks: ticksFor(whole, box.width, em), label: '', em })}
    <path class="window" d=${bar(left, left + width, box.y, box.height)}></path>
    <path class="dot signal" d=${circles([[x(weight), bottomOf(box)]], 0.4 * em)}></path>
    ${drawLabels(labels, box, em, { taken: [{ x: left, y: box.y, width, height: box.height }] })}
    ${pointerArea({ box, invert: x.invert, moved })}`;
}
