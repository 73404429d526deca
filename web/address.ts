/** The state in the browser's address bar and history. A page that may not touch them still works. */

/** A browser refuses some 200 changes in 10 seconds; a drag asks for one a frame. */
const shortestPauseMs = 300;

export class Address {
  #lastMs = -Infinity;

  /** `guest`: the history belongs to the page around this one, so no entry is ever added to it. */
  constructor(private readonly guest: boolean) {}

  /** The state moves on and will be pushed or replaced when it rests. */
  passing(query: string, id: string): void {
    if (performance.now() - this.#lastMs >= shortestPauseMs) this.replace(query, id);
  }

  replace(query: string, id: string): void {
    this.#write('replaceState', query, id);
  }

  push(query: string, id: string): void {
    this.#write(this.guest ? 'replaceState' : 'pushState', query, id);
  }

  #write(how: 'pushState' | 'replaceState', query: string, id: string): void {
    this.#lastMs = performance.now();
    try {
      history[how]({ id }, '', query || location.pathname);
    } catch {
      // A sandboxed frame, or a browser that has had enough: the link in "share" still carries the state.
    }
  }
}
