/** Values to pixels and back. Two functions, because the usual packages bring colours and dates with theirs. */
export interface Scale {
  (value: number): number;
  domain(): [low: number, high: number];
  invert(pixel: number): number;
}

/** A scale that is linear in `warp` of the value; `unwarp` is its inverse. A domain of one value maps to the middle. */
function scale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  warp: (value: number) => number,
  unwarp: (value: number) => number,
): Scale {
  const [start, span] = [warp(low), warp(high) - warp(low)];
  const at = (value: number): number =>
    from + (to - from) * (span === 0 ? 0.5 : (warp(value) - start) / span);
  const invert = (pixel: number): number => unwarp(start + (span * (pixel - from)) / (to - from));
  return Object.assign(at, { invert, domain: (): [number, number] => [low, high] });
}

const same = (value: number): number => value;

export const linear = (domain: readonly [number, number], pixels: readonly [number, number]): Scale =>
  scale(domain, pixels, same, same);

/** Equal ratios are equal distances; the domain is above 0. */
export const logarithmic = (domain: readonly [number, number], pixels: readonly [number, number]): Scale =>
  scale(domain, pixels, Math.log, Math.exp);
