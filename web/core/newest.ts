/** One request at a time, and behind it at most one waiting: the newest. */
import { Superseded } from './lab';

interface Asked<Q, A> {
  question: Q;
  resolve(answer: A): void;
  reject(reason: unknown): void;
}

export class NewestWins<Q, A> {
  #waiting: Asked<Q, A> | undefined;
  #underWay = false;

  /**
   * `work` answers one question. `overtaken` hears that a newer one waits behind the one under way.
   * `stillGood` says whether an answer is worth showing though a newer question waits.
   */
  constructor(
    private readonly work: (question: Q) => Promise<A>,
    private readonly stillGood: (answered: Q, newer: Q) => boolean,
    private readonly overtaken: () => void,
  ) {}

  ask(question: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting?.reject(new Superseded());
      this.#waiting = { question, resolve, reject };
      if (this.#underWay) this.overtaken();
      else void this.#answerAll();
    });
  }

  async #answerAll(): Promise<void> {
    this.#underWay = true;
    while (this.#waiting) {
      const asked: Asked<Q, A> = this.#waiting;
      this.#waiting = undefined;
      const newer = () => this.#waiting;
      try {
        const answer = await this.work(asked.question);
        const next = newer();
        if (next && !this.stillGood(asked.question, next.question)) asked.reject(new Superseded());
        else asked.resolve(answer);
      } catch (error) {
        asked.reject(newer() ? new Superseded() : error);
      }
    }
    this.#underWay = false;
  }
}
