/** The codes as lengths in bytes: what they could hold, and what they carry of it. */
import { svg } from 'lit';
import { horizontal } from '../components/chart/axes';
import type { Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label } from '../components/chart/labels';
import { bar } from '../components/chart/paths';
import { bytes, count, fixed, percent } from '../components/format';
import { isVector } from './codebook';
import { capacity, roomOf } from './codes';
import type { Scene } from './experiment';

/** A's two lengths, and B's under them, one within the other. */
export function lengths({ a, b, em, memory, moving }: Scene, strip: Box) {
  const own = capacity(a.report, isVector(a));
  const other = b ? capacity(b.report, isVector(b)) : null;
  const most = hold(memory, moving, 'bytes', [0, Math.max(own.states, other?.states ?? 0) || 1])[1];
  const x = horizontal(strip, [0, most]);
  const rowY = (row: number) => strip.y + row * 2.4 * em;
  const length = (value: number | null, row: number) => bar(x(0), x(value ?? 0), rowY(row), 1.9 * em);
  const at = (row: number) => [{ x: strip.x + 0.5 * em, y: rowY(row) + 1.3 * em }];
  const room = isVector(a)
    ? `· ${fixed(roomOf(a.report, true), 3)} bit`
    : `log₂ ${count(a.report.quantizer.levels)}`;
  const could = `could hold N ${room} = ${bytes(own.states)}`;
  const carry = ({ states, carried }: typeof own) =>
    `carry N H = ${bytes(carried)}, ${percent(carried === null || !states ? null : carried / states)}`;
  const labels: Label[] = [
    { text: [`the codes ${could}`, could, `could hold ${bytes(own.states)}`], mark: 'ink', at: at(0) },
    {
      text: [
        `the codes ${carry(own)} (H = ${fixed(a.report.entropy.bits, 3)} bit)`,
        carry(own),
        `carry ${bytes(own.carried)}`,
      ],
      mark: 'quantized strong',
      at: at(1),
    },
  ];
  if (other) {
    const text = [
      `B: ${carry(other)} of ${bytes(other.states)}`,
      `B: ${bytes(other.carried)} of ${bytes(other.states)}`,
    ];
    labels.push({ text, mark: 'quantized', at: at(2) });
  }
  return svg`
    <path class="outline" d=${length(own.states, 0)}></path>
    <path class="area quantized" d=${length(own.carried, 1)}></path>
    ${
      other
        ? svg`<path class="line ink b" d=${length(other.states, 2)}></path>
          <path class="line quantized b" d=${length(other.carried, 2)}></path>`
        : null
    }
    ${drawLabels(labels, strip, em)}`;
}
