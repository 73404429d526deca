/** Which words of a quantizer its format takes, and what stands in for those it does not. */
import type { FormatInfo, QuantizerSpec } from './report';

export const defaultQuantizer: QuantizerSpec = {
  format: 'int',
  bits: 4,
  range: 'absmax',
  granularity: 'tensor',
  rounding: 'nearest',
  scale_type: 'float32',
  exponent_bits: 4,
  codebook: '-1,-0.3,0.3,1',
  transform: 'none',
  overflow: 'saturate',
  seed: 1,
};

/** The words a format starts from. */
export function startOf(row: FormatInfo): QuantizerSpec {
  const { name: format, range, granularity, scale_type } = row;
  return {
    ...defaultQuantizer,
    format,
    bits: fitBits(row, defaultQuantizer.bits),
    range,
    granularity,
    scale_type,
  };
}

/** The bit width nearest to the wanted one that the format has. */
export const fitBits = (row: FormatInfo, bits: number): number =>
  Math.min(Math.max(bits, row.bits_min), row.bits_max);

/**
 * What the core is asked for: the format's own word in place of each that it does not take. A person's words
 * stay in the state, for a format that takes them.
 */
export function asked(formats: readonly FormatInfo[], quantizer: QuantizerSpec): QuantizerSpec {
  const row = formats.find((info) => info.name === quantizer.format);
  if (!row) return quantizer;
  const own = startOf(row);
  const bits = row.bits_min === row.bits_max ? row.bits_min : quantizer.bits;
  const words: QuantizerSpec = { ...own, seed: quantizer.seed, bits };
  for (const word of row.takes) Object.assign(words, { [word]: quantizer[word] });
  if (row.takes.includes('codebook')) words.bits = bitsOf(words.codebook, row);
  if (row.takes.includes('exponent_bits')) words.exponent_bits = fitExponent(words);
  if (!canOverflow(words, row)) words.overflow = own.overflow;
  // What was held or linked may have another's.
  if (!row.scale_types.includes(words.scale_type)) words.scale_type = own.scale_type;
  return words;
}

/** The quantizer with another format: words that were the old format's own become the new one's own. */
export function withFormat(
  formats: readonly FormatInfo[],
  quantizer: QuantizerSpec,
  format: string,
): QuantizerSpec {
  const row = (name: string) => formats.find((info) => info.name === name)!;
  const [old, next] = [startOf(row(quantizer.format)), startOf(row(format))];
  const changed = { ...quantizer, format, bits: fitBits(row(format), quantizer.bits) };
  for (const word of ['range', 'granularity', 'scale_type'] as const) {
    if (quantizer[word] === old[word]) changed[word] = next[word];
  }
  const { takes, scale_types } = row(format);
  if (takes.includes('scale_type') && !scale_types.includes(changed.scale_type))
    changed.scale_type = next.scale_type;
  return changed;
}

/** Exponent bits that leave a sign and 0 to 10 mantissa bits, nearest to those wanted. */
export const exponentLimits = (bits: number) => ({
  low: Math.max(1, bits - 11),
  high: Math.min(8, bits - 1),
});

/** Whether a format has codes to overflow to: of the floats of one's own those of 8 exponent bits. */
export const canOverflow = (
  { exponent_bits }: Pick<QuantizerSpec, 'exponent_bits'>,
  { takes }: FormatInfo,
): boolean => takes.includes('overflow') && (!takes.includes('exponent_bits') || exponent_bits === 8);

function fitExponent({ bits, exponent_bits }: QuantizerSpec): number {
  const { low, high } = exponentLimits(bits);
  return Math.min(Math.max(exponent_bits, low), high);
}

/** The bits that number the levels of a typed codebook. */
const bitsOf = (codebook: string, row: FormatInfo): number =>
  fitBits(row, Math.ceil(Math.log2(Math.max(2, codebook.split(',').length))));
