/** Every format on one tensor, as text: the cheapest first, and which of them nothing cheaper matches. */
import { byCost, front, nameOf, type Outcome } from '../core/compare';
import type { FormatInfo, Report } from '../core/report';
import { reportsCsv } from './print';
import { aligned, fixed, full, printable, short } from './table';

/** A Report, and how it stands among the others. */
export interface ComparedReport extends Report {
  comparison: {
    name: string;
    /** No other has as much SNR with as few bits. */
    pareto: boolean;
  };
}

export function comparedReports(outcomes: Outcome[], formats: readonly FormatInfo[]): ComparedReport[] {
  const reports = outcomes.flatMap(({ report }) => report ?? []);
  const chosen = new Set(front(reports));
  return reports.sort(byCost).map((report) => ({
    ...report,
    comparison: { name: nameOf(report.quantizer, formats), pareto: chosen.has(report) },
  }));
}

export function compareText(reports: ComparedReport[], outcomes: Outcome[]): string {
  const { tensor } = reports[0]!;
  const rows = reports.map(({ comparison, quantizer, noise, entropy }) => [
    `${comparison.pareto ? '*' : ' '} ${comparison.name}`,
    String(quantizer.bits),
    full(quantizer.levels),
    fixed(quantizer.bits_per_weight, 3),
    short(quantizer.bytes),
    noise.exact ? '∞' : fixed(noise.snr_db, 2),
    short(noise.max_error),
    fixed(entropy.bits, 3),
  ]);
  const absent = outcomes.filter(({ report }) => !report);
  return (
    `${printable(tensor.name)}  ${tensor.dtype}  ${tensor.count} weights\n\n` +
    aligned(
      [['  format', 'bits', 'levels', 'bits/weight', 'bytes', 'SNR dB', 'max error', 'H bit'], ...rows],
      [0],
    ) +
    '\n* on the Pareto front: no other has as much SNR with as few bits per weight\n' +
    '  levels of a lattice are the points of a whole vector of weights\n' +
    absent.map(({ quantizer, reason }) => `\n${quantizer.format} is left out: ${reason}\n`).join('')
  );
}

export const compareCsv = (reports: ComparedReport[]): string => reportsCsv(reports);
