/** What the page knows and does: the state with its history, and the measurements the lab owes it. */
import { Address } from './address';
import { Superseded, type Lab } from './core/lab';
import type { Analysis, QuantizerSpec, TensorEntry, TensorReport } from './core/report';
import { whole, type Experiment, type Listed } from './experiments/experiment';
import { History } from './history';
import { asked } from './core/words';
import { defaults, read, seeded, write, type State, type Words } from './state';

/** Work shorter than this shows no progress bar. */
const quietMs = 150;

const slots = ['a', 'b'] as const;
type Slot = (typeof slots)[number];

/** A file of this visit; one dropped again under the same name is another. */
interface Opened {
  file: File;
  tensors: TensorEntry[];
  number: number;
}

export class Session {
  readonly words: Omit<Words, 'experiments'> & { experiments: readonly Listed[] };
  state: State;
  /** The experiment that the state names, or until it is here the one before it; null before the first. */
  experiment: Experiment | null = null;
  /** A control is being dragged. */
  moving = false;
  /** The weights on the bench. */
  tensor: TensorReport | null = null;
  a: Analysis | null = null;
  b: Analysis | null = null;
  /** The files opened in this visit, the newest last, and their tensors; another map where a person is to look. */
  files: ReadonlyMap<string, TensorEntry[]> = new Map();
  /** Long work under way, and how much of it is done; null where that is not known. */
  work: { label: string; fraction: number | null } | null = null;
  /** One sentence on what failed last, or ''. */
  trouble = '';
  /** What the link asked for that could not be had. */
  notes: string[];

  readonly #history: History<State>;
  readonly #address: Address;
  readonly #opened = new Map<string, Opened>();
  /** Files dropped so far. */
  #drops = 0;
  /** The weights on the bench, and those being brought: each bringing is one of its own, even of equal weights. */
  #present = '';
  #bringing: { weights: string } | null = null;
  /** What a state says of the weights on the bench, and their file. */
  #good: (Pick<State, 'source' | 'file'> & { opened: Opened | undefined }) | null = null;
  /** What each slot was last asked, what its numbers answer, and the slots that have not answered. */
  readonly #asked: Record<Slot, string> = { a: '', b: '' };
  readonly #answered: Record<Slot, string> = { a: '', b: '' };
  readonly #unanswered = new Set<Slot>();

  /** What was last measured to its end. */
  #settled: Pick<State, 'experiment' | 'quantizer' | 'held'> | null = null;

  constructor(
    private readonly lab: Lab,
    private readonly experiments: readonly Listed[],
    private readonly updated: () => void,
  ) {
    this.words = { formats: lab.formats, sources: lab.sources, experiments };
    const { state, ignored } = read(location.search, this.words);
    this.state = state;
    this.notes = ignored;
    this.#history = new History(state, Date.now().toString(36));
    this.#address = new Address(state.embed);
    this.#address.replace(this.query(), this.#history.id);
    addEventListener('popstate', (event) => {
      const link = read(location.search, this.words).state;
      // A fragment was followed: the same state, and nothing to step to.
      if (event.state === null && write(link, this.words) === write(this.#history.present, this.words)) {
        this.#address.replace(this.query(), this.#history.id);
        return;
      }
      const id = (event.state as { id?: string } | null)?.id;
      this.#show(this.#history.visit(id, link));
      this.#address.replace(this.query(), this.#history.id);
    });
    lab.emptied = () => this.#emptied();
    this.#pursue();
  }

  /** The title of the experiment that the state names. */
  get title(): string {
    return this.#listed.title;
  }

  get #listed(): Listed {
    return this.experiments.find(({ id }) => id === this.state.experiment)!;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /** The numbers shown are not those of the state, and won't be in a moment. */
  get stale(): boolean {
    const failed = (slot: Slot) => this.#answered[slot] !== this.#asked[slot] && !this.#unanswered.has(slot);
    return this.work !== null || slots.some(failed);
  }

  /** The file that the state names and this visit has not seen, or ''. */
  get missingFile(): string {
    const { file } = this.state;
    return file && !this.#opened.has(file.name) ? file.name : '';
  }

  /** What A's numbers are of: the state with the weights that are really there; null while they are of another. */
  get measured(): State | null {
    if (this.#bringing || !this.#asked.a || this.#answered.a !== this.#asked.a) return null;
    return { ...this.state, file: this.missingFile ? null : this.state.file };
  }

  /** The query string of the state, or of the state with a change. */
  query(change: Partial<State> = {}): string {
    return write({ ...this.state, ...change }, this.words);
  }

  change(change: Partial<State>, done: boolean): void {
    const state = seeded({ ...this.state, ...change });
    if (done) this.#commit(state);
    else this.#address.passing(write(state, this.words), this.#history.id);
    this.#show(state, !done);
  }

  changeQuantizer(change: Partial<QuantizerSpec>, done: boolean): void {
    this.change({ quantizer: { ...this.state.quantizer, ...change } }, done);
  }

  /** Goes to the state a query string spells. */
  go(query: string): void {
    this.change(read(query, this.words).state, true);
  }

  undo(): void {
    this.#turn(() => this.#history.undo());
  }

  redo(): void {
    this.#turn(() => this.#history.redo());
  }

  reset(): void {
    this.change({ ...defaults(this.words), experiment: this.state.experiment }, true);
  }

  /** Reads a file's directory; the first tensor that can be decoded goes on the bench, or the one a link named. */
  async open(file: File): Promise<void> {
    const number = ++this.#drops;
    try {
      const tensors = await this.lab.open(file);
      // Of two dropped in a row the second was meant, whichever directory comes last.
      if (number !== this.#drops) return;
      this.#list({ file, tensors, number });
      const here = this.state.file?.name === file.name;
      const named = here ? this.state.file!.tensor : '';
      const tensor = tensors.find((entry) => entry.decodable && (!named || entry.name === named));
      this.notes = [];
      if (tensor) {
        this.change({ file: { name: file.name, tensor: tensor.name } }, true);
        return;
      }
      if (here) {
        this.#goBack();
        this.#pursue();
      }
      this.#fail(`${file.name} has no tensor ${named && `“${named}” `}the lab can decode.`);
    } catch (error) {
      if (number === this.#drops) this.#fail(sentence(error));
    }
  }

  /** The newest is the last. */
  #list(opened: Opened): void {
    const { name } = opened.file;
    this.#opened.delete(name);
    this.#opened.set(name, opened);
    this.files = new Map([...this.#opened].map(([name, { tensors }]) => [name, tensors]));
  }

  /** Stops the work under way; the bench goes back to the weights that stand, or to what was measured last. */
  cancel(): void {
    if (this.#bringing) return this.lab.cancel();
    this.lab.stopMeasuring();
    this.#asked.a = this.#asked.b = '';
    const { experiment, quantizer } = defaults(this.words);
    this.change(this.#settled ?? { experiment, quantizer, held: null }, true);
  }

  forgetNotes(): void {
    this.notes = [];
    this.trouble = '';
    this.updated();
  }

  probe = (slot: Slot, x: number) => this.lab.probe(slot, x);

  #commit(state: State): void {
    if (write(state, this.words) === write(this.#history.present, this.words)) return;
    // The entry may carry the address of a drag: give it its own back before leaving it.
    this.#address.replace(write(this.#history.present, this.words), this.#history.id);
    this.#history.commit(state);
    this.#address.push(write(state, this.words), this.#history.id);
  }

  #turn(step: () => State): void {
    const before = this.#history.id;
    const state = step();
    if (this.#history.id !== before) this.#address.push(write(state, this.words), this.#history.id);
    this.#show(state);
  }

  #show(state: State, moving = false): void {
    this.state = state;
    this.moving = moving;
    this.trouble = '';
    this.#pursue();
    this.updated();
  }

  /** The weights a state asks for: its file where this visit has it, else its generator. */
  #wanted({ file, source }: State): string {
    const opened = file && this.#opened.get(file.name);
    return JSON.stringify(opened ? [file, opened.number] : source);
  }

  /** Asks the lab for what the state wants and the page does not have. */
  #pursue(): void {
    void this.#choose(this.#listed);
    const wanted = this.#wanted(this.state);
    if (wanted === this.#present) {
      if (this.#bringing) this.#leave();
      this.#measure();
    }
    // A drag lets the present work end, so that the picture follows it; then comes the newest.
    else if (wanted !== this.#bringing?.weights && !(this.#bringing && this.moving))
      void this.#bring(wanted, this.state);
  }

  async #bring(weights: string, state: State): Promise<void> {
    const bringing = (this.#bringing = { weights });
    const opened = this.#opened.get(state.file?.name ?? '');
    const file = opened ? state.file : null;
    const label = file ? `Reading ${file.tensor}` : 'Making weights';
    const startMs = performance.now();
    const progress = (fraction: number) => {
      if (this.#bringing !== bringing || performance.now() - startMs < quietMs) return;
      this.work = { label, fraction };
      this.updated();
    };
    try {
      const tensor = await (file && opened
        ? this.lab.load(opened.file, file.tensor, progress)
        : this.lab.generate(state.source, progress));
      this.tensor = tensor;
      this.#present = weights;
      this.#good = { source: state.source, file, opened };
      this.#asked.a = this.#asked.b = '';
      // Weights that were left while they were sorted are not those a person waits for.
      if (tensor.unsorted && this.#bringing === bringing) this.#fail(tensor.unsorted);
    } catch (error) {
      // Overtaken by newer weights: nothing to say. Otherwise the bench stays as it was.
      if (this.#bringing !== bringing) return;
      if (!(error instanceof Superseded)) this.#fail(sentence(error));
      if (!this.#goBack()) {
        // Nothing can be had: the next change asks again.
        this.#bringing = this.work = null;
        this.updated();
        return;
      }
    }
    // Not when newer weights are on their way: they will pursue what is left.
    if (this.#bringing === bringing || this.#bringing === null) {
      this.#bringing = null;
      this.work = null;
      this.#pursue();
    }
    this.updated();
  }

  /** The bench has lost its weights: those of the state are brought again, or what can be had. */
  #emptied(): void {
    this.#present = '';
    this.#good = null;
    this.#pursue();
    this.updated();
  }

  /** The weights being brought are not wanted any more. */
  #leave(): void {
    this.#bringing = null;
    this.work = null;
    this.lab.cancel();
  }

  /**
   * The controls show the weights that stand; on an empty bench the next to try: the file's stand-in, then what a
   * page starts with. False where there is nothing left.
   */
  #goBack(): boolean {
    const { missingFile } = this;
    const { source, file, opened } = this.#good ?? {
      source: this.state.file && !missingFile ? this.state.source : defaults(this.words).source,
      file: null,
      opened: undefined,
    };
    if (opened) this.#list(opened);
    // The list of a file that was given up stays in sight, for another choice.
    else if (this.state.file && !missingFile) this.files = new Map(this.files);
    // A file not dropped yet claims nothing of the bench.
    const state = seeded({ ...this.state, source, file: file ?? (missingFile ? this.state.file : null) });
    if (!this.#good && this.#wanted(state) === this.#wanted(this.state)) return false;
    this.moving = false;
    this.state = state;
    this.#commit(state);
    return true;
  }

  /** Has the experiment that the state names; one whose script is still to come follows when it is here. */
  async #choose(listed: Listed): Promise<void> {
    if (this.experiment?.id === listed.id) return;
    if (!('load' in listed)) {
      this.experiment = listed;
      return;
    }
    try {
      const experiment = await whole(listed);
      if (this.#listed !== listed || this.experiment === experiment) return;
      this.experiment = experiment;
      this.#pursue();
      this.updated();
    } catch {
      // Another experiment is looked at by now.
      if (this.#listed !== listed) return;
      this.#fail(`“${listed.title}” could not be loaded; try again when the network is back.`);
    }
  }

  #measure(): void {
    const { quantizer, held } = this.state;
    const shown = { a: quantizer, b: held };
    for (const slot of slots) {
      const spec = shown[slot];
      if (!spec) {
        this.#asked[slot] = this.#answered[slot] = '';
        this.#unanswered.delete(slot);
        this[slot] = null;
        continue;
      }
      const wanted = asked(this.words.formats, spec);
      const wants = this.experiment?.wants(wanted, this.words.formats) ?? {};
      const key = JSON.stringify([this.#present, wanted, wants]);
      if (key === this.#asked[slot]) continue;
      this.#asked[slot] = key;
      void this.#analyze(slot, key, this.lab.analyze(slot, wanted, wants));
    }
  }

  async #analyze(slot: Slot, key: string, asked: Promise<Analysis>): Promise<void> {
    this.#unanswered.add(slot);
    const timer = setTimeout(() => {
      this.work ??= { label: `Measuring ${slot.toUpperCase()}`, fraction: null };
      this.updated();
    }, quietMs);
    try {
      const analysis = await asked;
      // An answer that a newer question waits behind is shown too, so that a drag is followed.
      if (this.#asked[slot] !== '') {
        this[slot] = analysis;
        this.#answered[slot] = key;
      }
    } catch (error) {
      if (this.#asked[slot] === key && !(error instanceof Superseded)) this.#fail(sentence(error));
    }
    clearTimeout(timer);
    if (this.#asked[slot] === key) this.#unanswered.delete(slot);
    if (this.#unanswered.size === 0 && this.work?.fraction === null) this.work = null;
    const { quantizer, held } = this.state;
    if (this.experiment && slots.every((slot) => this.#answered[slot] === this.#asked[slot]))
      this.#settled = { experiment: this.experiment.id, quantizer, held };
    this.updated();
  }

  #fail(trouble: string): void {
    this.trouble = trouble;
    this.updated();
  }
}

const sentence = (error: unknown) =>
  error instanceof Error && error.message ? error.message : 'Something failed that the lab has no words for.';
