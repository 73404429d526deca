/** Reports as text. The words and units are the contract's. */
import type { Engine } from '../core/engine';
import type { Condition, Report, TensorReport } from '../core/report';
import { aligned, csv, fixed, full, printable, short, type Cell } from './table';

const conditions: Record<Condition, string> = {
  overload: 'some weights lie beyond the range, where the error is not bounded by the step',
  few_levels: 'few levels are occupied, so the noise is not uniform over a step',
  atoms: 'weights repeat (zeros, ties), so they have no smooth density',
  correlated: 'the noise follows the signal',
  few_weights: 'fewer than 64 weights have no density to speak of',
  float32: 'steps are so fine that float32 rounding shows',
  uneven: 'the weights are spread unevenly within their cells',
  lost: 'some weights become ∞ or NaN: they are lost, and with them the noise',
  few_per_level: 'the weights are too few for so many levels, and their entropy falls short',
  steep: 'the density of the weights changes within a cell, and with it the entropy',
  nonfinite: 'NaN or infinite weights are left out',
  constant: 'all weights are equal',
  empty: 'there are no finite weights',
};

const dimensions = (shape: number[]) => (shape.length ? shape.join('×') : 'scalar');
const snr = (value: number | null, exact: boolean) => (exact ? '∞ dB' : short(value, 'dB'));

/** One Report for a person: measured beside predicted. */
export function measureText(report: Report): string {
  const { tensor, quantizer, noise, entropy, prediction } = report;
  const words = `${quantizer.format}, ${quantizer.bits} bits, range ${quantizer.range}, one scale a ${quantizer.granularity}, rounding ${quantizer.rounding}`;
  const beside = [
    ['SNR', snr(noise.snr_db, noise.exact), short(prediction.snr_db, 'dB')],
    ['mean square error', short(noise.mse), short(prediction.mse)],
    ['entropy', short(entropy.bits, 'bit'), short(prediction.entropy_bits, 'bit')],
    ['largest error', short(noise.max_error_in_steps, 'steps'), ''],
    [
      '  inside the range',
      short(noise.granular_max_error_in_steps, 'steps'),
      noise.bound === null ? '' : `≤ ${short(noise.bound_in_steps, 'steps')}`,
    ],
    ['overload', noise.overload === null ? '–' : short(noise.overload * 100, '%'), ''],
    ['bias', short(noise.bias), '0'],
    ['correlation', short(noise.correlation), '0'],
  ];
  const facts = [
    ['weights', `${tensor.count}, ${tensor.nonfinite} not finite`],
    ['min, max', `${short(tensor.min)}, ${short(tensor.max)}`],
    ['mean, rms, kurtosis', `${short(tensor.mean)}, ${short(tensor.rms)}, ${short(tensor.kurtosis)}`],
    ['differential entropy', short(entropy.differential_bits, 'bit')],
    [
      'step',
      short(quantizer.step) +
        (quantizer.step !== null && quantizer.scales > 1 ? `, the largest of ${quantizer.scales}` : ''),
    ],
    ['levels', levelsOf(report)],
    ['zero point', short(quantizer.zero_point)],
    ['size', `${short(quantizer.bits_per_weight, 'bits a weight')}, ${short(quantizer.bytes, 'bytes')}`],
  ];
  const notes = prediction.conditions.map((condition) => `  ${conditions[condition]}`);
  return (
    `${printable(tensor.name)}  ${tensor.dtype} ${dimensions(tensor.shape)}\n${words}\n\n` +
    aligned([['', 'measured', 'predicted'], ...beside]) +
    '\n' +
    aligned(facts, [0, 1]) +
    (notes.length ? `\nwhere the predictions fail:\n${notes.join('\n')}\n` : '')
  );
}

/** A step that bounds no weight's error is a lattice's, whose levels are a vector's. */
const levelsOf = ({ noise, entropy, quantizer }: Report): string =>
  quantizer.step !== null && noise.mse !== null && noise.bound_in_steps === null
    ? `${full(quantizer.levels)}, the points of a whole vector of weights`
    : `${entropy.occupied_levels} occupied of ${quantizer.levels}`;

/** A row a bit width. */
export function sweepText(reports: Report[]): string {
  const { tensor, quantizer } = reports[0];
  const rows = reports.map((report) => [
    String(report.quantizer.bits),
    fixed(report.quantizer.bits_per_weight, 3),
    short(report.quantizer.step),
    report.noise.exact ? '∞' : fixed(report.noise.snr_db, 2),
    fixed(report.prediction.snr_db, 2),
    fixed(report.noise.max_error_in_steps, 4),
    fixed(report.noise.overload === null ? null : report.noise.overload * 100, 3),
    fixed(report.entropy.bits, 3),
    fixed(report.prediction.entropy_bits, 3),
  ]);
  const header = [
    'bits',
    'bits/weight',
    'step',
    'SNR dB',
    'predicted',
    'max err/step',
    'overload %',
    'H bit',
    'predicted',
  ];
  return (
    `${printable(tensor.name)}  ${tensor.dtype} ${dimensions(tensor.shape)}\n` +
    `${quantizer.format}, range ${quantizer.range}, one scale a ${quantizer.granularity}, rounding ${quantizer.rounding}\n\n` +
    aligned([header, ...rows], [])
  );
}

/** A row a report; columns are section.field. */
export function reportsCsv(reports: Report[]): string {
  const flat = reports.map((report) =>
    Object.entries(report).flatMap(([section, fields]) =>
      Object.entries(fields as object).map(([field, value]): [string, Cell] => [
        `${section}.${field}`,
        cell(value),
      ]),
    ),
  );
  return csv(
    flat[0].map(([column]) => column),
    flat.map((record) => record.map(([, value]) => value)),
  );
}

function cell(value: unknown): Cell {
  if (Array.isArray(value)) return value.join(typeof value[0] === 'number' ? 'x' : ' ');
  return typeof value === 'number' || value === null ? value : String(value);
}

const inspected = ['count', 'min', 'max', 'mean', 'rms', 'std', 'kurtosis', 'nonfinite'] as const;

export function inspectText(tensors: TensorReport[]): string {
  const rows = tensors.map((tensor) => [
    printable(tensor.name),
    tensor.dtype,
    dimensions(tensor.shape),
    ...inspected.map((field) => short(tensor[field])),
  ]);
  return aligned([['name', 'dtype', 'shape', ...inspected], ...rows], [0, 1, 2]);
}

export function inspectCsv(tensors: TensorReport[]): string {
  return csv(
    ['name', 'dtype', 'shape', ...inspected],
    tensors.map((tensor) => [
      tensor.name,
      tensor.dtype,
      tensor.shape.join('x'),
      ...inspected.map((field) => tensor[field]),
    ]),
  );
}

type Row = Engine['formats'][number];

export function formatsText(formats: Row[]): string {
  const rows = formats.map((row) => [row.name, codeBits(row), storedBeside(row), row.summary]);
  return aligned([['name', 'bits per weight', 'and beside', 'definition'], ...rows], [0, 1, 2, 3]);
}

export function formatsCsv(formats: Row[]): string {
  return csv(
    ['name', 'label', 'family', 'bits_min', 'bits_max', 'range', 'granularity', 'scale_type', 'summary'],
    formats.map((row) => [
      row.name,
      row.label,
      row.family,
      row.bits_min,
      row.bits_max,
      row.range,
      row.granularity,
      row.scale_type,
      row.summary,
    ]),
  );
}

function codeBits({ bits_min, bits_max, packed_bits, block_bits, in_blocks, codebook }: Row): string {
  if (bits_min === bits_max) return String(block_bits || packed_bits || bits_min);
  // A lattice's definition says what its codes take, which is more.
  return `${in_blocks && !codebook ? '> ' : ''}b = ${bits_min} to ${bits_max}`;
}

const scaleBits: Record<string, string> = {
  float32: '32 bits a scale',
  float16: '16 bits a scale',
  e8m0: '8 bits a scale',
  e4m3: '8 bits a scale, 32 a tensor',
  nested: '8.125 bits a scale, 32 a tensor',
  none: 'nothing',
};

function storedBeside({ zero_point, designed, entropy_coded, scale_type, takes, block_bits }: Row): string {
  if (block_bits) return 'nothing, scales and all';
  if (designed) return entropy_coded ? '48 bits a level' : '32 bits a level';
  if (zero_point) return '32 + b bits a scale';
  const scale = scaleBits[scale_type]!;
  return takes.includes('codebook') ? `${scale}, 32 bits a level` : scale;
}
