/** The levels on the line: where a format's codes stand among the weights, and what a block makes of them. */
import { html, nothing } from 'lit';
import { zoomButtons } from '../components/chart/zoom';
import { count, fixed, percent, significant } from '../components/format';
import '../components/slider';
import type { SlideEvent } from '../components/slider';
import { blockText, weightText } from './block-picture';
import { shares } from './codes';
import { isVector } from './codebook';
import type { Analysis, Report } from '../core/report';
import type { Experiment, Fact, Scene } from './experiment';
import {
  blockIndex,
  blocksOf,
  blockSnr,
  inWeights,
  seenAt,
  spacing,
  useOf,
  weightIndex,
  type Seen,
} from './levels-line-data';
import formula from './levels-line.tex?mathml';
import { picture, zoomOf } from './levels-line-picture';
import { snrText } from './sweep';
import { withUnit } from './unit';

const segmentOf = (scene: Scene) => scene.segment?.(blockIndex(scene)) ?? null;

function seenOf(scene: Scene): Seen | null {
  const segment = segmentOf(scene);
  return segment?.weights.length ? seenAt(segment, weightIndex(scene, segment)) : null;
}

function controls(scene: Scene) {
  const segment = segmentOf(scene);
  const blocks = segment ? blocksOf(scene.a, segment) : 1;
  return html`${zoomButtons(zoomOf(scene))}
  ${
    segment && blocks > 1
      ? html`<hs-slider
          .label=${'Block'}
          .unit=${`of ${count(blocks)}`}
          .low=${1}
          .high=${blocks}
          .step=${1}
          .value=${Math.min(blocks, blockIndex(scene) + 1)}
          @slide=${(event: SlideEvent) => scene.set?.('block', event.value - 1)}
        ></hs-slider>`
      : nothing
  }`;
}

/** Of a lattice, within reach of a vector. */
const points = ({ quantizer: { levels } }: Report): string =>
  levels < 1e6 ? count(levels) : significant(levels, 3);

const snrOf = (snr: number | null): string => (snr === Infinity ? '∞' : withUnit(fixed(snr, 2), 'dB'));

function facts(scene: Scene): Fact[] {
  const { a, b } = scene;
  const { levels, report } = a;
  const use = levels?.values.length ? useOf(levels) : undefined;
  const top = levels?.values.length ? shares(levels).top : null;
  const between = levels && use ? spacing(levels, use) : null;
  const segment = segmentOf(scene);
  const seen = seenOf(scene);
  const used = (analysis: Analysis) => {
    const { entropy, quantizer } = analysis.report;
    return entropy.bits === null || isVector(analysis)
      ? '–'
      : `${count(entropy.occupied_levels)} of ${count(quantizer.levels)}`;
  };
  return [
    {
      label: 'Codes used',
      measured: used(a),
      b: b ? used(b) : undefined,
      note: use
        ? `${count(use.between)} unused between them, ${count(use.beyond)} beyond`
        : isVector(a)
          ? `a code is of a whole vector: one of ${points(report)} points`
          : 'no weight takes a level',
    },
    {
      label: 'Entropy of the codes',
      measured: withUnit(fixed(report.entropy.bits, 3), 'bit'),
      predicted: withUnit(fixed(report.prediction.entropy_bits, 3), 'bit'),
      b: b ? withUnit(fixed(b.report.entropy.bits, 3), 'bit') : undefined,
      note:
        top === null || !use?.used
          ? undefined
          : `most used: code ${fixed(levels!.codes[top], 0)}, ${percent(shares(levels!).p[top])} of the weights`,
    },
    ...(isVector(a)
      ? []
      : [
          {
            label: 'Distance of neighbours',
            measured: between ? `${significant(between[0], 3)} to ${significant(between[1], 3)}` : '–',
            note: between
              ? inWeights(a)
                ? 'among the used ones, in units of the weights'
                : 'in units of a block’s scale'
              : undefined,
          },
        ]),
    {
      label:
        segment && segment.count > segment.weights.length
          ? `SNR of ${segment.weights.length} weights of the block`
          : 'SNR of the block',
      measured: segment ? snrOf(blockSnr(segment)) : '–',
      note: segment ? `all blocks: ${snrText(report)}` : undefined,
    },
    {
      label: 'Error of the weight looked at',
      measured: seen ? significant(seen.n, 3) : '–',
      note: segment && seen ? weightText(weightIndex(scene, segment), seen) : undefined,
    },
  ];
}

function why(scene: Scene): string[] {
  const { a } = scene;
  const { levels, report } = a;
  const sentences: string[] = [];
  const use = levels && useOf(levels);
  if (isVector(a))
    sentences.push(
      `A lattice numbers whole vectors of weights: no code stands for one weight. A vector can go to ${points(report)} points, more than 2^b a weight since cells reach across the range’s ends, so codes of one length take ${fixed(report.quantizer.code_bits, 3)} bits a weight.`,
    );
  else if (!levels?.values.length || !use?.used) sentences.push('There is no finite weight to take a level.');
  else {
    const unused = use.between + use.beyond;
    sentences.push(
      unused === 0
        ? `${use.used === 1 ? 'The one code is' : use.used === 2 ? 'Both codes are' : `All ${count(use.used)} codes are`} used.`
        : `${count(unused)} of ${count(levels.values.length)} codes are used by no weight: ${count(use.beyond)} beyond the outermost that are, ${count(use.between)} between them. Each costs as much as a used one where codes have one length.`,
    );
    const between = spacing(levels, use);
    if (between)
      sentences.push(
        between[1] < 1.001 * between[0]
          ? 'The levels are evenly spaced: the rare large weights have them as close as the many small ones.'
          : `Neighbours are ${significant(between[0], 2)} apart where they are nearest and ${significant(between[1], 2)} where they are furthest, ${significant(between[1] / between[0], 2)} times as much: precision goes where the weights are many.`,
      );
  }
  const segment = segmentOf(scene);
  const snr = segment && blockSnr(segment);
  if (segment && snr !== null)
    sentences.push(
      report.quantizer.scales > 1
        ? `The scale of a block follows its largest weight, and all its levels with it: this block has ${snrOf(snr)}, all together ${snrText(report)}.`
        : `One scale serves all ${count(segment.count)} weights: its first ${count(segment.weights.length)} have ${snrOf(snr)}, all together ${snrText(report)}.`,
    );
  return sentences.slice(0, 3);
}

export const levelsLine: Experiment = {
  id: 'levels-line',
  title: 'Levels',
  question: 'Where do the codes stand, and which are used?',
  tall: true,
  wants: () => ({ weights: true, levels: true }),
  picture,
  controls,
  facts,
  formula,
  why,
  describe(scene) {
    const segment = segmentOf(scene);
    const { quantizer, entropy } = scene.a.report;
    const line =
      entropy.bits === null || isVector(scene.a)
        ? 'No level stands for one weight here.'
        : `${count(entropy.occupied_levels)} of ${count(quantizer.levels)} codes of ${quantizer.format} are used by these weights.`;
    return segment
      ? `${line} Shown is ${blockText(scene, segment)}, with an SNR of ${snrOf(blockSnr(segment))}.`
      : line;
  },
  slots(scene): Record<string, string> {
    if (isVector(scene.a)) return {};
    const seen = seenOf(scene);
    const { quantizer, entropy } = scene.a.report;
    return {
      scale: significant(seen?.scale, 3),
      level: significant(seen?.level, 3),
      offset: significant(seen ? seen.offset + 0 : null, 3),
      q: significant(seen?.q, 3),
      q2: significant(seen?.q, 3),
      x: significant(seen?.x, 3),
      n: significant(seen?.n, 3),
      used: entropy.bits === null ? '–' : count(entropy.occupied_levels),
      levels: quantizer.levels ? count(quantizer.levels) : '–',
      h: fixed(entropy.bits, 3),
    };
  },
  table({ a }) {
    const { levels } = a;
    const { p } = levels ? shares(levels) : { p: [] };
    return {
      caption: `Levels ${inWeights(a) ? 'in units of the weights' : 'in units of a block’s scale'}, and the weights that take them`,
      columns: ['code', 'level', 'its cell begins at', 'weights', 'share, %'],
      rows: Array.from(levels?.values ?? [], (value, k) => [
        levels!.codes[k]!,
        value,
        Number.isFinite(levels!.edges[k]!) ? levels!.edges[k]! : null,
        levels!.counts[k]!,
        100 * p[k]!,
      ]),
    };
  },
};
