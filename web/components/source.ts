/** The weights on the bench: a seeded generator, or a tensor of a file. */
import { html, nothing } from 'lit';
import type { TensorEntry } from '../core/report';
import { initialParameters, limits, type State, type Words } from '../state';
import { ChangeEvent } from './change';
import { choice, select } from './choice';
import { dropAgain, dropField } from './drop';
import { count, shape, short } from './format';
import { LightElement } from './light';
import type { SlideEvent } from './slider';
import './slider';

/** More tensors than this get a search field. */
const many = 8;

export class SourcePanel extends LightElement {
  static override properties = {
    state: { attribute: false },
    words: { attribute: false },
    files: { attribute: false },
    browsing: { state: true },
    search: { state: true },
  };
  declare state: State;
  declare words: Words;
  /** The opened files of this visit and their tensors. */
  declare files: ReadonlyMap<string, TensorEntry[]>;
  /** The file side is shown though a generator is on the bench. */
  declare browsing: boolean;
  declare search: string;

  constructor() {
    super();
    this.browsing = false;
    this.search = '';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('state') as State | undefined;
    if (before && before.file !== this.state.file) this.browsing = this.state.file !== null;
    if (changed.has('files') && this.files.size) this.browsing = true;
  }

  #change(change: Partial<State>, done = true): void {
    this.dispatchEvent(new ChangeEvent(change, done));
  }

  #source(change: Partial<State['source']>, done = true): void {
    this.#change({ source: { ...this.state.source, ...change }, file: null }, done);
  }

  #side(side: string): void {
    this.browsing = side === 'file';
    if (side === 'generator' && this.state.file) this.#change({ file: null });
  }

  protected override render() {
    const onFile = this.browsing || this.state.file !== null;
    const sides = [
      { name: 'generator', label: 'Generator' },
      { name: 'file', label: 'File' },
    ];
    return html`<h2>Weights</h2>
      ${choice('side', 'Weights come from', sides, onFile ? 'file' : 'generator', (side) => this.#side(side))}
      ${onFile ? this.#file() : this.#generator()}`;
  }

  #generator() {
    const { source } = this.state;
    const { sources } = this.words;
    const row = sources.find((info) => info.name === source.name)!;
    const choose = (name: string) => this.#source({ name, parameters: initialParameters(this.words, name) });
    return html` ${select('source', 'Distribution', sources, source.name, choose)}
      ${row.parameters.map(
        (parameter) =>
          html`<hs-slider
            .label=${parameter.label}
            .unit=${parameter.unit}
            .low=${parameter.low}
            .high=${parameter.high}
            .step=${parameter.step}
            .value=${source.parameters[parameter.name] ?? parameter.initial}
            @slide=${(event: SlideEvent) =>
              this.#source(
                { parameters: { ...source.parameters, [parameter.name]: event.value } },
                event.done,
              )}
          ></hs-slider>`,
      )}
      <hs-slider
        .label=${'How many, N'}
        .unit=${''}
        .low=${limits.count.low}
        .high=${limits.count.high}
        .step=${1}
        .log=${true}
        .value=${source.count}
        .spoken=${`${count(source.count)} weights`}
        @slide=${(event: SlideEvent) => this.#source({ count: event.value }, event.done)}
      ></hs-slider>
      <details class="more">
        <summary>Scale, channels, seed</summary>
        <hs-slider
          .label=${'Scale'}
          .unit=${'×'}
          .low=${limits.scale.low}
          .high=${limits.scale.high}
          .step=${0}
          .log=${true}
          .value=${source.scale}
          @slide=${(event: SlideEvent) => this.#source({ scale: event.value }, event.done)}
        ></hs-slider>
        <hs-slider
          .label=${'Channels'}
          .unit=${''}
          .low=${limits.channels.low}
          .high=${limits.channels.high}
          .step=${1}
          .log=${true}
          .value=${source.channels}
          @slide=${(event: SlideEvent) => this.#source({ channels: event.value }, event.done)}
        ></hs-slider>
        <label class="field"
          >Seed
          <input
            type="number"
            min=${limits.seed.low}
            max=${limits.seed.high}
            step="1"
            .value=${String(source.seed)}
            @change=${this.#seed}
        /></label>
      </details>`;
  }

  #seed(event: Event): void {
    const field = event.target as HTMLInputElement;
    const { source } = this.state;
    const seed = Math.round(field.valueAsNumber);
    if (seed >= limits.seed.low && seed <= limits.seed.high) {
      this.#change({ source: { ...source, seed } });
    } else field.value = String(source.seed);
  }

  #file() {
    const [name, tensors] =
      [...this.files].find(([file]) => file === this.state.file?.name) ?? [...this.files].at(-1) ?? [];
    const missing = this.state.file && !this.files.has(this.state.file.name) ? this.state.file.name : null;
    return html`${missing ? dropAgain(missing) : dropField('Drop a .safetensors, .gguf or .npy here, or choose one')}
      <p class="hint">The file is read here and never leaves this machine.</p>
      ${name && tensors ? this.#tensors(name, tensors) : nothing}`;
  }

  #tensors(name: string, tensors: TensorEntry[]) {
    const wanted = this.search.toLowerCase();
    const found = tensors.filter((tensor) => tensor.name.toLowerCase().includes(wanted));
    return html` <p class="file-name" title=${name}>${name}</p>
      ${
        tensors.length > many
          ? html`<label class="search"
              ><span class="unseen">Search the tensors</span>
              <input
                type="search"
                placeholder="Search ${tensors.length} tensors"
                .value=${this.search}
                @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
            /></label>`
          : nothing
      }
      <ul class="tensors" aria-label="Tensors of ${name}">
        ${found.map((tensor) => this.#tensor(name, tensor))}
      </ul>
      ${found.length ? nothing : html`<p class="hint">No tensor has “${this.search}” in its name.</p>`}`;
  }

  #tensor(file: string, tensor: TensorEntry) {
    const chosen = this.state.file?.name === file && this.state.file.tensor === tensor.name;
    return html`<li>
      <button
        type="button"
        aria-pressed=${chosen}
        ?disabled=${!tensor.decodable}
        title=${tensor.decodable ? tensor.name : `${tensor.name}: the lab can’t decode ${tensor.dtype}`}
        @click=${() => this.#change({ file: { name: file, tensor: tensor.name } })}
      >
        <span class="tensor-name">${tensor.name}</span>
        <span class="tensor-shape">${shape(tensor.shape)} · ${tensor.dtype} · ${short(tensor.count)}</span>
      </button>
    </li>`;
  }
}
customElements.define('hs-source', SourcePanel);
