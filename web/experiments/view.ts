/** <hs-experiment>: one experiment with its picture, its numbers, its formula and why. Value in, event out. */
import { html, nothing } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { Memory } from '../components/chart/hold';
import { dash, significant } from '../components/format';
import { LightElement } from '../components/light';
import type { Lab } from '../core/lab';
import type { Analysis, Probe, QuantizerSpec, Segment, Wants } from '../core/report';
import { asked } from '../core/words';
import type { Experiment, Fact, Scene, Table } from './experiment';
import { Task } from './task';

// A longer table is in the CSV: this many rows are all that a page should carry.
const MOST_ROWS = 512;

export class ExperimentView extends LightElement {
  static override properties = {
    experiment: { attribute: false },
    quantizer: { attribute: false },
    a: { attribute: false },
    b: { attribute: false },
    moving: { attribute: false },
    probe: { attribute: false },
    lab: { attribute: false },
    onchange: { attribute: false },
    size: { state: true },
    cursors: { state: true },
    settings: { state: true },
    open: { state: true },
    trouble: { state: true },
  };
  declare experiment: Experiment;
  declare quantizer: QuantizerSpec;
  declare a: Analysis | null;
  declare b: Analysis | null;
  /** A control of the bench is being dragged. */
  declare moving: boolean;
  declare probe: (slot: 'a' | 'b', x: number) => Promise<Probe>;
  declare lab: Lab;
  /** (change, done): a drag in the picture moves the bench. Untyped because every element has one of its own. */
  declare onchange: any;
  declare private size: { width: number; height: number; em: number };
  declare private cursors: Record<string, number | null>;
  declare private settings: Record<string, Readonly<Record<string, number>>>;
  declare private open: boolean;
  /** One sentence on why a download failed, or ''. */
  declare private trouble: string;

  /** What the picture is drawn from, all of one moment: it stands until what a newer one wants has come. */
  #shown!: { experiment: Experiment; quantizer: QuantizerSpec; a: Analysis | null; b: Analysis | null };
  readonly #memories = new Map<string, Memory>();
  readonly #probes = new Map<'a' | 'b', { analysis: Analysis | null; x: number; answer: Probe | null }>();
  #segment: { analysis: Analysis | null; index: number; answer: Segment | null } | undefined;
  readonly #tasks = new Map<string, Task>();
  readonly #watch = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    this.a = this.b = null;
    this.moving = this.open = false;
    this.size = { width: 0, height: 0, em: 13 };
    this.trouble = '';
    this.cursors = {};
    this.settings = {};
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#watch.observe(this.#frame);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  protected override firstUpdated(): void {
    this.#watch.observe(this.#frame);
    this.#measure();
  }

  protected override willUpdate(): void {
    const { a, b, experiment, quantizer } = this;
    this.#shown ??= { experiment, quantizer, a: null, b: null };
    const shown = [experiment, this.#shown.experiment].find((one) => this.#isWhole(a, one));
    if (!shown) {
      if (!this.#shown.a) this.#shown.experiment = experiment;
      return;
    }
    const last = shown === this.#shown.experiment ? this.#shown : null;
    const { quantizer: measured, wants } = a!.question!;
    this.#shown = {
      experiment: shown,
      // As the bench has it, with the words that its format does not take.
      quantizer: isSame(asked(this.lab.formats, quantizer), measured) ? quantizer : measured,
      a,
      // B is drawn on what A has; one that is still to come leaves the last in its place.
      b: b && (this.#isWhole(b, shown) && answers(b, wants) ? b : (last?.b ?? null)),
    };
  }

  /** The analysis is the answer to just what the experiment wants of its quantizer. */
  #isWhole(analysis: Analysis | null, experiment: Experiment): boolean {
    const question = analysis?.question;
    return !!question && isSame(question.wants, experiment.wants(question.quantizer, this.lab.formats));
  }

  protected override updated(): void {
    this.#measure();
    const scene = this.#scene();
    if (!scene) return;
    const slots = this.#shown.experiment.slots(scene);
    for (const slot of this.querySelectorAll<HTMLElement>('.formula [data-slot]')) {
      const text = slots[slot.dataset.slot!] ?? dash;
      if (slot.textContent !== text) slot.textContent = text;
    }
  }

  get #frame(): HTMLElement {
    return this.querySelector('.picture')!;
  }

  #measure(): void {
    const { clientWidth: width, clientHeight: height } = this.#frame;
    const em = parseFloat(getComputedStyle(this.#frame).fontSize);
    if (width === this.size.width && height === this.size.height && em === this.size.em) return;
    this.size = { width, height, em };
  }

  #scene(): Scene | null {
    const { size } = this;
    const { a, b, quantizer, experiment } = this.#shown;
    const { id } = experiment;
    if (!a || size.width === 0 || size.height === 0) return null;
    let memory = this.#memories.get(id);
    if (!memory) this.#memories.set(id, (memory = new Map()));
    let task = this.#tasks.get(id);
    if (!task) this.#tasks.set(id, (task = new Task(this.lab, () => this.requestUpdate())));
    return {
      quantizer,
      a,
      b,
      ...size,
      moving: this.moving,
      cursor: this.cursors[id] ?? null,
      memory,
      task,
      point: (cursor) => {
        if ((this.cursors[id] ?? null) !== cursor) this.cursors = { ...this.cursors, [id]: cursor };
      },
      settings: this.settings[id] ?? {},
      set: (name, value) => {
        this.settings = { ...this.settings, [id]: { ...this.settings[id], [name]: value } };
      },
      segment: (index) => this.#segmentAt(index),
      change: (change, done) => this.onchange(change, done),
      probe: (slot, x) => this.#probed(slot, x),
    };
  }

  /** The core's answer for x, asked for once. */
  #probed(slot: 'a' | 'b', x: number): Probe | null {
    const analysis = this.#shown[slot];
    const known = this.#probes.get(slot);
    if (known?.analysis === analysis && known.x === x) return known.answer;
    const question = { analysis, x, answer: null as Probe | null };
    this.#probes.set(slot, question);
    this.probe(slot, x).then(
      (answer) => {
        if (this.#probes.get(slot) !== question) return;
        question.answer = answer;
        this.requestUpdate();
      },
      // The levels' own reading stands when the core has no answer.
      () => {},
    );
    return null;
  }

  /** The weights of one scale, asked for once; those that stood before stand until they come. */
  #segmentAt(index: number): Segment | null {
    const { a: analysis, quantizer } = this.#shown;
    const known = this.#segment;
    if (known?.analysis === analysis && known.index === index) return known.answer;
    const question = (this.#segment = { analysis, index, answer: known?.answer ?? null });
    this.lab.segment(quantizer, index).then(
      (answer) => {
        if (this.#segment !== question) return;
        question.answer = answer;
        this.requestUpdate();
      },
      // There is none where the weights have changed meanwhile: the next analysis asks again.
      () => {},
    );
    return question.answer;
  }

  protected override render() {
    const scene = this.#scene();
    const { experiment, a } = this.#shown;
    return html`<article
      class="experiment ${experiment.tall ? 'tall' : ''}"
      data-experiment=${experiment.id}
      aria-label=${experiment.title}
    >
      <h2 class="question">${experiment.question}</h2>
      <div class="picture">
        ${
          scene
            ? html`<svg
                viewBox="0 0 ${scene.width} ${scene.height}"
                role="figure"
                aria-label=${experiment.describe(scene)}
              >
                ${experiment.picture(scene)}
              </svg>`
            : nothing
        }
      </div>
      ${scene && experiment.controls ? experiment.controls(scene) : nothing}
      <div class="words">
        ${scene ? this.#facts(experiment.facts(scene)) : nothing}
        <div class="reasons">
          ${
            scene && !Object.keys(experiment.slots(scene)).length
              ? nothing
              : html`<div
                  class="formula"
                  tabindex="0"
                  role="group"
                  aria-label="The formula with the present numbers"
                >
                  ${unsafeHTML(formulaOf(experiment, a))}
                </div>`
          }
          ${scene ? html`<div class="why">${experiment.why(scene).map((sentence) => html`<p>${sentence}</p>`)}</div>` : nothing}
        </div>
      </div>
      <details
        class="numbers"
        ?open=${this.open}
        @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}
      >
        <summary>Numbers and downloads</summary>
        ${scene && this.open ? this.#numbers(scene) : nothing}
      </details>
    </article>`;
  }

  #facts(facts: Fact[]) {
    const b = facts.some((fact) => fact.b !== undefined);
    return html`<table class="facts">
      <thead>
        <tr>
          <td></td>
          <th scope="col">${b ? 'A measured' : 'measured'}</th>
          <th scope="col" class="predicted">predicted</th>
          ${b ? html`<th scope="col">B measured</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${facts.map(
          (fact) =>
            html`<tr>
              <th scope="row">${fact.label}${fact.note ? html`<small>${fact.note}</small>` : nothing}</th>
              <td>${fact.measured}</td>
              <td class="predicted">${fact.predicted ?? nothing}</td>
              ${b ? html`<td class="b">${fact.b ?? nothing}</td>` : nothing}
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #numbers(scene: Scene) {
    const table = this.#shown.experiment.table(scene);
    const shown = table.rows.slice(0, MOST_ROWS);
    return html`<div class="downloads">
        <button type="button" @click=${() => this.#take('svg', scene)}>Picture as SVG</button>
        <button type="button" @click=${() => this.#take('png', scene)}>Picture as PNG</button>
        <button type="button" @click=${() => this.#take('csv', scene)}>Numbers as CSV</button>
      </div>
      <p class="hint" role="status">${this.trouble}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${table.caption}>
        <table class="series">
          <caption>
            ${table.caption}${
              shown.length < table.rows.length
                ? html` (the first ${shown.length} of ${table.rows.length} rows; the CSV has them all)`
                : nothing
            }
          </caption>
          <thead>
            <tr>
              ${table.columns.map((column) => html`<th scope="col">${column}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              (row) =>
                html`<tr>
                  ${row.map((cell) => html`<td>${written(cell)}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  async #take(kind: 'svg' | 'png' | 'csv', scene: Scene): Promise<void> {
    this.trouble = '';
    try {
      await this.#download(kind, scene);
    } catch {
      this.trouble = 'It could not be made; if the network is away, try again when it is back.';
    }
  }

  async #download(kind: 'svg' | 'png' | 'csv', scene: Scene): Promise<void> {
    const { format, bits } = scene.a.report.quantizer;
    const { experiment } = this.#shown;
    const name = `halfstep-${experiment.id}-${format}-${bits}.${kind}`;
    const { csvText, pngBlob, save, svgText } = await import('../components/chart/download');
    if (kind === 'csv') {
      const table: Table = experiment.table(scene);
      return save(name, csvText(table.columns, table.rows), 'text/csv');
    }
    const text = svgText(this.querySelector('.picture svg')!, experiment.describe(scene));
    if (kind === 'svg') return save(name, text, 'image/svg+xml');
    save(name, await pngBlob(text, scene.width, scene.height));
  }
}

const isSame = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The analysis has every part that is wanted. */
const answers = (analysis: Analysis, wants: Wants): boolean =>
  (Object.keys(wants) as (keyof Wants)[]).every((part) => !wants[part] || analysis[part] !== undefined);

/** The formula that fits the format on the bench. */
export const formulaOf = ({ formula }: Experiment, a: Analysis | null): string =>
  typeof formula === 'string' ? formula : formula(a);

const written = (cell: string | number | null): string =>
  cell === null
    ? dash
    : typeof cell === 'string'
      ? cell
      : Number.isInteger(cell)
        ? String(cell).replace('-', '−')
        : significant(cell, 6);

customElements.define('hs-experiment', ExperimentView);

declare global {
  interface HTMLElementTagNameMap {
    'hs-experiment': ExperimentView;
  }
}
