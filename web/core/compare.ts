/** Every format on the same weights: which quantizers stand for the table of formats, and which of them are worth their bits. */
import { LabError } from './lab';
import type { FormatInfo, Measured, QuantizerSpec, Report } from './report';
import { asked, startOf } from './words';

// Of a format with many widths, those that are met in practice.
const WIDTHS = [2, 3, 4, 5, 6, 8];
// A design takes its time; three show where it lies.
const DESIGNED_WIDTHS = [2, 3, 4];
/** Where one scale for the tensor is what a format starts from, and another may be asked for. */
const FINER = 'group:64';

/** What a quantizer came to, or in one sentence why it can't be measured on these weights. */
export interface Outcome {
  quantizer: QuantizerSpec;
  report: Report | null;
  reason: string;
}

/** A quantizer for every row of the table in its own words; several where the row has several widths or scales. */
export function candidates(formats: readonly FormatInfo[]): QuantizerSpec[] {
  return formats.flatMap((row) => {
    const own = startOf(row);
    const wanted = row.designed ? DESIGNED_WIDTHS : WIDTHS;
    // The levels that a person types have the bits they need.
    const widths = row.takes.includes('codebook')
      ? [own.bits]
      : wanted.filter((bits) => bits >= row.bits_min && bits <= row.bits_max);
    const finer =
      !row.designed && row.takes.includes('granularity') && own.granularity === 'tensor' ? [FINER] : [];
    return [own.granularity, ...finer].flatMap((granularity) =>
      (widths.length ? widths : [own.bits]).map((bits) =>
        asked(formats, {
          ...own,
          granularity,
          bits,
          // Half of the bits: E2M1 of four, E4M3 of eight.
          ...(row.takes.includes('exponent_bits') && { exponent_bits: Math.max(1, bits >> 1) }),
        }),
      ),
    );
  });
}

/** The format's name and the words by which it differs from its other entries: "int 4, per 64", "float 6 E3". */
export function nameOf(quantizer: QuantizerSpec, formats: readonly FormatInfo[]): string {
  const { format, bits, granularity, exponent_bits } = quantizer;
  const row = formats.find(({ name }) => name === format);
  if (!row) return format;
  const [kind, size] = granularity.split(':');
  return (
    format +
    (row.bits_min < row.bits_max && !row.takes.includes('codebook') ? ` ${bits}` : '') +
    (row.takes.includes('exponent_bits') ? ` E${exponent_bits}` : '') +
    (granularity === row.granularity ? '' : `, per ${size ?? kind}`)
  );
}

/** Measures them one by one. `each` hears every outcome, with the share that is done, and may throw to stop. */
export async function compare(
  quantizers: readonly QuantizerSpec[],
  measure: (quantizer: QuantizerSpec) => Report,
  each: (outcome: Outcome, done: number) => Promise<void> | void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const quantizer of quantizers) {
    outcomes.push(outcomeOf(quantizer, measure));
    await each(outcomes.at(-1)!, outcomes.length / quantizers.length);
  }
  return outcomes;
}

function outcomeOf(quantizer: QuantizerSpec, measure: (quantizer: QuantizerSpec) => Report): Outcome {
  try {
    return { quantizer, report: measure(quantizer), reason: '' };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { quantizer, report: null, reason: error.message };
  }
}

/** SNR in dB as a rank: no noise at all is above every number, no signal below. */
export const rank = ({ noise }: Report): number => (noise.exact ? Infinity : (noise.snr_db ?? -Infinity));

const cost = ({ quantizer }: Report): number => quantizer.bits_per_weight ?? Infinity;

/** The cheapest first; of equals the better. */
export const byCost = (p: Report, q: Report): number => order(cost(p), cost(q)) || order(rank(q), rank(p));

const order = (p: number, q: number): number => (p < q ? -1 : p > q ? 1 : 0);

/** The Pareto front, the cheapest first: no other has as much SNR with as few bits, and of equals the first stands. */
export function front(reports: readonly Report[]): Report[] {
  const chosen: Report[] = [];
  for (const report of [...reports].sort(byCost)) {
    const best = chosen.at(-1);
    if (known(cost(report)) && rank(report) > (best ? rank(best) : -Infinity)) chosen.push(report);
  }
  return chosen;
}

const known = (value: Measured): value is number => value !== null && Number.isFinite(value);
