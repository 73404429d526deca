/** What the tests of the experiments share: the experiments whole, and scenes of numbers that a test names. */
import type { Memory } from '../../web/components/chart/hold';
import type { Analysis, Levels, Report } from '../../web/core/report';
import { whole, type Scene } from '../../web/experiments/experiment';
import { experiments as listed } from '../../web/experiments/index';
import { quantizer } from './bench';

export const experiments = await Promise.all(listed.map(whole));

/** int, 2 bits, range 1: levels −1, 0, 1 and Δ = 1. */
export const threeLevels: Levels = {
  codes: Int32Array.of(-1, 0, 1),
  values: Float64Array.of(-1, 0, 1),
  edges: Float64Array.of(-Infinity, -0.5, 0.5, Infinity),
  counts: Float64Array.of(1, 6, 1),
};

type Parts = {
  [part in 'tensor' | 'quantizer' | 'noise' | 'entropy' | 'prediction']?: Partial<Report[part]>;
};

/** Eight weights through those levels, with only the numbers that a test names changed. */
export function report(parts: Parts = {}): Report {
  return {
    tensor: {
      name: 'w',
      dtype: 'F32',
      shape: [8],
      count: 8,
      min: -1,
      max: 1,
      mean: 0,
      rms: 0.5,
      std: 0.5,
      kurtosis: 3,
      nonfinite: 0,
      ...parts.tensor,
    },
    quantizer: {
      ...quantizer({ bits: 2 }),
      step: 1,
      step_min: 1,
      zero_point: 0,
      range_low: -1,
      range_high: 1,
      scales: 1,
      levels: 3,
      code_bits: 2,
      bits_per_weight: 6,
      bytes: 6,
      ...parts.quantizer,
    },
    noise: {
      mse: 0.05,
      snr_db: 6.9897,
      exact: false,
      max_error: 0.5,
      bound: 0.5,
      max_error_in_steps: 0.5,
      granular_max_error_in_steps: 0.5,
      bound_in_steps: 0.5,
      overload: 0,
      overload_mse: 0,
      bias: 0,
      variance: 0.05,
      correlation: 0.1,
      lost: 0,
      ...parts.noise,
    },
    entropy: { bits: 1.0613, occupied_levels: 3, differential_bits: 1.05, ...parts.entropy },
    prediction: { mse: 1 / 12, snr_db: 4.7712, entropy_bits: 1.05, conditions: [], ...parts.prediction },
  };
}

export function scene(a: Analysis, more: Partial<Scene> = {}): Scene {
  return {
    quantizer: a.report.quantizer,
    a,
    b: null,
    width: 900,
    height: 420,
    em: 12,
    moving: false,
    cursor: null,
    memory: new Map() as Memory,
    point: () => {},
    change: () => {},
    probe: () => null,
    ...more,
  };
}

/** All text of a lit template and the templates in it. */
export function flatten(value: unknown): string {
  if (Array.isArray(value)) return value.map(flatten).join('');
  if (value && typeof value === 'object' && 'strings' in value) {
    const { strings, values } = value as unknown as { strings: string[]; values: unknown[] };
    return strings.map((text, i) => text + flatten(values[i] ?? '')).join('');
  }
  return typeof value === 'function' || value === null ? '' : String(value);
}
