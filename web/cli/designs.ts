/** A designed codebook and a scan of ranges, as text and CSV. */
import type { Design, OptimalDesign, RangePoint, TensorReport, UniformOptimum } from '../core/report';
import { aligned, csv, fixed, printable, short } from './table';

/** What `halfstep design` answers, in the words of the Report. */
export interface DesignReport {
  tensor: TensorReport;
  design: {
    format: string;
    optimal: boolean;
    levels: number;
    mse: number;
    /** null where the levels meet every weight. */
    snr_db: number | null;
    entropy_bits: number;
    values: number[];
    edges: number[];
    /** Of an optimal design: distinct weights, or points that neighbours were merged into, and its cost. */
    points?: number;
    merge_mse?: number;
    /** No codebook of so many levels errs less. */
    least_mse?: number;
  };
}

export function designReport(
  tensor: TensorReport,
  format: string,
  optimal: boolean,
  design: Design | OptimalDesign,
): DesignReport {
  const power = (tensor.rms ?? 0) ** 2;
  return {
    tensor,
    design: {
      format,
      optimal,
      levels: design.levels.length,
      mse: design.mse,
      snr_db: design.mse > 0 && power > 0 ? 10 * Math.log10(power / design.mse) : null,
      entropy_bits: design.entropy_bits,
      values: [...design.levels],
      edges: [...design.edges],
      ...('points' in design && {
        points: design.points,
        merge_mse: design.merge_mse,
        least_mse: design.least_mse,
      }),
    },
  };
}

export function designText({ tensor, design }: DesignReport): string {
  const facts = [
    ['levels', String(design.levels)],
    ['SNR', short(design.snr_db, 'dB')],
    ['mean square error', short(design.mse)],
    ['entropy', short(design.entropy_bits, 'bit')],
    ...(design.merge_mse
      ? [
          ['merged to', `${design.points} points, ${short(design.merge_mse)} from the weights`],
          ['least possible', short(design.least_mse ?? null)],
        ]
      : []),
  ];
  const rows = design.values.map((value, k) => [
    String(k),
    short(value),
    k ? short(design.edges[k - 1]) : '−∞',
  ]);
  return (
    `${printable(tensor.name)}  ${design.format}${design.optimal ? ', optimal' : ''}\n\n` +
    aligned(facts, [0, 1]) +
    '\n' +
    aligned([['code', 'level', 'from'], ...rows], [])
  );
}

export function designCsv({ design }: DesignReport): string {
  return csv(
    ['code', 'level', 'from'],
    design.values.map((value, k) => [k, value, k ? design.edges[k - 1] : null]),
  );
}

/** The best mid-rise quantizer of a law, in closed form. */
export interface UniformReport extends UniformOptimum {
  law: string;
  levels: number;
}

export function uniformText({ law, levels, step, mse, snr_db, entropy_bits }: UniformReport): string {
  return aligned(
    [
      ['law', law],
      ['levels', String(levels)],
      ['step', short(step)],
      ['mean square error', short(mse)],
      ['SNR', short(snr_db, 'dB')],
      ['entropy', short(entropy_bits, 'bit')],
    ],
    [0, 1],
  );
}

export const uniformCsv = (report: UniformReport): string =>
  csv(Object.keys(report), [Object.values(report)]);

const columns = ['range', 'mse', 'granular_mse', 'overload_mse', 'snr_db'] as const;

export function scanText(points: RangePoint[]): string {
  const rows = points.map((point) => [
    ...columns.slice(0, 4).map((column) => short(point[column])),
    point.mse === 0 ? '∞' : fixed(point.snr_db, 3),
  ]);
  return aligned([['range', 'mse', 'granular', 'overload', 'SNR dB'], ...rows], []);
}

export function scanCsv(points: RangePoint[]): string {
  return csv(
    [...columns],
    points.map((point) => columns.map((column) => point[column])),
  );
}
