/** A quantizer or the weights in a few words. */
import type { QuantizerSpec, QuantizerWord } from '../core/report';
import { asked } from '../core/words';
import type { State, Words } from '../state';
import { groupOf, percentileOf } from '../state';
import { short } from './format';

/** int 4 bit, absmax, per tensor. */
export function describe(spec: QuantizerSpec, words: Words): string {
  const quantizer = asked(words.formats, spec);
  const row = words.formats.find((info) => info.name === quantizer.format);
  const format = `${row?.name ?? quantizer.format} ${quantizer.bits} bit`;
  const parts = [format];
  const takes = (word: QuantizerWord) => row?.takes.includes(word) ?? true;
  const p = percentileOf(quantizer.range);
  const group = groupOf(quantizer.granularity);
  if (takes('range')) parts.push(p === null ? quantizer.range : `${p} %`);
  if (takes('granularity')) parts.push(group === null ? `per ${quantizer.granularity}` : `per ${group}`);
  if (takes('rounding') && quantizer.rounding !== 'nearest') parts.push(quantizer.rounding);
  const { scale_type } = asked(words.formats, quantizer);
  if (takes('scale_type') && scale_type !== 'float32') parts.push(`scales ${scale_type}`);
  if (takes('exponent_bits')) parts.push(`${quantizer.exponent_bits} exponent bits`);
  if (takes('overflow') && quantizer.overflow !== 'saturate') parts.push(`overflow to ${quantizer.overflow}`);
  if (takes('transform') && quantizer.transform !== 'none') parts.push(quantizer.transform);
  return parts.join(', ');
}

/** conv4.weight, or normal, 1 M weights. */
export const describeWeights = (state: State, fileIsHere: boolean): string =>
  state.file && fileIsHere ? state.file.tensor : `${state.source.name}, ${short(state.source.count)} weights`;
