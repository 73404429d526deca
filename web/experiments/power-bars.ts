/** The power of the signal and of the noise as two bars on a dB axis: their ratio, the SNR, is a length. */
import { extent } from 'd3-array';
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Scale } from '../components/chart/axes';
import { bottomOf, inset, rightOf, rows, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label } from '../components/chart/labels';
import { bar, strokes } from '../components/chart/paths';
import type { Scene } from './experiment';
import { db, known, signalPower, snrText, sweepOf } from './sweep';

/** Two bars on a dB axis drawn to the SNR axis's measure: what stands above the noise bar is the SNR. */
export function powers(scene: Scene, box: Box, snr: Scale) {
  const { a, b, em, memory, moving } = scene;
  const signal = db(signalPower(a.report));
  const error = db(a.report.noise.mse);
  const page: Box = { x: box.x - 3.2 * em, y: 0, width: box.width + 3.8 * em, height: scene.height };
  if (signal === null)
    return drawLabels(
      [
        {
          text: ['There is no signal: its power is 0.', 'no signal'],
          mark: 'ink',
          at: [{ x: box.x, y: box.y + em }],
        },
      ],
      page,
      em,
    );
  const [low, high] = snr.domain() as [number, number];
  const y = vertical(box, hold(memory, moving, 'power', [signal - high, signal - low]));
  const slot = box.width / 2;
  const wide = 0.72 * slot;
  const base = bottomOf(box);
  const noiseTop = error === null ? base : Math.min(base, y(error));
  const noiseB = b && db(b.report.noise.mse);
  const x0 = box.x + 0.14 * slot;
  const x1 = x0 + slot;
  const middle = x1 + wide / 2;
  const labels: Label[] = [
    {
      text: [`SNR ${snrText(a.report)}`, snrText(a.report)],
      mark: 'quantized strong',
      at: [
        { x: middle, y: (y(signal) + noiseTop) / 2 + 0.3 * em, align: 'middle' },
        { x: middle, y: y(signal) - 0.5 * em, align: 'middle' },
      ],
    },
    {
      text: ['signal, mean x²', 'signal'],
      mark: 'signal',
      at: [-0.5, 1.3].map((down) => ({
        x: x0 + wide / 2,
        y: y(signal) + down * em,
        align: 'middle' as const,
      })),
    },
    {
      text: error === null ? ['no noise at all', 'no noise'] : ['noise, mean n²', 'noise'],
      mark: 'noise',
      at: [
        { x: middle, y: noiseTop + 1.2 * em, align: 'middle' },
        { x: middle, y: noiseTop - 0.5 * em, align: 'middle' },
      ],
    },
    ...(noiseB
      ? [
          {
            text: 'B',
            mark: 'noise',
            at: [{ x: x1 - 0.2 * em, y: y(noiseB) + 0.3 * em, align: 'end' as const }],
          },
        ]
      : []),
  ];
  const spine = x1 + wide / 2;
  const gap =
    error === null
      ? ''
      : strokes([
          [x0, y(signal), x1 + wide, y(signal)],
          [spine, y(signal), spine, noiseTop],
        ]);
  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: 'power, dB re 1', em, grid: true, labelX: box.x - 2.6 * em })}
    <path class="area signal" d=${bar(x0, x0 + wide, y(signal), base - y(signal))}></path>
    <path class="area noise" d=${bar(x1, x1 + wide, noiseTop, base - noiseTop)}></path>
    ${noiseB ? svg`<path class="line noise b" d=${bar(x1, x1 + wide, Math.min(base, y(noiseB)), base - Math.min(base, y(noiseB)))}></path>` : null}
    <path class="bracket" d=${gap}></path>
    <path class="rule" d=${strokes([[box.x, base, rightOf(box), base]])}></path>
    ${drawLabels(labels, page, em, { taken: [{ x: page.x, y: 0, width: page.width, height: box.y - 0.3 * em }] })}`;
}

/** The same two bars lying down, for a narrow picture. */
export function flatPowers(scene: Scene, side: Box) {
  const { a, b, em, memory, moving } = scene;
  const signal = db(signalPower(a.report));
  const error = db(a.report.noise.mse);
  const page = { ...side, x: 0, width: scene.width };
  if (signal === null)
    return drawLabels(
      [{ text: 'There is no signal: its power is 0.', mark: 'ink', at: [{ x: em, y: side.y + em }] }],
      page,
      em,
    );
  const box = inset(side, { left: em, right: 1.4 * em, bottom: 2.8 * em, top: 0.2 * em });
  const noises = [...sweepOf(a), ...(b ? sweepOf(b) : [])].map(({ noise }) => db(noise.mse)).filter(known);
  const [least = signal - 6, most = signal] = extent([...noises, signal]);
  const x = horizontal(box, hold(memory, moving, 'power', [least - 4, most + 2]));
  const [top, bottom] = rows(box, 0.3 * em, 1, 1) as [Box, Box];
  const end = error === null ? box.x : x(error);
  const noiseB = b && db(b.report.noise.mse);
  const labels: Label[] = [
    {
      text: ['signal power, mean x²', 'signal'],
      mark: 'signal',
      at: [{ x: box.x + 0.5 * em, y: top.y + top.height / 2 + 0.35 * em }],
    },
    {
      text: [`SNR ${snrText(a.report)}`, snrText(a.report)],
      mark: 'quantized strong',
      at: [{ x: (end + x(signal)) / 2, y: bottom.y + bottom.height / 2 - 0.3 * em, align: 'middle' }],
    },
    {
      text: error === null ? 'no noise' : ['noise power, mean n²', 'noise, mean n²', 'noise'],
      mark: 'noise',
      at: [{ x: box.x + 0.5 * em, y: bottom.y + bottom.height / 2 + 0.35 * em }],
    },
  ];
  const mid = bottom.y + bottom.height / 2 + 0.35 * em;
  return svg`
    <path class="area signal" d=${bar(box.x, x(signal), top.y, top.height)}></path>
    <path class="area noise" d=${bar(box.x, end, bottom.y, bottom.height)}></path>
    ${noiseB ? svg`<path class="line noise b" d=${bar(box.x, x(noiseB), bottom.y, bottom.height)}></path>` : null}
    <path class="bracket" d=${
      error === null
        ? ''
        : strokes([
            [end, mid, x(signal), mid],
            [x(signal), top.y, x(signal), bottomOf(bottom)],
          ])
    }></path>
    ${bottomAxis({ box, scale: x, ticks: ticksFor(x.domain() as [number, number], box.width, em), label: 'power, dB re 1', em })}
    ${drawLabels(labels, page, em)}`;
}
