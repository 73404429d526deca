/** Axes that hold still: while a control moves, a domain may grow to show everything but never jumps back. */
import type { Domain } from './axes';

export type Memory = Map<string, Domain>;

export function hold(memory: Memory, moving: boolean, name: string, domain: Domain): Domain {
  const held = memory.get(name);
  const now: Domain = moving && held ? [Math.min(held[0], domain[0]), Math.max(held[1], domain[1])] : domain;
  memory.set(name, now);
  return now;
}

/** Like hold, for a domain that must not even grow: a window that a reader looks through. */
export function freeze(memory: Memory, moving: boolean, name: string, domain: Domain): Domain {
  const held = memory.get(name);
  if (moving && held) return held;
  memory.set(name, domain);
  return domain;
}
