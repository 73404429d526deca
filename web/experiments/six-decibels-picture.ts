/** Six decibels a bit, drawn: the SNR of every bit width, and the two powers whose ratio it is. */
import { extent } from 'd3-array';
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Scale } from '../components/chart/axes';
import { bottomOf, columns, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label } from '../components/chart/labels';
import {
  arrowsUp,
  circles,
  diamonds,
  polyline,
  sampled,
  squares,
  strokes,
  type Point,
} from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { fixed, signed } from '../components/format';
import type { Report } from '../core/report';
import { markText, noiseOf } from './conditions';
import type { Scene } from './experiment';
import { flatPowers, powers } from './power-bars';
import { bitsAxis, BITS, gainOf, isAlone, known, snrText, sweepOf, widthsOf } from './sweep';

export function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const wide = scene.width > 44 * em;
  const [left, side] = wide ? columns(page, 2 * em, 2.6, 1) : rows(page, 0.8 * em, 2.4, 1);
  const box = inset(left!, { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 3 * em });
  const sweep = sweepOf(a);
  const sweepB = b ? sweepOf(b) : [];
  const beside = isAlone(a) ? (a.others ?? []) : [];
  const everything = [...sweep, ...sweepB, ...beside]
    .flatMap(({ noise, prediction }) => [noise.snr_db, prediction.snr_db])
    .filter(known);
  const [least = 0, most = 6] = extent(everything);
  const domain = hold(memory, moving, 'snr', [Math.min(0, least - 3), Math.max(6, most) * 1.08]);
  const x = horizontal(box, bitsAxis(a.report));
  const y = vertical(box, domain);

  const bits = a.report.quantizer.bits;
  const current = a.report;
  const top = box.y + 0.7 * em;
  const height = ({ noise }: Report): number =>
    noise.exact ? top : known(noise.snr_db) ? y(noise.snr_db) : NaN;
  const predicted = (reports: Report[]): Point[] =>
    reports.map(({ quantizer, prediction }) => [
      x(quantizer.bits),
      prediction.snr_db === null ? NaN : y(prediction.snr_db),
    ]);
  const measured = (reports: Report[], exact: boolean): Point[] =>
    reports
      .filter(({ noise }) => noise.exact === exact)
      .map((report) => [x(report.quantizer.bits), height(report)]);
  const misses = sweep.filter(({ noise, prediction }) => known(noise.snr_db) && known(prediction.snr_db));
  const atX = x(bits);
  // Without a ratio, where weights are lost, it stands at no height.
  const placed = Number.isFinite(height(current));
  const atY = placed ? height(current) : bottomOf(box);

  const pointed =
    scene.cursor === null ? null : (sweep.find(({ quantizer }) => quantizer.bits === scene.cursor) ?? null);
  const gain = gainOf(sweep, bits);
  const stair = gain && bracket(gain, x, y);
  const worst = misses
    .map(noiseOf)
    .filter(({ prediction }) => prediction.conditions.length > 0)
    .sort(
      (p, q) =>
        Math.abs(q.noise.snr_db! - q.prediction.snr_db!) - Math.abs(p.noise.snr_db! - p.prediction.snr_db!),
    )[0];

  const labels: Label[] = [
    {
      text: [
        ...(placed
          ? [`${bits} bit: ${snrText(current)}, predicted ${fixed(current.prediction.snr_db, 2)}`]
          : [`${bits} bit: no ratio here`]),
        `${bits} bit: ${snrText(current)}`,
      ],
      mark: 'quantized strong',
      at: [
        { x: atX - 1 * em, y: atY - 0.7 * em, align: 'end' },
        { x: atX + 1 * em, y: atY + 1.4 * em },
        { x: atX + 1 * em, y: atY + 3 * em },
        { x: atX - 1 * em, y: atY - 2 * em, align: 'end' },
        { x: box.x + 0.5 * em, y: box.y + 1.2 * em },
      ],
    },
    ...(pointed && pointed.quantizer.bits !== bits
      ? [
          {
            text: [
              `${pointed.quantizer.bits} bit: ${snrText(pointed)}, predicted ${fixed(pointed.prediction.snr_db, 2)}`,
              `${pointed.quantizer.bits} bit: ${snrText(pointed)}`,
            ],
            mark: 'ink strong',
            at: [
              { x: x(pointed.quantizer.bits) + em, y: height(pointed) + 1.5 * em },
              { x: x(pointed.quantizer.bits) - em, y: height(pointed) - 0.7 * em, align: 'end' as const },
            ],
          },
        ]
      : []),
    ...(gain && stair
      ? [
          {
            text: [`one bit more: ${signed(gain.predicted, 2)} dB`, `${signed(gain.predicted, 2)} dB`],
            mark: 'ink strong',
            at: [
              { x: stair.right + 0.5 * em, y: stair.middle + 0.35 * em },
              { x: stair.right - 0.3 * em, y: stair.top - 0.9 * em, align: 'end' as const },
              { x: stair.right - 0.3 * em, y: stair.top - 2.4 * em, align: 'end' as const },
              { x: stair.right + 0.5 * em, y: stair.middle + 1.6 * em },
              { x: rightOf(box), y: stair.middle + 3 * em, align: 'end' as const },
            ],
          },
        ]
      : []),
    ...(beside.length
      ? [
          {
            text: [`${beside[0]!.quantizer.format}, with as many scales`, beside[0]!.quantizer.format],
            mark: 'ink',
            at: measured(beside, false)
              .slice(6)
              .map(([at, to]) => ({ x: at + em, y: to + 1.2 * em })),
          },
        ]
      : []),
    ...predictedLabel(sweep, x, y, em, 'predicted'),
    ...(b
      ? measuredLabel(
          sweepB,
          x,
          y,
          em,
          `B: ${b.report.quantizer.format} ${b.report.quantizer.bits} bit, ${snrText(b.report)}`,
        )
      : []),
    ...(worst
      ? [
          {
            text: [
              `${worst.quantizer.bits} bit: ${markText(worst)[0]![1]!.toLowerCase()}, ${signed(worst.noise.snr_db! - worst.prediction.snr_db!, 1)} dB from the prediction`,
              `${markText(worst)[0]![1]!.toLowerCase()}, ${signed(worst.noise.snr_db! - worst.prediction.snr_db!, 1)} dB`,
            ],
            mark: 'warn',
            at: [
              {
                x: x(worst.quantizer.bits) + 0.8 * em,
                y: Math.max(height(worst), y(worst.prediction.snr_db!)) + 1.6 * em,
              },
              { x: rightOf(box), y: bottomOf(box) - 0.6 * em, align: 'end' as const },
              { x: box.x + 0.5 * em, y: box.y + 2.6 * em },
            ],
          },
        ]
      : []),
    ...(sweep.some(({ noise }) => noise.exact)
      ? [
          {
            text: ['∞: no noise at all', '∞'],
            mark: 'quantized',
            at: [{ x: rightOf(box), y: top + 1.6 * em, align: 'end' as const }],
          },
        ]
      : []),
  ];
  const obstacles = {
    taken: [textBox('●', { x: atX, y: atY + 0.4 * em, align: 'middle' as const }, 1.3 * em)],
    marks: [
      measured(beside, false),
      predicted(sweep),
      predicted(sweepB),
      measured(sweep, false),
      measured(sweepB, false),
    ].flatMap((points) => sampled(points, 0.6 * em)),
  };

  const [fewest, widest] = widthsOf(sweep);
  const target = (value: number) => Math.min(widest, Math.max(fewest, Math.round(value)));
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(domain, box.height, em, 'y'), label: 'SNR, dB', em, grid: true, labelX: 0.4 * em })}
    ${bottomAxis({ box, scale: x, ticks: { values: BITS, text: String, factor: '' }, label: 'bits a code', em })}
    <path class="miss" d=${strokes(misses.map((report) => [x(report.quantizer.bits), y(report.prediction.snr_db!), x(report.quantizer.bits), height(report)]))}></path>
    <path class="guide quantized" d=${strokes([[atX, bottomOf(box), atX, atY]])}></path>
    ${b ? svg`<path class="theory dashed b" d=${polyline(predicted(sweepB))}></path>` : null}
    <path class="line ink thin" d=${polyline(measured(beside, false))}></path>
    <path class="dot ink" d=${squares(measured(beside, false), 0.22 * em)}></path>
    <path class="theory dashed" d=${polyline(predicted(sweep))}></path>
    ${stair ? svg`<path class="bracket" d=${stair.path}></path>` : null}
    ${b ? svg`<path class="dot quantized b" d=${diamonds(measured(sweepB, false), 0.42 * em) + arrowsUp(measured(sweepB, true), 0.42 * em)}></path>` : null}
    <path class="dot quantized" d=${circles(measured(sweep, false), 0.32 * em) + arrowsUp(measured(sweep, true), 0.36 * em)}></path>
    <path class="current" d=${placed ? circles([[atX, atY]], 0.62 * em) : ''}></path>
    ${drawLabels(labels, box, em, obstacles)}
    ${wide ? powers(scene, inset(side!, { top: 1.9 * em, bottom: 2.8 * em, left: 3.2 * em, right: 0.6 * em }), y) : flatPowers(scene, side!)}
    ${slider({
      box,
      label: 'Bits',
      low: fewest,
      high: widest,
      value: bits,
      step: 1,
      text: `${bits} bit: SNR ${snrText(current)}, predicted ${fixed(current.prediction.snr_db, 2)} dB`,
      invert: x.invert,
      moved(value, gesture) {
        scene.point(gesture === 'leave' ? null : target(value));
        if (gesture === 'drag' || gesture === 'drop')
          scene.change({ bits: target(value) }, gesture === 'drop');
      },
    })}`;
}

function bracket({ from, to }: NonNullable<ReturnType<typeof gainOf>>, x: Scale, y: Scale) {
  const [x0, x1] = [x(from.quantizer.bits), x(to.quantizer.bits)];
  const [y0, y1] = [y(from.prediction.snr_db!), y(to.prediction.snr_db!)];
  return {
    right: x1,
    top: Math.min(y0, y1),
    middle: (y0 + y1) / 2,
    path: polyline([
      [x0, y0],
      [x1, y0],
      [x1, y1],
    ]),
  };
}

function predictedLabel(sweep: Report[], x: Scale, y: Scale, em: number, text: string): Label[] {
  const places = [13, 11, 14, 6, 4].flatMap((bits) => {
    const report = sweep.find(({ quantizer }) => quantizer.bits === bits);
    if (!report || report.prediction.snr_db === null) return [];
    return [{ x: x(bits) - 0.9 * em, y: y(report.prediction.snr_db) - 0.9 * em, align: 'end' as const }];
  });
  return [{ text, mark: 'theory', at: places }];
}

function measuredLabel(sweep: Report[], x: Scale, y: Scale, em: number, text: string): Label[] {
  const places = [12, 10, 14, 8, 6].flatMap((bits) => {
    const report = sweep.find(({ quantizer }) => quantizer.bits === bits);
    if (!report || !known(report.noise.snr_db)) return [];
    return [{ x: x(bits) + 0.9 * em, y: y(report.noise.snr_db) + 1.6 * em }];
  });
  return [{ text: [text, 'B'], mark: 'quantized', at: places }];
}
