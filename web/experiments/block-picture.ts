/** One block: its weights, the levels at its scale, and the error of each. */
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Scale } from '../components/chart/axes';
import { bottomOf, inset, rightOf, rows, type Box } from '../components/chart/box';
import { drawLabels, type Label } from '../components/chart/labels';
import { circles, strokes, type Point } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, significant } from '../components/format';
import type { Segment } from '../core/report';
import type { Scene } from './experiment';
import { blockIndex, blocksOf, drawnOf, seenAt, weightIndex, type Seen } from './levels-line-data';

/** "weight 5: 0.1234 is code 3, 0.1250; error −0.0016". */
export const weightText = (i: number, { x, q, n, code }: Seen): string =>
  `weight ${count(i)}: ${significant(x, 3)} is ${code === null ? '' : `code ${code}, `}${significant(q, 3)}; error ${significant(n, 2)}`;

/** "block 3 of 128: 32 weights, scale 0.0123". */
export function blockText({ a, ...scene }: Scene, segment: Segment): string {
  const { count: weights, scales } = segment;
  const [low, high] = [Math.min(...scales), Math.max(...scales)];
  const blocks = blocksOf(a, segment);
  const which =
    blocks > 1 ? `block ${count(blockIndex({ a, ...scene }) + 1)} of ${count(blocks)}` : 'one block';
  const said =
    low === high
      ? `scale ${significant(low, 3)}`
      : `scales ${significant(low, 3)} to ${significant(high, 3)}`;
  return `${which}: ${count(weights)} ${weights === 1 ? 'weight' : 'weights'}, ${said}`;
}

export function blockPanel(scene: Scene, page: Box) {
  const { em } = scene;
  const segment = scene.segment?.(blockIndex(scene)) ?? null;
  if (!segment || segment.weights.length === 0) {
    const text = segment ? 'This block has no weights.' : 'A block, by its scale…';
    return drawLabels([{ text, mark: 'ink', at: [{ x: page.x + em, y: page.y + 2 * em }] }], page, em);
  }
  const [upper, lower] = rows(page, 0.2 * em, 1.7, 1);
  const margin = { right: 1.2 * em, left: 3.6 * em };
  const values = inset(upper!, { ...margin, top: 3.3 * em, bottom: 0.4 * em });
  const errors = inset(lower!, { ...margin, top: 1.6 * em, bottom: 2.8 * em });
  const shown = drawnOf(segment);
  const all = Array.from({ length: shown }, (_, i) => seenAt(segment, i)).map((seen, i) => ({ ...seen, i }));
  const finite = all.filter(({ n }) => Number.isFinite(n));
  const x = horizontal(values, [-0.75, shown - 0.25]);
  const reach = extent(finite.flatMap((seen) => [seen.x, seen.q]));
  const y = vertical(values, reach);
  const worst = Math.max(...finite.map(({ n }) => Math.abs(n)), 0) || 1;
  const e = vertical(errors, [-1.15 * worst, 1.15 * worst]);
  const chosen = weightIndex(scene, segment);
  const at = all[chosen]!;
  const apart = values.width / shown;
  const size = Math.max(2, Math.min(0.26 * em, 0.3 * apart));
  const half = Math.min(0.6 * em, 0.46 * apart);
  const place = (seen: (typeof all)[number], value: number): Point => [x(seen.i), y(value)];
  const cut = shown < segment.count ? `, the first ${count(shown)} drawn` : '';
  const labels: Label[] = [
    {
      text: [
        `${blockText(scene, segment)}${cut}`,
        blockText(scene, segment),
        blockText(scene, segment).split(':')[0]!,
      ],
      mark: 'quantized strong',
      at: [{ x: page.x + 0.4 * em, y: page.y + 1.1 * em }],
    },
    {
      text: [weightText(at.i, at), weightText(at.i, at).split(';')[0]!],
      mark: 'ink',
      at: [{ x: page.x + 0.4 * em, y: page.y + 2.5 * em }],
    },
  ];
  return svg`
    ${bottomAxis({ box: errors, scale: x, ticks: wholeTicks(shown, values.width, em), label: 'weight of the block: dot x, dash Q(x)', em })}
    ${leftAxis({ box: values, scale: y, ticks: ticksFor(reach, values.height, em, 'y'), label: '', em, labelX: values.x })}
    <path class="grid" d=${strokes(levelLines(segment, shown, x, y, values, em))}></path>
    <path class="limit" d=${strokes([values, errors].flatMap((box) => partEnds(segment, shown).map((i) => [x(i - 0.5), box.y, x(i - 0.5), bottomOf(box)] as const)))}></path>
    <path class="guide ink" d=${strokes([values, errors].map((box) => [x(at.i), box.y, x(at.i), bottomOf(box)]))}></path>
    <path class="line noise thin" d=${strokes(finite.map((seen) => [x(seen.i), y(seen.x), x(seen.i), y(seen.q)]))}></path>
    <path class="line quantized" d=${strokes(finite.map((seen) => [x(seen.i) - half, y(seen.q), x(seen.i) + half, y(seen.q)]))}></path>
    <path class="dot faint signal" d=${circles(
      finite.map((seen) => place(seen, seen.x)),
      size,
    )}></path>
    ${leftAxis({ box: errors, scale: e, ticks: ticksFor([-1.15 * worst, 1.15 * worst], 1.6 * errors.height, em, 'y'), label: 'error n = x − Q(x)', em, grid: true, labelX: page.x + 0.4 * em })}
    <path class="line noise" d=${strokes(finite.map((seen) => [x(seen.i), e(0), x(seen.i), e(seen.n)]))}></path>
    <path class="rule" d=${strokes([[errors.x, e(0), rightOf(errors), e(0)]])}></path>
    ${drawLabels(labels, page, em)}
    ${slider({
      box: { ...values, height: bottomOf(errors) - values.y },
      label: 'Read a weight of the block',
      low: 0,
      high: shown - 1,
      value: chosen,
      step: 1,
      text: weightText(at.i, at),
      invert: x.invert,
      moved(value, gesture) {
        if (gesture !== 'leave') scene.set?.('weight', Math.min(shown - 1, Math.max(0, Math.round(value))));
      },
    })}`;
}

function extent(values: number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!values.length) return [-1, 1];
  const room = 0.08 * (high - low) || Math.abs(high) / 2 || 1;
  return [low - room, high + room];
}

/** Where the levels lie, part by part, while they are far enough from each other to be told apart. */
function levelLines(segment: Segment, shown: number, x: Scale, y: Scale, box: Box, em: number) {
  const { levels, scales, offsets, part } = segment;
  return Array.from(scales).flatMap((scale, p) => {
    if (p * part >= shown) return [];
    const heights = Array.from(levels, (level) => y(level * scale + offsets[p]!)).filter(
      (height) => height >= box.y && height <= bottomOf(box),
    );
    const ordered = [...new Set(heights)].sort((a, b) => a - b);
    if (ordered.length * 0.3 * em > box.height) return [];
    const [from, to] = [x(p * part - 0.5), x(Math.min(shown, (p + 1) * part) - 0.5)];
    return ordered.map((height) => [from, height, to, height] as const);
  });
}

/** Where another scale begins. */
const partEnds = ({ part, scales }: Segment, shown: number): number[] =>
  Array.from({ length: scales.length - 1 }, (_, p) => (p + 1) * part).filter((end) => end < shown);

function wholeTicks(shown: number, pixels: number, em: number) {
  const ticks = ticksFor([0, Math.max(1, shown - 1)], pixels, em);
  return {
    ...ticks,
    values: ticks.values.filter((value) => Number.isInteger(value)),
    text: (value: number) => fixed(value, 0),
  };
}
