import type { State } from '../state';

/** A control asks for a change of the page's state; `done` false while its drag goes on. It bubbles. */
export class ChangeEvent extends Event {
  static readonly type = 'hs-change';
  constructor(
    readonly change: Partial<State>,
    readonly done = true,
  ) {
    super(ChangeEvent.type, { bubbles: true });
  }
}

/** A person chose or dropped a file. It bubbles. */
export class FileEvent extends Event {
  static readonly type = 'hs-file';
  constructor(readonly file: File) {
    super(FileEvent.type, { bubbles: true });
  }
}
