/** NumPy lines that give the page's numbers: the quantizer with its step and codes written out. */
import type { Probe, Report } from '../core/report';
import { isRandom } from '../core/rounding';
import type { State, Words } from '../state';
import { weightsCommand } from './command';

/** Why there are no such lines for a state, or ''. */
export function whyNoNumpy({ quantizer }: State, words: Pick<Words, 'formats'>, report: Report): string {
  const row = words.formats.find(({ name }) => name === quantizer.format);
  if (row?.designed) return 'Not for a codebook, whose levels the lab designs on the weights.';
  if (row?.codebook || row?.in_blocks)
    return `Not for ${row.label}: only even levels, a code for each weight, are written out.`;
  if (quantizer.transform !== 'none') return 'Not under a transform, whose draws are the lab’s own.';
  if (!report.quantizer.step) return 'There is no step to write out.';
  if (quantizer.granularity !== 'tensor') return 'Only where one scale serves the whole tensor.';
  if (isRandom(quantizer.rounding))
    return `Not for ${quantizer.rounding} rounding, whose draws are the lab’s own.`;
  return '';
}

/** How u = x/Δ is rounded to a code, where a level stands at zero and where an edge does (src/kernels/kernels.h). */
const rounded: Record<string, { level: string; edge: string }> = {
  nearest: { level: 'np.rint(u)', edge: 'np.floor(u)' },
  'half-away': {
    level: 'np.trunc(u + np.copysign(0.5, u))',
    edge: 'np.where(u < 0, np.ceil(u) - 1, np.floor(u))',
  },
  floor: { level: 'np.floor(u)', edge: 'np.floor(u - 0.5)' },
};

/** `lowest` and `highest` are the quantizer's answers to weights far beyond its range. Throws where steps differ. */
export function numpyLines(
  state: State,
  words: Words,
  report: Report,
  lowest: Probe,
  highest: Probe,
): string {
  const step = report.quantizer.step!;
  const bottom = lowest.quantized / step;
  const edge = Math.abs(bottom - Math.round(bottom)) > 0.25 ? 0.5 : 0;
  const low = Math.round(bottom - edge);
  const high = Math.round(highest.quantized / step - edge);
  if (high - low + 1 !== report.quantizer.levels)
    throw new Error('There are such lines only where all steps are equal.');
  const codes = rounded[state.quantizer.rounding]![edge ? 'edge' : 'level'];
  // Δ²/12 for round to nearest; the other roundings have their own.
  const divisor = Math.round(step ** 2 / report.prediction.mse!);
  return `import numpy as np

# ${weightsCommand(state, words)}
x = np.load('weights.npy').astype(np.float32).ravel()
x = x[np.isfinite(x)]
step = np.float32(${step})
u = x / step
k = np.clip(${codes}, ${low}, ${high})
q = (${edge ? '(k + 0.5)' : 'k'} * step).astype(np.float32)

x, q = x.astype(np.float64), q.astype(np.float64)
noise = x - q
p = np.unique(k, return_counts=True)[1] / k.size
print('SNR', 10 * np.log10(np.mean(x**2) / np.mean(noise**2)), 'dB')
print('predicted', 10 * np.log10(np.mean(x**2) * ${divisor} / float(step)**2), 'dB')
print('largest error', np.max(np.abs(noise)) / float(step), 'steps')
print('entropy', -np.sum(p * np.log2(p)), 'bit')
`;
}
