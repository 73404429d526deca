/** What the entropy buys, drawn: the lengths of one coded tensor as bars, and the line that none is under. */
import { svg } from 'lit';
import { bottomAxis, horizontal, ticksFor } from '../components/chart/axes';
import { bottomOf, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label } from '../components/chart/labels';
import { bar, strokes } from '../components/chart/paths';
import { textWidth } from '../components/chart/text';
import { bytes, count, fixed, signed, significant } from '../components/format';
import { isVector } from './codebook';
import { leastBytes, lengthsOf, nothingCoded, wholeBitsLose, type Length } from './coded-data';
import type { Scene } from './experiment';

/** "+0.03 % over N·H", with more digits where it is little; "1258 × N·H" where it is much. */
export function overText(over: number | null): string {
  if (over === null) return 'N·H is 0';
  if (over >= 9) return `${significant(over + 1, 3)} × N·H`;
  const size = Math.abs(over);
  return `${signed(100 * over, size < 0.01 ? 3 : size < 0.1 ? 2 : 1)} % over N·H`;
}

export function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const lengths = lengthsOf(a);
  const least = leastBytes(a);
  if (lengths.length === 0 || least === null) {
    const text = [nothingCoded(a), 'There is no coded tensor: see below.'];
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  const box = inset(page, { top: 2.2 * em, right: 1.6 * em, bottom: 2.8 * em, left: em });
  const others = b ? lengthsOf(b) : [];
  const longest = Math.max(...[...lengths, ...others].map((length) => length.bytes), least);
  // In bytes with thousands of them in the title, as the instruments write sizes.
  const [unit, size] = longest >= 2e6 ? ['MB', 1e6] : longest >= 2e3 ? ['kB', 1e3] : ['B', 1];
  const x = horizontal(box, hold(memory, moving, unit, [0, (1.04 * longest) / size]));
  const at = (value: number): number => x(value / size);
  const lanes = rows(box, 0.6 * em, ...lengths.map(() => 1));
  const line = at(least);
  const labels: Label[] = [
    {
      text: [
        `N·H = ${bytes(least)}, H = ${fixed(a.report.entropy.bits, 3)} bit: no code of single ${isVector(a) ? 'coordinates' : 'weights'} is shorter`,
        `N·H = ${bytes(least)}: no code is shorter`,
        `N·H = ${bytes(least)}`,
      ],
      mark: 'ink strong',
      at: [
        { x: line + 0.5 * em, y: 1.5 * em },
        { x: line - 0.5 * em, y: 1.5 * em, align: 'end' },
        { x: em, y: 1.5 * em },
      ],
    },
  ];
  const bars = lengths.map((length, i) => {
    const lane = lanes[i]!;
    const y = lane.y + 1.7 * em;
    const height = Math.max(0.6 * em, lane.height - 1.9 * em);
    labels.push({
      text: textsOf(length),
      mark: length.agree ? 'quantized strong' : 'warn strong',
      at: [{ x: lane.x + 0.4 * em, y: lane.y + 1.2 * em }],
    });
    const stream = at(length.stream_bytes);
    const table = at(length.stream_bytes + length.table_bytes);
    const end = at(length.bytes);
    const waste = Math.max(stream, line);
    labels.push(...partsOf(scene, length, [stream, table, end], { ...lane, y, height }));
    const mine = others.find(({ coder }) => coder === length.coder);
    return svg`
      <path class="area quantized" d=${bar(box.x, Math.min(stream, line), y, height)}></path>
      ${waste > line ? svg`<path class="area waste" d=${bar(line, stream, y, height)}></path>` : null}
      <path class="hatch" d=${hatch(stream, table, y, height, 0.45 * em)}></path>
      <path class="outline" d=${table > stream + 1 ? bar(stream, table, y, height) : ''}></path>
      <path class="area theory" d=${end > table + 1 ? bar(table, end, y, height) : ''}></path>
      ${mine ? svg`<path class="line quantized b" d=${bar(box.x, at(mine.bytes), y, height)}></path>` : null}`;
  });
  if (others.length)
    labels.push({
      text: 'B dashed',
      mark: 'quantized',
      at: [{ x: rightOf(box), y: box.y + 1.2 * em, align: 'end' }],
    });
  return svg`
    ${bottomAxis({ box, scale: x, ticks: ticksFor(x.domain() as [number, number], box.width, em), label: `length, ${unit}`, em, grid: true })}
    ${bars}
    <path class="wall" d=${strokes([[line, box.y - 0.3 * em, line, bottomOf(box)]])}></path>
    <path class="rule" d=${strokes([[box.x, box.y, box.x, bottomOf(box)]])}></path>
    ${drawLabels(labels, page, em)}`;
}

const textsOf = ({ name, bytes: all, bits_per_weight, over }: Length): string[] => [
  `${name}: ${bytes(all)}, ${fixed(bits_per_weight, 3)} bit a weight, ${overText(over)}`,
  `${name}: ${bytes(all)}, ${overText(over)}`,
  `${name}: ${bytes(all)}`,
];

/** What the hatched part, the part over the line and the scales at the end are, where a text has room in the bar. */
function partsOf(scene: Scene, length: Length, [stream, table, end]: number[], lane: Box): Label[] {
  const { a, em } = scene;
  const y = lane.y + lane.height / 2 + 0.35 * em;
  const line = length.over === null ? 0 : 1;
  const labels: Label[] = [];
  if (lane.height < 1.4 * em) return labels;
  const scales = end! - table!;
  const words = [`scales ${bytes(length.rest_bytes)}`, 'scales'].filter(
    (text) => textWidth(text, em) < scales - 0.6 * em,
  );
  if (words.length) labels.push({ text: words, mark: 'ink', at: [{ x: table! + 0.4 * em, y }] });
  if (length.table_bytes > 0)
    labels.push({
      text: [`table ${bytes(length.table_bytes)}`, 'table'],
      mark: 'ink',
      at:
        words.length === 0 && end! + 8 * em < scene.width
          ? [{ x: end! + 0.5 * em, y }]
          : [{ x: stream! - 0.5 * em, y, align: 'end' }],
    });
  if (line && length.coder === 'huffman' && wholeBitsLose(a))
    labels.push({
      text: ['at least 1 whole bit a weight', 'whole bits lose'],
      mark: 'warn strong',
      at: [{ x: stream! - 0.5 * em, y, align: 'end' }],
    });
  else if (length.coder === 'fixed')
    labels.push({
      text: isVector(a)
        ? ['whole bits for each coordinate', 'whole bits']
        : [`${count(a.report.tensor.count)} codes of one length`, 'one length'],
      mark: 'ink',
      at: [{ x: lane.x + 0.5 * em, y }],
    });
  return labels;
}

/** Slanted strokes that fill a bar, each cut at the bar's ends. */
function hatch(x0: number, x1: number, y: number, height: number, spacing: number): string {
  const lines: [number, number, number, number][] = [];
  for (let foot = x0 - height + spacing; foot < x1; foot += spacing) {
    const [from, to] = [Math.max(foot, x0), Math.min(foot + height, x1)];
    if (to > from) lines.push([from, y + height - (from - foot), to, y + height - (to - foot)]);
  }
  return strokes(lines);
}
