/** A quantizer or the weights in a few words. */
import type { QuantizerSpec } from '../core/report';
import type { State, Words } from '../state';
import { groupOf, percentileOf } from '../state';
import { short } from './format';

/** int 4 bit, absmax, per tensor. */
export function describe(quantizer: QuantizerSpec, words: Words): string {
  const row = words.formats.find((info) => info.name === quantizer.format);
  const format = `${row?.name ?? quantizer.format} ${quantizer.bits} bit`;
  if (row?.codebook) return format;
  const p = percentileOf(quantizer.range);
  const group = groupOf(quantizer.granularity);
  const parts = [
    format,
    p === null ? quantizer.range : `${p} %`,
    group === null ? `per ${quantizer.granularity}` : `per ${group}`,
  ];
  if (quantizer.rounding !== 'nearest') parts.push(quantizer.rounding);
  return parts.join(', ');
}

/** conv4.weight, or normal, 1 M weights. */
export const describeWeights = (state: State, fileIsHere: boolean): string =>
  state.file && fileIsHere ? state.file.tensor : `${state.source.name}, ${short(state.source.count)} weights`;
