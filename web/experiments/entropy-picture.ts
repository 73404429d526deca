/** Entropy drawn: the share of each code, H against the bits, and what the codes carry of what they could. */
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical } from '../components/chart/axes';
import { bottomOf, columns, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label } from '../components/chart/labels';
import { circles, diamonds, polyline, sampled, strokes, type Point } from '../components/chart/paths';
import { pointerArea } from '../components/chart/pointer';
import { fixed } from '../components/format';
import type { Report } from '../core/report';
import { lengths } from './code-lengths';
import { isCodebook, isVector } from './codebook';
import { roomOf } from './codes';
import { markText } from './conditions';
import type { Scene } from './experiment';
import { levelShares } from './level-shares';
import { bitsAxis, BITS, sweepOf, widthsOf } from './sweep';

export function picture(scene: Scene) {
  const { em } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const stripHeight = (scene.b ? 7.4 : 5.2) * em;
  const upper = inset(page, { bottom: stripHeight + 0.6 * em });
  const strip = inset(page, { top: scene.height - stripHeight, left: 0.4 * em, right: 0.4 * em });
  const wide = scene.width > 48 * em;
  // A lattice's codes are of several weights: no level has a share.
  const [left, right] = isVector(scene.a)
    ? [null, upper]
    : wide
      ? columns(upper, 1.5 * em, 1.25, 1)
      : rows(upper, 0.6 * em, 1, 1.1);
  const margin = { top: 1.9 * em, right: 1 * em, bottom: 2.8 * em, left: 3.4 * em };
  return svg`
    ${left ? levelShares(scene, inset(left, margin)) : null}
    ${entropyPanel(scene, inset(right!, { ...margin, left: 2.6 * em }))}
    ${lengths(scene, strip)}`;
}

/** H against the bits: measured points, h − log2 Δ, and the b that the codes could hold. */
function entropyPanel(scene: Scene, box: Box) {
  const { a, b, em, memory, moving } = scene;
  const sweep = sweepOf(a);
  const sweepB = b ? sweepOf(b) : [];
  const lowest = Math.min(0, ...[...sweep, ...sweepB].map(({ prediction }) => prediction.entropy_bits ?? 0));
  const x = horizontal(box, bitsAxis(a.report));
  const y = vertical(box, hold(memory, moving, 'h', [Math.max(-6, lowest), 16.8]));
  const bits = a.report.quantizer.bits;
  const { entropy, prediction } = a.report;
  const measured = (reports: Report[]): Point[] =>
    reports.map((report) => [x(report.quantizer.bits), y(report.entropy.bits ?? NaN)]);
  const expected = (reports: Report[]): Point[] =>
    reports.map((report) => {
      const value = report.prediction.entropy_bits;
      return [x(report.quantizer.bits), value === null || value < y.domain()[0]! ? NaN : y(value)];
    });
  const [fewest, widest] = widthsOf(sweep);
  const atX = x(bits);
  const atY = y(entropy.bits ?? 0);
  const room = (report: Report): number => roomOf(report, isVector(a));
  const full = sweep.map((report): Point => [x(report.quantizer.bits), y(room(report))]);
  const current = y(room(a.report));
  const idle = room(a.report) - (entropy.bits ?? 0);
  const place = (bitsAt: number, value: number | null, dx: number, dy: number, align: 'start' | 'end') =>
    value === null ? [] : [{ x: x(bitsAt) + dx * em, y: y(value) + dy * em, align }];
  const labels: Label[] = [
    {
      text: [
        `H = ${fixed(entropy.bits, 3)} bit, predicted ${fixed(prediction.entropy_bits, 3)}`,
        `H = ${fixed(entropy.bits, 3)} bit`,
      ],
      mark: 'quantized strong',
      at: [
        { x: atX + 0.9 * em, y: atY + 1.5 * em },
        { x: atX + 1.2 * em, y: atY + 2.6 * em },
        { x: atX - 0.9 * em, y: current - 2 * em, align: 'end' },
        { x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' },
        { x: box.x + 0.4 * em, y: box.y + 1.1 * em },
      ],
    },
    {
      text: [`${fixed(idle, 2)} bit unused`, fixed(idle, 2)],
      mark: 'ink',
      at:
        idle * (y(0) - y(1)) > 1.4 * em
          ? [
              { x: atX - 0.6 * em, y: (atY + current) / 2 + 0.35 * em, align: 'end' },
              { x: atX - 0.6 * em, y: current - 0.6 * em, align: 'end' },
              { x: atX + 0.6 * em, y: (atY + current) / 2 + 0.35 * em },
            ]
          : [],
    },
    {
      text: [isVector(a) ? 'could hold: a vector’s log₂ P shared' : 'could hold: log₂ levels', 'could hold'],
      mark: 'ink',
      at: [12, 14, 9, 7].flatMap((at) => {
        const report = sweep.find(({ quantizer }) => quantizer.bits === at);
        return place(at, report ? room(report) : null, -0.8, -0.8, 'end');
      }),
    },
    {
      text: isCodebook(a)
        ? ['predicted: h − mean log₂ of the widths', 'predicted']
        : ['predicted: h − log₂ Δ', 'h − log₂ Δ'],
      mark: 'theory',
      at: [
        ...[11, 10, 12, 6, 4].flatMap((at) =>
          place(
            at,
            sweep.find(({ quantizer }) => quantizer.bits === at)?.prediction.entropy_bits ?? null,
            0.9,
            1.9,
            'start',
          ),
        ),
      ],
    },
    ...(b
      ? [
          {
            text: [`B: H = ${fixed(b.report.entropy.bits, 3)}`, 'B'],
            mark: 'quantized',
            at: place(b.report.quantizer.bits, b.report.entropy.bits, 0.8, 1.6, 'start'),
          },
        ]
      : []),
    ...(prediction.conditions.length
      ? [
          {
            text: markText(a.report)[0]!,
            mark: 'warn',
            at: [
              { x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' as const },
              { x: box.x + 0.4 * em, y: box.y + 1.1 * em },
            ],
          },
        ]
      : []),
  ];
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: 'entropy H, bits a weight', em, grid: true, labelX: box.x - 2.2 * em })}
    ${bottomAxis({ box, scale: x, ticks: { values: box.width > 26 * em ? BITS : BITS.filter((n) => n % 2 === 0), text: String, factor: '' }, label: 'bits a code', em })}
    <path class="line ink thin" d=${polyline(full)}></path>
    <path class="theory dashed" d=${polyline(expected(sweep))}></path>
    <path class="bracket" d=${strokes([[atX, atY, atX, current]])}></path>
    ${b ? svg`<path class="dot quantized b" d=${diamonds(measured(sweepB), 0.4 * em)}></path>` : null}
    <path class="dot quantized" d=${circles(measured(sweep), 0.3 * em)}></path>
    <path class="current" d=${circles([[atX, atY]], 0.55 * em)}></path>
    ${drawLabels(labels, box, em, {
      taken: [textBox('●', { x: atX, y: atY + 0.4 * em, align: 'middle' }, 1.2 * em)],
      marks: [full, expected(sweep), measured(sweep)].flatMap((points) => sampled(points, 0.6 * em)),
    })}
    ${pointerArea({
      box,
      invert: x.invert,
      moved(value, gesture) {
        const target = Math.min(widest, Math.max(fewest, Math.round(value)));
        if (gesture === 'drag' || gesture === 'drop') scene.change({ bits: target }, gesture === 'drop');
      },
    })}`;
}
