/** Work that an experiment starts by hand, such as a race: its progress, its result, what went wrong. */
import { Superseded, type Lab, type Progress } from '../core/lab';

export class Task {
  running = false;
  /** How much is done; null where that is not known. */
  fraction: number | null = null;
  /** What the last finished work gave. */
  result: unknown;
  /** One sentence on what failed last, or ''. */
  trouble = '';

  constructor(
    readonly lab: Lab,
    private readonly changed: () => void,
  ) {}

  async run(work: (lab: Lab, progress: Progress) => Promise<unknown>): Promise<void> {
    if (this.running) return;
    Object.assign(this, { running: true, fraction: null, trouble: '' });
    this.changed();
    try {
      this.result = await work(this.lab, (fraction) => {
        this.fraction = fraction;
        this.changed();
      });
    } catch (error) {
      if (!(error instanceof Superseded)) this.trouble = (error as Error).message;
    }
    this.running = false;
    this.changed();
  }
}
