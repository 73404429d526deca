/** The core's numbers in the words of the contract: NaN and ±∞ become null, the request's words are added. */
import type { CoreReport } from './module';
import type { QuantizerSpec, Report, TensorReport } from './report';

/** A copy in which every number without meaning is null. */
export function plain<T extends object>(
  values: T,
): { [K in keyof T]: T[K] extends number ? number | null : T[K] } {
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === 'number' && !Number.isFinite(value) ? null : value,
  ]);
  return Object.fromEntries(entries);
}

export function toReport(
  tensor: Pick<TensorReport, 'name' | 'dtype' | 'shape'>,
  quantizer: QuantizerSpec,
  core: CoreReport,
): Report {
  return {
    tensor: { ...tensor, ...plain(core.tensor) },
    quantizer: { ...quantizer, ...plain(core.quantizer) },
    noise: plain(core.noise),
    entropy: plain(core.entropy),
    prediction: plain(core.prediction),
  } as Report;
}
