/** The noise drawn: the density of n/Δ within its walls, over mean ± σ. */
import { max } from 'd3-array';
import { svg } from 'lit';
import { bottomAxis, horizontal, leftAxis, ticksFor, vertical, type Domain } from '../components/chart/axes';
import { bottomOf, inset, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { drawLabels, type Label, type Place } from '../components/chart/labels';
import { circles, polyline, sampled, steps, strokes, type Point } from '../components/chart/paths';
import { slider } from '../components/chart/pointer';
import { count, fixed, percent, significant } from '../components/format';
import type { Analysis, Histogram } from '../core/report';
import { isCodebook } from './codebook';
import { markText, ofNoise } from './conditions';
import type { Scene } from './experiment';
import { lawOf, noiseUnit, wallName, type NoiseLaw } from './law';
import { binSize, densities, total } from './noise-histogram';

/** The bins that hold the law's support and all the noise in reach, with a margin to see the walls from. */
function shownBins(histograms: Histogram[], law: NoiseLaw): Domain {
  // A codebook's outer cells may be far wider than the histogram reaches.
  const high0 = law.shape === 'layered' ? Math.min(law.high, histograms[0]!.high) : law.high;
  const low0 = law.shape === 'layered' ? -high0 : law.low;
  const margin = law.high === high0 ? 0.14 * (high0 - low0) : 0;
  let low = low0 - margin;
  let high = high0 + margin;
  for (const histogram of histograms) {
    const first = histogram.counts.findIndex((n) => n > 0);
    if (first < 0) continue;
    const last = histogram.counts.findLastIndex((n) => n > 0);
    low = Math.min(low, histogram.low + first * binSize(histogram));
    high = Math.max(high, histogram.low + (last + 1) * binSize(histogram));
  }
  return [low, high];
}

interface Plot {
  box: Box;
  x: (value: number) => number;
  y: (value: number) => number;
}

/** The tops of the bins, as what labels keep away from. */
const skyline = (histogram: Histogram, { x, y }: Plot): Point[] =>
  Array.from(densities(histogram), (density, i): Point => [
    x(histogram.low + (i + 0.5) * binSize(histogram)),
    y(density),
  ]);

const outline = (histogram: Histogram, { box, x, y }: Plot): string => {
  const size = binSize(histogram);
  const density = densities(histogram);
  const first = density.findIndex((d) => d > 0);
  if (first < 0) return '';
  const last = density.findLastIndex((d) => d > 0);
  const edges = Array.from({ length: last - first + 2 }, (_, i) => x(histogram.low + (first + i) * size));
  return steps(edges, Array.from(density.subarray(first, last + 1), y), bottomOf(box));
};

const lawPath = (law: NoiseLaw, { box, x, y }: Plot): string =>
  polyline(law.outline.map(([at, density]) => [Math.min(rightOf(box), Math.max(box.x, x(at))), y(density)]));

export function picture(scene: Scene) {
  const { a, b, em, memory, moving } = scene;
  const page: Box = { x: 0, y: 0, width: scene.width, height: scene.height };
  const histogram = a.noise;
  const law = lawOf(a);
  const book = isCodebook(a);
  // A codebook has no Δ: its errors are counted in mean distances between neighbouring levels.
  const name = book ? 'n in mean steps' : 'n/Δ';
  const step = stepName(a);
  const moments = momentsInSteps(a);
  const crowded = histogram && book && moments !== null && moments.deviation < binSize(histogram) / 4;
  if (!histogram || total(histogram) === 0 || (crowded && moments.deviation > 0)) {
    const text = crowded
      ? [
          'The levels reach so far beyond the weights that the mean distance between them is no unit for these errors.',
          'The levels reach too far to count errors in them.',
        ]
      : 'There is no noise to show: no finite weights.';
    return drawLabels([{ text, mark: 'ink', at: [{ x: em, y: 2 * em }] }], page, em);
  }
  const rowCount = b ? 3 : 2;
  const box = inset(page, {
    top: 1.9 * em,
    right: 1.2 * em,
    left: (histogram.high < 1 / 64 ? 4 : 3) * em,
    bottom: (3.8 + 1.7 * rowCount) * em,
  });
  const strip: Box = { ...box, y: bottomOf(box) + 0.6 * em, height: (1.7 * rowCount + 0.3) * em };

  const histograms = b?.noise ? [histogram, b.noise] : [histogram];
  const lawB = b && lawOf(b);
  const tallest = max(histograms, (h) => max(densities(h))) ?? 1;
  const peak = max(law.outline, ([, density]) => density) ?? 1;
  const domain = hold(memory, moving, 'x', shownBins(histograms, law));
  const x = horizontal(box, domain);
  // Above the histogram there is a line for what is pointed at, and one for each failing condition.
  const failing = markText(ofNoise(a).report).slice(0, 2);
  const headroom = box.height / (box.height - (2 + 1.4 * failing.length) * em);
  const y = vertical(box, hold(memory, moving, 'y', [0, headroom * Math.max(tallest, 1.06 * peak)]));
  const plot = { box, x, y };

  const cursor = scene.cursor === null ? null : Math.min(domain[1], Math.max(domain[0], scene.cursor));
  const size = binSize(histogram);
  const bin = cursor === null ? -1 : Math.floor((cursor - histogram.low) / size);
  const density = densities(histogram);
  const atBin = density[bin];
  const binLow = histogram.low + bin * size;
  const readout =
    atBin === undefined
      ? null
      : `${name} from ${fixed(binLow, 3)} to ${fixed(binLow + size, 3)}: density ${fixed(atBin, 3)}, ${count(histogram.counts[bin]!)} weights`;

  // A codebook's cells differ in width: no wall holds for all of them.
  const body = law.shape === 'body';
  const walls = book || body ? [] : [law.low, law.high];
  const wallTop = box.y;
  const labels: Label[] = [
    ...(cursor !== null && atBin !== undefined
      ? [
          {
            text: [readout!, `${fixed(binLow + size / 2, 3)} ${step}: density ${fixed(atBin, 3)}`],
            mark: 'ink strong',
            at: [{ x: x(cursor), y: box.y + 1.1 * em, align: 'middle' as const }],
          },
        ]
      : []),
    ...walls.map((wall, side): Label => ({
      text: wallName(wall),
      mark: 'ink strong',
      at: [0, 1.4, 2.8].map((down) => ({
        x: x(wall) + (side ? 0.5 : -0.5) * em,
        y: wallTop + (1.1 + down) * em,
        align: side ? ('start' as const) : ('end' as const),
      })),
    })),
    ...failing.map((text, i): Label => ({
      text,
      mark: 'warn',
      at: [{ x: x((law.low + law.high) / 2), y: box.y + (2.5 + 1.4 * i) * em, align: 'middle' }],
    })),
    {
      text: body
        ? []
        : book
          ? [
              'predicted: uniform in each cell, the cells added up',
              'predicted: the cells added up',
              'predicted',
            ]
          : [
              `predicted: ${law.shape}, ${law.shape === 'uniform' ? 'density' : 'peak'} ${peak}`,
              `predicted ${peak}`,
            ],
      mark: 'theory',
      at: theoryPlaces(law, density, histogram, plot, em),
    },
    {
      text: [`measured ${name} of ${count(total(histogram))} weights`, `measured ${name}`, book ? 'n' : name],
      mark: 'noise',
      at: measuredPlaces(density, histogram, plot, em),
    },
    ...(b?.noise
      ? [{ text: ['B', 'B'], mark: 'noise', at: measuredPlaces(densities(b.noise), b.noise, plot, em, 0.8) }]
      : []),
    ...outside(a, box, em),
  ];

  return svg`
    ${leftAxis({ box, scale: y, ticks: ticksFor(y.domain() as [number, number], box.height, em, 'y'), label: book ? 'density, per mean step' : 'density, per step Δ', em, grid: true, labelX: 0.4 * em })}
    <path class="area noise" d=${outline(histogram, plot)}></path>
    ${b?.noise ? svg`<path class="line noise b" d=${outline(b.noise, plot)}></path>` : null}
    <path class="wall" d=${strokes(walls.map((wall) => [x(wall), box.y, x(wall), bottomOf(box)]))}></path>
    ${lawB && (lawB.low !== law.low || book || lawB.shape !== law.shape) ? svg`<path class="theory dashed b" d=${lawPath(lawB, plot)}></path>` : null}
    <path class="theory dashed" d=${lawPath(law, plot)}></path>
    ${cursor === null ? null : svg`<path class="guide ink" d=${strokes([[x(cursor), box.y, x(cursor), bottomOf(box)]])}></path>`}
    ${drawLabels(labels, box, em, { marks: sampled(skyline(histogram, plot), 0.6 * em) })}
    ${spread(scene, law, strip, x)}
    ${bottomAxis({ box: strip, scale: x, ticks: ticksFor(domain, box.width, em), label: book ? 'noise n in mean steps (the mean distance between levels)' : 'noise n = x − Q(x), in steps Δ', em })}
    ${slider({
      box,
      label: `Read the histogram at ${name}`,
      low: domain[0],
      high: domain[1],
      value: cursor ?? 0,
      step: size,
      text: readout ?? `${fixed(cursor ?? 0, 3)} ${book ? 'mean steps' : 'steps'}: nothing counted here`,
      invert: x.invert,
      moved: (value, gesture) => scene.point(gesture === 'leave' ? null : value),
    })}`;
}

/** What a number on the noise's axis is followed by. */
const stepName = (analysis: Analysis): string => (isCodebook(analysis) ? 'mean steps' : 'Δ');

/** Four places, or as many figures where that would be nothing. */
const short = (value: number): string =>
  Math.abs(value) < 0.001 && Math.abs(value) > 1e-7 ? significant(value, 2) : fixed(value, 4);

/** Under the histogram: mean ± σ as measured and as predicted, on the same axis. */
function spread(scene: Scene, law: NoiseLaw, strip: Box, x: (value: number) => number) {
  const { a, b, em } = scene;
  const rows = [
    { mark: 'noise', line: 'line noise', name: 'mean ± σ', moments: momentsInSteps(a), step: stepName(a) },
    ...(b
      ? [{ mark: 'noise', line: 'line noise b', name: 'B', moments: momentsInSteps(b), step: stepName(b) }]
      : []),
    {
      mark: 'theory',
      line: 'theory dashed',
      name: 'predicted',
      moments: predictedMoments(a, law),
      step: stepName(a),
    },
  ];
  const low = strip.x;
  const high = rightOf(strip);
  const clamp = (value: number) => Math.min(high, Math.max(low, x(value)));
  return rows.map(({ mark, line, name, moments, step }, i) => {
    const y = strip.y + (i + 0.75) * 1.7 * em;
    if (!moments) return null;
    const { mean, deviation } = moments;
    const labels: Label[] = [
      {
        text: [
          `${name}: ${short(mean)} ± ${short(deviation)} ${step}`,
          `${short(mean)} ± ${short(deviation)} ${step}`,
          `σ ${short(deviation)}`,
        ],
        mark,
        at: [
          { x: clamp(mean + deviation) + 0.8 * em, y: y + 0.35 * em },
          { x: clamp(mean - deviation) - 0.8 * em, y: y + 0.35 * em, align: 'end' },
        ],
      },
    ];
    const from = clamp(mean - deviation);
    const to = clamp(mean + deviation);
    const seen = x(mean) >= low && x(mean) <= high;
    const row = { x: 0, y: y - 0.9 * em, width: scene.width, height: 1.7 * em };
    return svg`
      <path class=${line} d=${
        seen
          ? strokes([
              [from, y, to, y],
              [from, y - 0.35 * em, from, y + 0.35 * em],
              [to, y - 0.35 * em, to, y + 0.35 * em],
            ])
          : ''
      }></path>
      <path class="dot ${mark}" d=${seen ? circles([[x(mean), y]], 0.3 * em) : ''}></path>
      ${drawLabels(labels, row, em, { taken: [{ x: from, y: y - 0.5 * em, width: to - from, height: em }] })}`;
  });
}

/** On the law's line near its walls, else over it and the histogram in the middle. */
function theoryPlaces(
  law: NoiseLaw,
  density: Float64Array,
  histogram: Histogram,
  { box, x, y }: Plot,
  em: number,
): Place[] {
  const peak = max(law.outline, ([, value]) => value) ?? 1;
  const middle = (law.low + law.high) / 2;
  const here = density[Math.floor((middle - histogram.low) / binSize(histogram))] ?? 0;
  const over: Place = {
    x: x(middle),
    y: Math.max(box.y + em, Math.min(y(peak), y(here)) - 0.7 * em),
    align: 'middle',
  };
  if (law.shape !== 'uniform' || here <= 1.1 * peak) return [over];
  return [
    { x: x(law.low) + 0.6 * em, y: y(peak) - 0.7 * em },
    { x: x(law.high) - 0.6 * em, y: y(peak) - 0.7 * em, align: 'end' },
    over,
  ];
}

/** Inside the bars where they are tall, else beside them. */
function measuredPlaces(
  density: Float64Array,
  histogram: Histogram,
  { box, x, y }: Plot,
  em: number,
  t = 0.5,
) {
  const tallest = density.indexOf(Math.max(...density));
  const peakX = x(histogram.low + (tallest + 0.5) * binSize(histogram));
  const first = density.findIndex((d) => d > 0);
  if (first < 0) return [];
  const last = density.findLastIndex((d) => d > 0);
  const middle = x(histogram.low + (first + t * (last + 1 - first)) * binSize(histogram));
  const level = Math.max(box.y + 3 * em, y(0.45 * density[Math.floor((first + last) / 2)]!));
  return [
    { x: middle, y: Math.min(level, bottomOf(box) - 0.8 * em), align: 'middle' as const },
    { x: peakX + em, y: y(density[tallest]!) + 1.4 * em },
    { x: peakX - em, y: y(density[tallest]!) + 1.4 * em, align: 'end' as const },
  ];
}

/** What lies beyond the histogram, said at its ends. */
function outside({ noise, report }: Analysis, box: Box, em: number): Label[] {
  const sum = total(noise!);
  const { lost } = report.noise;
  const y = bottomOf(box) - 0.7 * em;
  const labels: Label[] = [];
  // What is lost has no error to stand anywhere; its bins are the outer ones.
  const { below, above } = lost ? { below: 0, above: 0 } : noise!;
  const out = noise!.below + noise!.above - lost;
  if (lost) {
    const share = percent(lost / sum);
    labels.push({
      text: [`${share} lost: no error${out ? `; ${percent(out / sum)} further out` : ''}`, `${share} lost`],
      mark: 'warn',
      at: [{ x: rightOf(box), y, align: 'end' }],
    });
  }
  if (below)
    labels.push({
      text: [`← ${percent(below / sum)} further out`, `← ${percent(below / sum)}`],
      mark: 'warn',
      at: [{ x: box.x + 0.3 * em, y }],
    });
  if (above)
    labels.push({
      text: [`${percent(above / sum)} further out →`, `${percent(above / sum)} →`],
      mark: 'warn',
      at: [{ x: rightOf(box), y, align: 'end' }],
    });
  return labels;
}

/** The law's; a codebook's variance is the core's own sum over the cells. */
function predictedMoments(analysis: Analysis, law: NoiseLaw) {
  const { mse } = analysis.report.prediction;
  const unit = noiseUnit(analysis);
  if (!isCodebook(analysis)) return { mean: law.mean, deviation: Math.sqrt(law.variance) };
  return mse === null || !unit ? null : { mean: 0, deviation: Math.sqrt(mse) / unit };
}

/** Mean and standard deviation of the noise in steps. */
function momentsInSteps(analysis: Analysis): { mean: number; deviation: number } | null {
  const { bias, variance } = analysis.report.noise;
  const step = noiseUnit(analysis);
  if (!step || bias === null || variance === null) return null;
  return { mean: bias / step, deviation: Math.sqrt(variance) / step };
}
