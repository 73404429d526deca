/** Outliers and granularity: who shares a scale with an outlier, what finer scales cost and what a rotation saves. */
import { html, svg } from 'lit';
import { choice } from '../components/choice';
import { columns, inset, rows, type Box } from '../components/chart/box';
import { count, fixed, signed } from '../components/format';
import type { Analysis } from '../core/report';
import { noiseOf } from './conditions';
import type { Experiment, Fact, Scene } from './experiment';
import formula from './outliers.tex?mathml';
import {
  compared,
  DB_A_BIT,
  isGranular,
  landmarks,
  MOST_CELLS,
  normalPeak,
  peakOf,
  scalesOf,
  sharing,
  type Scales,
} from './outliers-data';
import { cellAt, cellOf, cellText, heatPanel, isFolded, viewOf, VIEWS } from './outliers-heat';
import { rowsPanel } from './outliers-rows';
import { known, snrText } from './sweep';
import { withUnit } from './unit';

function picture(scene: Scene) {
  const { em } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const wide = scene.width > 52 * em;
  const inner = inset(page, { left: 0.2 * em, right: 0.4 * em, bottom: 0.2 * em });
  // Lines of the comparison are no lower than a finger needs.
  const lines = scalesOf(scene.a).length;
  const lower = Math.min(0.62 * inner.height, lines * 24 + 2 * em);
  const [map, list] = wide
    ? columns(inner, 2 * em, 1.15, 1)
    : rows(inner, 0.6 * em, inner.height - lower - 0.6 * em, lower);
  return svg`${heatPanel(scene, map!)}${rowsPanel(scene, list!)}`;
}

function controls(scene: Scene) {
  const { heat } = scene.a;
  const at = heat ? cellOf(scene, heat) : null;
  return html`<div class="workings">
    ${choice(
      'heat-shown',
      'A cell shows',
      VIEWS.map(({ layer, label }) => ({ name: layer, label })),
      viewOf(scene).layer,
      (name) =>
        scene.set?.(
          'shown',
          VIEWS.findIndex(({ layer }) => layer === name),
        ),
    )}
    <output class="told"
      >${heat && at !== null ? cellText(scene.a, heat, at) : 'Point at a cell, or move with the arrows.'}</output
    >
  </div>`;
}

const dbText = (value: number | null): string => withUnit(signed(value, 2), 'dB');
const predictedOver = (each: Scales, one: Scales): number | null => {
  const [p, q] = [each.report.prediction.snr_db, one.report.prediction.snr_db];
  return known(p) && known(q) ? p - q : null;
};

function facts({ a, b }: Scene): Fact[] {
  const { report } = a;
  const { one, turned, finest } = landmarks(scalesOf(a));
  const peak = peakOf(report);
  const expected = normalPeak(report.tensor.count);
  const doubt =
    one && noiseOf(one.report).prediction.conditions.length ? '; Δ²/12 fails under one scale' : '';
  const { scales, bits_per_weight } = report.quantizer;
  return [
    {
      label: 'SNR',
      measured: snrText(report),
      predicted: withUnit(fixed(report.prediction.snr_db, 2), 'dB'),
      b: b ? snrText(b.report) : undefined,
    },
    {
      label: 'Bits per weight',
      measured: withUnit(fixed(bits_per_weight, 3), 'bit'),
      b: b ? withUnit(fixed(b.report.quantizer.bits_per_weight, 3), 'bit') : undefined,
      note: `with ${count(scales)} ${scales === 1 ? 'scale' : 'scales'}`,
    },
    {
      label: 'Largest |x| over the rms',
      measured: fixed(peak, 2),
      predicted: expected === null ? undefined : fixed(expected, 2),
      note: expected === null ? 'too few weights for a prediction' : 'predicted of as many normal weights',
    },
    ...(one && finest
      ? [
          {
            label: `A scale for each ${sharing(finest.report)} weights over one`,
            measured: dbText(finest.db),
            predicted: dbText(predictedOver(finest, one)),
            note: `for ${fixed(finest.bits, 2)} bit${finest.slope === null ? '' : `: ${fixed(finest.slope, 1)} dB a bit, where code gives ${fixed(DB_A_BIT, 2)}`}${doubt}`,
          },
        ]
      : []),
    ...(one && turned
      ? [
          {
            label: 'A rotation under one scale',
            measured: dbText(turned.db),
            predicted: dbText(predictedOver(turned, one)),
            note: `nothing is stored for it but its seed${doubt}`,
          },
        ]
      : []),
  ];
}

function outlierSentence({ report }: Analysis): string {
  const peak = peakOf(report);
  const expected = normalPeak(report.tensor.count);
  if (peak === null) return 'These weights have no power: there is nothing to share a scale.';
  if (expected === null)
    return `The largest weight is ${fixed(peak, 2)} times the rms and sets the scale of all that share it.`;
  const ratio = peak / expected;
  return ratio > 1.15
    ? `The largest weight is ${fixed(peak, 1)} times the rms, where one of as many normal weights reaches ${fixed(expected, 1)}: all that share its scale get steps ${fixed(ratio, 1)} times as wide, up to ${fixed(20 * Math.log10(ratio), 1)} dB more noise.`
    : `No weight stands out: the largest is ${fixed(peak, 1)} times the rms, as one of as many normal weights reaches ${fixed(expected, 1)}. A rotation has nothing to spread.`;
}

function why({ a }: Scene): string[] {
  const { one, turned, finest } = landmarks(scalesOf(a));
  const sentences: string[] = [];
  if (!isGranular(a))
    sentences.push(
      `The format ${a.report.quantizer.format} has its own way with scales, so int of as many bits stands for comparison.`,
    );
  sentences.push(outlierSentence(a));
  if (one && finest && finest.db !== null && finest.bits !== null)
    sentences.push(
      finest.bits < 0.01
        ? `A scale for each ${sharing(finest.report)} weights buys ${fixed(finest.db, 1)} dB here.`
        : `A scale for each ${sharing(finest.report)} weights shuts an outlier in with these: it costs ${fixed(finest.bits, 2)} bit a weight and buys ${fixed(finest.db, 1)} dB; as much spent on codes would buy ${fixed(DB_A_BIT * finest.bits, 1)}.`,
    );
  if (turned && turned.db !== null)
    sentences.push(
      turned.db > 0.1
        ? `A rotation makes of each block of weights as many sums of all of them: an outlier is spread over the block, the range shrinks, and the SNR under one scale grows by ${fixed(turned.db, 1)} dB for no bits.`
        : `A rotation spreads an outlier over its block alone: where a whole block is large, or nothing stands out, there is nothing to spread. Here it changes the SNR under one scale by ${signed(turned.db, 2)} dB.`,
    );
  return sentences.slice(0, 3);
}

export const outliers: Experiment = {
  id: 'outliers',
  title: 'Outliers',
  question: 'Who pays for an outlier?',
  tall: true,
  wants: (quantizer, formats) => ({ heat: MOST_CELLS, others: compared(quantizer, formats) }),
  picture,
  controls,
  describe(scene) {
    const { a } = scene;
    const all = scalesOf(a);
    const shape = a.heat ? `${count(a.heat.rows)} rows of ${count(a.heat.columns)} weights` : 'a matrix';
    return (
      `The weights as ${shape}, a colour for each cell: ${viewOf(scene).title(a)}. Beside it SNR and bits per weight by scales: ` +
      `${all.map(({ name, report }) => `${name} ${snrText(report)} at ${fixed(report.quantizer.bits_per_weight, 2)} bit`).join('; ')}.`
    );
  },
  facts,
  formula,
  slots({ a }) {
    const { one, finest } = landmarks(scalesOf(a));
    const snr = (each: Scales | undefined) => fixed(each?.report.noise.snr_db, 2);
    const rate = (each: Scales | undefined) => fixed(each?.report.quantizer.bits_per_weight, 2);
    return {
      peak: fixed(peakOf(a.report), 2),
      rate: fixed(a.report.quantizer.bits_per_weight, 3),
      snr: snrText(a.report).replace(/ dB$/, ''),
      snrB: snr(finest),
      snrone: snr(one),
      rateB: rate(finest),
      rateone: rate(one),
      slope: fixed(finest?.slope, 2),
    };
  },
  why,
  table({ a }) {
    const { heat } = a;
    const whole = scalesOf(a).map(({ name, report }) => {
      const { tensor, noise, quantizer, prediction } = report;
      const largest =
        known(tensor.min) && known(tensor.max) ? Math.max(Math.abs(tensor.min), Math.abs(tensor.max)) : null;
      const error = known(noise.mse) ? Math.sqrt(noise.mse) : null;
      return [
        name,
        'all',
        'all',
        largest,
        tensor.rms,
        error,
        quantizer.step,
        quantizer.bits_per_weight,
        noise.snr_db,
        prediction.snr_db,
      ];
    });
    const cells = heat
      ? Array.from(heat.largest, (_, at) => {
          const { rows: row, columns: column, ...of } = cellAt(heat, at);
          const number = (value: number) => (Number.isFinite(value) ? value : null);
          return [
            'present',
            row,
            column,
            number(of.largest),
            number(of.rms),
            number(of.noise),
            number(of.scale),
            null,
            null,
            null,
          ];
        })
      : [];
    return {
      caption:
        'The whole matrix by scales, then the cells of the present quantizer' +
        (heat && isFolded(a, heat) ? `, the weights in rows of ${count(heat.columns)}` : ''),
      columns: [
        'scales',
        'rows',
        'columns',
        'largest |x|',
        'rms of x',
        'rms of n',
        'Δ or scale',
        'bits per weight',
        'SNR, dB',
        'predicted SNR, dB',
      ],
      rows: [...whole, ...cells],
    };
  },
};
