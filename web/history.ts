/** Undo and redo over whole states. Each state has an id, so that the browser's back and forward find it. */
export class History<T> {
  #entries: { id: string; state: T }[];
  #at = 0;
  #made = 0;
  readonly #session: string;

  /** `session` tells this page's ids from those an earlier page left in the browser's history. */
  constructor(first: T, session: string) {
    this.#session = session;
    this.#entries = [{ id: this.#next(), state: first }];
  }

  get present(): T {
    return this.#entries[this.#at]!.state;
  }

  get id(): string {
    return this.#entries[this.#at]!.id;
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#entries.length - 1;
  }

  /** A new step after the present one; what could be redone is gone. */
  commit(state: T): void {
    this.#entries.splice(++this.#at, Infinity, { id: this.#next(), state });
  }

  undo(): T {
    if (this.canUndo) this.#at -= 1;
    return this.present;
  }

  redo(): T {
    if (this.canRedo) this.#at += 1;
    return this.present;
  }

  /** Goes to the state of an id; one of an earlier page becomes a new step, spelled by `state`. */
  visit(id: unknown, state: T): T {
    const found = this.#entries.findIndex((entry) => entry.id === id);
    if (found >= 0) this.#at = found;
    else this.commit(state);
    return this.present;
  }

  #next(): string {
    return `${this.#session}-${this.#made++}`;
  }
}
