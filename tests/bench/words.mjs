/** A quantizer in all of the core's words, but for bits and seed. */
export const uniform = {
  format: 'int',
  range: 'absmax',
  granularity: 'tensor',
  rounding: 'nearest',
  scale_type: 'float32',
  exponent_bits: 4,
  codebook: '',
  transform: 'none',
};
