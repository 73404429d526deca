/** What a coded tensor is for a person and in JSON. */
import type { CodedFile, DecodedTensor, Measured, Report } from '../core/report';
import { aligned, short } from './table';

/** How long it really is; `overhead` is how far the stream alone is over N·H, null where H is 0 or not of all weights. */
export interface Coding {
  coder: string;
  bytes: number;
  table_bytes: number;
  stream_bytes: number;
  bits_per_weight: number;
  entropy_bits: Measured;
  overhead: Measured;
}

export interface EncodeReport extends Report {
  coding: Coding;
}

export function encodeReport(report: Report, coder: string, file: CodedFile): EncodeReport {
  const { table_bytes, stream_bytes, bits_per_weight } = file;
  const entropy_bits = report.entropy.bits;
  const { count, nonfinite } = report.tensor;
  const overhead = entropy_bits && !nonfinite ? (8 * stream_bytes) / (count * entropy_bits) - 1 : null;
  const bytes = file.bytes.length;
  return {
    ...report,
    coding: { coder, bytes, table_bytes, stream_bytes, bits_per_weight, entropy_bits, overhead },
  };
}

export function encodeText({ tensor, quantizer, coding }: EncodeReport): string {
  return aligned(
    [
      ['weights', `${tensor.count}, ${quantizer.format} of ${quantizer.bits} bits`],
      ['entropy H', short(coding.entropy_bits, 'bits a weight')],
      [`written by ${coding.coder}`, short(coding.bits_per_weight, 'bits a weight')],
      ['  its codes over H', coding.overhead === null ? '–' : short(coding.overhead * 100, '%')],
      ['size', `${coding.bytes} bytes: ${coding.stream_bytes} of codes, ${coding.table_bytes} of table`],
    ],
    [0, 1],
  );
}

export interface DecodeReport {
  tensor: { shape: number[]; count: number };
  coding: Pick<Coding, 'coder' | 'bytes' | 'bits_per_weight'>;
}

export function decodeReport({ coder, shape, values }: DecodedTensor, bytes: number): DecodeReport {
  const count = values.length;
  return { tensor: { shape, count }, coding: { coder, bytes, bits_per_weight: (8 * bytes) / count } };
}

export function decodeText({ tensor, coding }: DecodeReport): string {
  const shape = tensor.shape.length ? tensor.shape.join('×') : 'scalar';
  return `${tensor.count} weights (${shape}) from ${coding.bytes} bytes by ${coding.coder}: ${short(coding.bits_per_weight, 'bits a weight')}\n`;
}
