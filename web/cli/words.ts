/** Reading words and numbers a person typed; every refusal is one sentence with a hint. */

/** What a person typed can't be done: one line on stderr, exit status 2. */
export class UsageError extends Error {}

/** The candidate that differs least from a mistyped word, if any is near. */
export function nearest(word: string, candidates: string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : undefined;
}

// Levenshtein's edit distance, one row at a time.
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const next = [i];
    for (let j = 1; j <= b.length; ++j) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** A word that must be one of a list. `kind` names the list in the sentence. */
export function oneOf(word: string, candidates: string[], kind: string): string {
  if (candidates.includes(word)) return word;
  const hint = nearest(word, candidates);
  throw new UsageError(
    `There is no ${kind} “${word}”; ` +
      (hint ? `did you mean “${hint}”?` : `there are ${listed(candidates)}.`),
  );
}

/** “a, b or c”. */
export const either = (names: string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** The first few of a list of names. */
export function listed(names: string[], most = 12): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** A whole number as typed, exactly; `1e6` and `1_000_000` are read too. */
export function whole(text: string, flag: string, low: number, high: number): number {
  const value = /^(\d[\d_]*|\d+(\.\d+)?e\d+)$/i.test(text) ? Number(text.replaceAll('_', '')) : NaN;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  const taken = low === high ? `is ${low} here` : `takes a whole number from ${low} to ${high}`;
  throw new UsageError(`--${flag} ${taken}, not “${text}”.`);
}

export function number(text: string, flag: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`--${flag} takes a number, not “${text}”.`);
}

/** Bit widths, `B` or `FROM:TO`, within what a format has. */
export function bitWidths(text: string, low: number, high: number): number[] {
  const match = /^(\d+)(?::(\d+))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match && from <= to && from >= low && to <= high) {
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  }
  throw new UsageError(`--bits takes from:to within ${low}:${high} for a sweep, not “${text}”.`);
}
