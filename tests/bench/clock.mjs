// Timing several ways to do one thing: warmed, taken in turns, medians.

/**
 * Runs every task of { name: () => value } once to warm it, then `rounds` times in turns, so that a busy
 * moment of the machine falls on all alike. `repeat` calls make one timing. Answers for each name the median
 * time in ms, and the value.
 */
export function race(tasks, { rounds, repeat = 1 }) {
  const entries = Object.entries(tasks).map(([name, task]) => ({ name, task, times: [], value: task() }));
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      const begin = performance.now();
      for (let i = 0; i < repeat; i++) entry.value = entry.task();
      entry.times.push((performance.now() - begin) / repeat);
    }
  }
  return Object.fromEntries(entries.map(({ name, times, value }) => [name, { ms: median(times), value }]));
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

/** The ms of a race by name. */
export function times(race) {
  return Object.fromEntries(Object.entries(race).map(([name, { ms }]) => [name, ms]));
}

/** Whether two numbers agree to a relative 1e-6, or to that of `scale` where it is larger than both. */
export function agree(a, b, scale = 0) {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), scale);
}
