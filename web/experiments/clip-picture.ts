/** Where to clip, drawn: the noise of every range, its two parts, the rules on it, and the range in the hand. */
import { svg } from 'lit';
import { bottomAxis, leftAxis } from '../components/chart/axes';
import { bottomOf, inset, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, textBox, type Label, type Place } from '../components/chart/labels';
import { logHorizontal, logTicks, logVertical, within } from '../components/chart/log';
import {
  circles,
  diamonds,
  polyline,
  sampled,
  squares,
  strokes,
  type Point,
} from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, percent, signed, significant } from '../components/format';
import type { Analysis, RangePoint } from '../core/report';
import {
  leastOf,
  lossDb,
  nearestPoint,
  noiseShown,
  onCurve,
  predictedAt,
  rangeOf,
  rangesShown,
  rulesOf,
  scanOf,
  type Rule,
} from './clip-curve';
import { isRandom } from '../core/rounding';
import { isCodebook, isVector } from './codebook';
import type { Scene } from './experiment';
import { squaresOf } from './law';
import { known, snrText } from './sweep';

/** Why there is no curve to draw. */
export function noCurve({ a }: Scene): string {
  const { tensor, quantizer } = a.report;
  if (!tensor.min && !tensor.max) return 'There is no weight but 0, so there is no range to choose.';
  if (isVector(a))
    return `The curve is of levels for one weight: ${a.format!.label} has points for several. Its range is ±${significant(quantizer.range_high, 3)}.`;
  const why = a.format?.designed
    ? 'its levels stand where the weights ask for them'
    : quantizer.scale_type === 'none'
      ? 'its levels stand for themselves, without a scale'
      : 'what its scales reach is the format’s own rule';
  return `${quantizer.format} has no range to choose: ${why}.`;
}

/** A place on the curve in words: "r = 2.59: 19.38 dB". */
export const pointText = ({ range, snr_db }: RangePoint): string =>
  `r = ${significant(range, 3)}: ${known(snr_db) ? `${fixed(snr_db, 2)} dB` : 'no noise'}`;

/** Heights over and under its mark where a rule's label may stand, in em. */
const RULE_RISES = [1.7, -0.9, 3.1, -2.3, 4.5, -3.7, -5.1, -6.5];

/** One press of an arrow key: a sixteenth of an octave. */
const OCTAVE_STEP = 1 / 16;

export function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const scan = scanOf(a);
  const scanB = scanOf(b);
  const drawn = [a, ...(b ? [b] : [])].filter((analysis) => scanOf(analysis).length > 0);
  if (drawn.length === 0) {
    const text = [noCurve(scene), 'There is no range to choose.'];
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  const box = inset(page, { top: 1.9 * em, right: 1.2 * em, bottom: 2.8 * em, left: 4 * em });
  const ranges = hold(memory, moving, 'x', rangesShown(drawn));
  const noises = hold(memory, moving, 'y', noiseShown(b ? [a, b] : [a], ranges));
  const x = logHorizontal(box, ranges);
  const y = logVertical(box, noises);
  const shownX = (range: number) => x(Math.min(ranges[1], Math.max(ranges[0], range)));
  const line = (points: RangePoint[], part: 'mse' | 'granular_mse' | 'overload_mse'): Point[] =>
    within(
      points
        .filter(({ range }) => range >= ranges[0] && range <= ranges[1])
        .map((point): Point => [x(point.range), point[part] > 0 ? y(point[part]) : bottomOf(box) + 1e4]),
      box,
    );
  const total = line(scan, 'mse');
  const granular = line(scan, 'granular_mse');
  const overload = line(scan, 'overload_mse');
  const totalB = line(scanB, 'mse');
  // A codebook has no step that grows with the range alone.
  const predicted =
    scan.length && !isCodebook(a)
      ? within(
          ranges.map((range): Point => [x(range), y(predictedAt(a, range) ?? NaN)]),
          box,
        )
      : [];

  const rules = scan.length ? rulesOf(a) : [];
  const least = scan.length ? leastOf(a) : null;
  const range = rangeOf(a.report);
  const { mse } = a.report.noise;
  const held: Point | null = scan.length && range && mse ? [shownX(range), y(mse)] : null;
  const pointed = scene.cursor === null ? null : nearestPoint(scan, scene.cursor);
  const loss = least && mse ? lossDb(mse, least.mse) : null;

  // The range may be that of a rule: one label then names both.
  const rule = rules.find((one) => onCurve(a) && one.range === range && one.mse === mse);
  const narrow = box.width < 32 * em;
  const brief = (texts: string[]): string[] => (narrow ? texts.slice(1) : texts);
  const labels: Label[] = [
    ...(held
      ? [
          {
            text: brief(heldTexts(a, rule?.name, loss!)),
            mark: 'quantized strong',
            at: around(held, em, [-1.2, -2.6, 2, 3.4, -4]),
            of: held,
          },
        ]
      : [
          {
            text: [
              `A, ${a.report.quantizer.format}: no range, ${snrText(a.report)}`,
              `A: no range, ${snrText(a.report)}`,
            ],
            mark: 'quantized strong',
            at: mse ? [{ x: box.x + em, y: y(mse) - 0.6 * em }] : [],
          },
        ]),
    ...rules
      .filter((one) => one !== rule)
      .map((one) => {
        const at: Point = [shownX(one.range), y(one.mse)];
        return {
          text: brief(ruleTexts(one, least!.mse)),
          mark: 'ink',
          at: around(at, em, RULE_RISES),
          of: at,
        };
      }),
    ...(pointed
      ? [
          {
            text: [
              `${pointText(pointed)}, ${percent(pointed.overload_mse / pointed.mse)} of the noise is overload`,
              pointText(pointed),
            ],
            mark: 'ink strong',
            at: [{ x: x(pointed.range), y: box.y + 1.1 * em, align: 'middle' as const }],
          },
        ]
      : []),
    partLabel(brief(['overload: weights beyond r', 'overload']), overload, 'start', em),
    partLabel(brief(['granular: rounding inside r', 'granular']), granular, 'end', em),
    partLabel(brief(['all the noise, mean n²', 'mean n²']), total, 'start', em),
    {
      text: predicted.length ? `Δ²/${squaresOf({ ...a, report: a.others?.[0] ?? a.report })}` : [],
      mark: 'theory',
      at: drawnOf(predicted)
        .slice(-1)
        .flatMap((end) => around(end, em, [-0.6, 1.6])),
    },
    ...(b ? [labelOfB(b, totalB, em)] : []),
  ];
  const foot: Point[] = held ? [held, [held[0], bottomOf(box)]] : [];
  const obstacles = {
    taken: held
      ? [textBox('●', { x: held[0], y: held[1] + 0.4 * em, align: 'middle' as const }, 1.3 * em)]
      : [],
    marks: [total, granular, overload, totalB, predicted].flatMap((points) => sampled(points, 0.6 * em)),
  };
  const rangeB = b && scanB.length ? rangeOf(b.report) : null;
  const mseB = b?.report.noise.mse;

  const [low, high] = [Math.log2(ranges[0]), Math.log2(ranges[1])];
  return svg`
    ${leftAxis({ box, scale: y, ticks: logTicks(noises, box.height, em, 'y'), label: 'noise power, mean n²', em, grid: true, labelX: 0.4 * em })}
    ${bottomAxis({ box, scale: x, ticks: logTicks(ranges, box.width, em), label: 'range r, in the weights’ unit', em, grid: true })}
    ${b ? svg`<path class="line noise b" d=${polyline(totalB)}></path>` : null}
    <path class="theory dashed" d=${polyline(predicted)}></path>
    <path class="line noise thin" d=${polyline(granular)}></path>
    <path class="line noise dotted" d=${polyline(overload)}></path>
    <path class="line noise thick" d=${polyline(total)}></path>
    ${least ? svg`<path class="limit" d=${strokes([[x(least.range), y(least.mse), x(least.range), bottomOf(box)]])}></path>` : null}
    ${pointed ? svg`<path class="guide ink" d=${strokes([[x(pointed.range), box.y, x(pointed.range), bottomOf(box)]])}></path>` : null}
    ${!scan.length && mse ? svg`<path class="guide quantized" d=${strokes([[box.x, y(mse), rightOf(box), y(mse)]])}></path>` : null}
    <path class="dot ink" d=${squares(placesOf(rules, 'absmax', shownX, y), 0.34 * em) + diamonds(placesOf(rules, '99.9 %', shownX, y), 0.46 * em) + circles(placesOf(rules, 'mse', shownX, y), 0.38 * em)}></path>
    ${rangeB && mseB ? svg`<path class="dot noise b" d=${circles([[shownX(rangeB), y(mseB)]], 0.42 * em)}></path>` : null}
    <path class="guide quantized" d=${polyline(foot)}></path>
    <path class="dot quantized" d=${held ? circles([held], 0.42 * em) : ''}></path>
    <path class="current" d=${held ? circles([held], 0.72 * em) : ''}></path>
    ${drawLabels(labels, box, em, obstacles)}
    ${
      scan.length
        ? slider({
            box,
            label: 'Range r',
            low,
            high,
            value: Math.min(high, Math.max(low, Math.log2(range ?? ranges[0]))),
            step: OCTAVE_STEP,
            text: `range ${significant(range, 4)}: SNR ${snrText(a.report)}`,
            invert: (pixel) => Math.log2(x.invert(pixel)),
            moved(value, gesture) {
              const target = Math.min(ranges[1], Math.max(ranges[0], 2 ** value));
              scene.point(gesture === 'hover' ? target : null);
              if (gesture === 'drag' || gesture === 'drop')
                scene.change({ range: String(Number(target.toPrecision(4))) }, gesture === 'drop');
            },
          })
        : null
    }`;
}

const drawnOf = (points: Point[]): Point[] => points.filter(([x]) => !Number.isNaN(x));

/** Places over and under a mark, to its left, its right and on its middle. */
const around = ([x, y]: Point, em: number, rises: number[]): Place[] =>
  rises.flatMap((rise) => [
    { x, y: y + rise * em, align: 'middle' as const },
    { x: x + em, y: y + rise * em },
    { x: x - em, y: y + rise * em, align: 'end' as const },
    { x: x - 3 * em, y: y + rise * em, align: 'end' as const },
  ]);

const placesOf = (
  rules: Rule[],
  name: Rule['name'],
  x: (range: number) => number,
  y: (mse: number) => number,
): Point[] => rules.filter((rule) => rule.name === name).map(({ range, mse }) => [x(range), y(mse)]);

/** Wordings for the present quantizer: its range, its SNR and what that is to the best of the curve. */
function heldTexts(analysis: Analysis, rule: string | undefined, loss: number): string[] {
  const { report } = analysis;
  const { scales, rounding, transform } = report.quantizer;
  const snr = snrText(report);
  if (!onCurve(analysis)) {
    const name = isRandom(rounding) ? rounding : scales > 1 ? `${count(scales)} scales` : transform;
    return [`${name}: ${snr}, ${signed(-loss, 2)} dB against the curve’s best`, `${name}: ${snr}`, snr];
  }
  const r = `r = ${significant(rangeOf(report), 3)}: ${snr}`;
  const gap = loss < 0.005 ? 'the least noise' : `${signed(-loss, 2)} dB from the best`;
  return [`${rule ? `${rule}, ` : ''}${r}, ${gap}`, r, snr];
}

/** Wordings of a rule's label. */
function ruleTexts({ name, report, mse }: Rule, least: number): string[] {
  const loss = lossDb(mse, least);
  const gap = loss < 0.005 ? 'the least' : `${signed(-loss, 2)} dB`;
  return [`${name}: ${snrText(report)}, ${gap}`, `${name}: ${snrText(report)}`, name];
}

/** On a part's line near one of its ends: a fifth of the way in, over it or under it. */
function partLabel(text: string[], points: Point[], end: 'start' | 'end', em: number): Label {
  const drawn = drawnOf(points);
  const shares = end === 'start' ? [0.08, 0.2, 0.35, 0.5] : [0.92, 0.8, 0.65, 0.5];
  return {
    text,
    mark: 'noise',
    at: shares.flatMap((share): Place[] => {
      const point = drawn[Math.round(share * (drawn.length - 1))];
      if (!point) return [];
      const [x, y] = point;
      return end === 'start'
        ? [
            { x: x - 0.3 * em, y: y + 1.5 * em },
            { x, y: y - 0.6 * em },
            { x: x - 0.8 * em, y: y + em, align: 'end' },
          ]
        : [
            { x: x + 0.8 * em, y: y + 1.2 * em },
            { x: x - 0.8 * em, y: y - 0.6 * em, align: 'end' },
          ];
    }),
  };
}

function labelOfB({ report }: Analysis, points: Point[], em: number): Label {
  const { format, bits } = report.quantizer;
  const drawn = drawnOf(points);
  return {
    text: [`B: ${format} ${bits} bit, ${snrText(report)}`, 'B'],
    mark: 'noise',
    at: [0.75, 0.9, 0.6, 0.4, 0.25].flatMap((share) => {
      const point = drawn[Math.round(share * (drawn.length - 1))];
      return point ? around(point, em, [-0.7, 1.5]) : [];
    }),
  };
}
