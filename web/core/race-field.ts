/** Who runs in the race over a quantizer, and who can't. */
import type { CoreReport } from './module';
import { plain } from './plain';
import { isRandom } from './rounding';
import { evenCells, plainReport } from './plain-report';
import type { Contestant, Race, RaceNumbers } from './race';
import type { Report } from './report';

export interface Grounds {
  /** A copy of all weights. */
  weights(): Float32Array;
  /** Why there is no sorted index; undefined where there is. */
  unsorted: string | undefined;
  by(way: 'scalar' | 'simd' | 'index'): CoreReport;
}

/** What the race compares, of a core's report. */
function numbersOf({ noise, entropy }: CoreReport): RaceNumbers {
  const { mse, snr_db, max_error, bias, correlation } = plain(noise) as RaceNumbers;
  const { bits } = plain(entropy) as { bits: number | null };
  return { mse, snr_db, max_error, bias, correlation, entropy_bits: bits };
}

export function field(report: Report, { weights, unsorted, by }: Grounds) {
  const { quantizer, tensor, noise } = report;
  const contestants: Contestant[] = [];
  const absent: Race['absent'] = [];
  const core = (way: 'scalar' | 'simd' | 'index') => contestants.push({ way, run: () => numbersOf(by(way)) });

  const cells = evenCells(report);
  if (typeof cells === 'string') absent.push({ way: 'plain', why: cells });
  else {
    const x = weights();
    const known = { mean: tensor.mean ?? 0, std: tensor.std ?? 0, rms: tensor.rms ?? 0 };
    contestants.push({ way: 'plain', run: () => plainReport(x, cells, known) });
  }
  core('scalar');
  core('simd');
  const why =
    quantizer.transform !== 'none'
      ? 'it is of the weights as they are'
      : noise.overload === null
        ? 'a code belongs to several weights'
        : quantizer.scales !== 1
          ? 'it is of one scale for the tensor'
          : isRandom(quantizer.rounding)
            ? `${quantizer.rounding} rounding has no cells`
            : quantizer.step === 0
              ? 'the step is 0'
              : unsorted;
  if (why) absent.push({ way: 'index', why });
  else core('index');
  return { contestants, absent };
}
