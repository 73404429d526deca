// The sorted index: what it costs to build, and what a measure then costs, against N.
import { race } from './clock.mjs';
import { uniform } from './words.mjs';

const request = { ...uniform, bits: 8, seed: 1 };

/**
 * For each count a row { n, build, read, direct, eight, ranges, widths }, in ms: building the index; a pass
 * that only reads; a Report at 8 bits by reading all weights, and by the index; 200 ranges at 4 bits; Reports
 * at all of 1 to 16 bits. `check(what, a, b)` is given numbers that must agree.
 */
export function measureIndex({ counts, load, read, must, rounds, check }) {
  return counts.map((n) => {
    const lab = load(n);
    const begun = performance.now();
    while (must(lab.index_step()).done < 1);
    const build = performance.now() - begun;
    // A new seed, which rounding to nearest does not use, makes it work anew.
    let seed = 1;
    const report = (bits) => must(lab.analyze({ ...request, bits, seed: seed++ }));
    const results = race(
      {
        read: () => read(n),
        direct: () => must(lab.analyze_by({ ...request, seed: seed++ }, 'simd')),
        eight: () => report(8),
        ranges: () => must(lab.range_scan({ ...request, bits: 4 }, 200)),
        widths: () => Array.from({ length: 16 }, (_, i) => report(i + 1)),
      },
      { rounds },
    );
    const [direct, indexed] = [results.direct.value, results.eight.value];
    check(`index over ${n}, mse`, direct.noise.mse, indexed.noise.mse);
    check(`index over ${n}, largest error`, direct.noise.max_error, indexed.noise.max_error);
    check(`index over ${n}, entropy`, direct.entropy.bits, indexed.entropy.bits);
    lab.delete();
    return { n, build, ...Object.fromEntries(Object.entries(results).map(([name, { ms }]) => [name, ms])) };
  });
}
