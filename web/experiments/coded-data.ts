/** The lengths of the coded tensor taken apart: the codes, the coder's table, the rest. */
import type { Analysis, CodedLength } from '../core/report';
import { isVector } from './codebook';

/** Why there is nothing to show. */
export const nothingCoded = ({ uncoded }: Analysis): string => uncoded ?? 'There are no weights to code.';

export const CODERS = ['fixed', 'huffman', 'rans'];

export interface Length extends CodedLength {
  name: string;
  /** Shape, scales or levels, and checksum: equal for every coder. */
  rest_bytes: number;
  /** How much longer than N·H the stream and the table are, as a fraction; null where N·H is 0. */
  over: number | null;
}

const nameOf = (coder: string, bits: number | null): string =>
  coder === 'fixed'
    ? bits === null
      ? 'fixed'
      : `fixed, ${bits} bit`
    : coder === 'huffman'
      ? 'Huffman'
      : coder === 'rans'
        ? 'rANS'
        : coder;

/** N·H in bytes: what no code of the weights one by one is shorter than; null without weights. */
export function leastBytes({ report: { entropy, tensor } }: Analysis): number | null {
  return entropy.bits === null ? null : (entropy.bits * tensor.count) / 8;
}

/** Bits of a code when all codes are equally long; null of a lattice, whose coordinates have widths of their own. */
export const widthOf = (analysis: Analysis): number | null =>
  isVector(analysis) ? null : Math.ceil(Math.log2(Math.max(1, analysis.report.quantizer.levels)));

export function lengthsOf(analysis: Analysis): Length[] {
  const least = leastBytes(analysis);
  return (analysis.lengths ?? []).map((length) => ({
    ...length,
    name: nameOf(length.coder, widthOf(analysis)),
    rest_bytes: length.bytes - length.table_bytes - length.stream_bytes,
    over: least ? (length.stream_bytes + length.table_bytes) / least - 1 : null,
  }));
}

export const lengthOf = (analysis: Analysis, coder: string): Length | undefined =>
  lengthsOf(analysis).find((length) => length.coder === coder);

/** Whole bits lose where a code is worth less than one. */
export const wholeBitsLose = (analysis: Analysis): boolean => {
  const { bits } = analysis.report.entropy;
  const [huffman, rans] = [lengthOf(analysis, 'huffman'), lengthOf(analysis, 'rans')];
  return bits !== null && bits < 1 && !!huffman && !!rans && huffman.stream_bytes > 1.05 * rans.stream_bytes;
};
