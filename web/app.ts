/** The page: header, bench, instruments, and the experiment in the middle. */
import { html, nothing } from 'lit';
import { ChangeEvent, FileEvent } from './components/change';
import { describe, describeWeights } from './components/describe';
import { dropAgain } from './components/drop';
import { icons } from './components/icons';
import { LightElement } from './components/light';
import { closeMenus, escapeMenu } from './components/menu';
import type { Lab } from './core/lab';
import type { QuantizerSpec } from './core/report';
import { reportHeight } from './embed/height';
import type { Experiment } from './experiments/experiment';
import { experiments } from './experiments/index';
import { header } from './header';
import { Session } from './session';
import './components/instruments';
import './components/quantizer';
import './components/source';
import './experiments/view';

export class App extends LightElement {
  static override properties = {
    lab: { attribute: false },
    drawer: { state: true },
    dragging: { state: true },
  };
  declare lab: Lab;
  /** The bench is open, where it is a drawer. */
  declare drawer: boolean;
  /** A file hangs over the page. */
  declare dragging: boolean;
  declare private session: Session;
  #tab: HTMLElement | undefined;

  constructor() {
    super();
    this.drawer = this.dragging = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.session = new Session(this.lab, experiments, () => this.requestUpdate());
    this.addEventListener(ChangeEvent.type, (event) => {
      const { change, done } = event as ChangeEvent;
      this.session.change(change, done);
    });
    this.addEventListener(FileEvent.type, (event) => void this.session.open((event as FileEvent).file));
    addEventListener('dragover', (event) => this.#drag(event));
    addEventListener('dragleave', (event) => (this.dragging &&= event.relatedTarget !== null));
    addEventListener('drop', (event) => this.#drop(event));
    if (this.session.state.embed) {
      reportHeight(this);
      return;
    }
    addEventListener('pointerdown', (event) => closeMenus(event.target));
    addEventListener('focusin', (event) => closeMenus(event.target));
    addEventListener('keydown', (event) => this.#key(event));
  }

  /** The window's title names the experiment; a tab newly chosen is brought into the strip, where that scrolls. */
  protected override updated(): void {
    document.title = `${this.session.title} – Halfstep`;
    const tab = this.querySelector<HTMLElement>('.tabs [aria-current]');
    if (!tab || tab === this.#tab) return;
    this.#tab = tab;
    const strip = tab.parentElement!;
    strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.clientWidth) / 2;
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !escapeMenu() && this.drawer) return this.#toggleDrawer();
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    // In a field that takes words the browser undoes the typing.
    if (event.target instanceof HTMLInputElement && event.target.matches('[type=search], [type=text]'))
      return;
    const key = event.key.toLowerCase();
    if (key === 'z') event.shiftKey ? this.session.redo() : this.session.undo();
    else if (key === 'y') this.session.redo();
    else return;
    event.preventDefault();
  }

  #drag(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dragging = true;
  }

  #drop(event: DragEvent): void {
    const file = event.dataTransfer?.files[0];
    this.dragging = false;
    if (!file) return;
    event.preventDefault();
    void this.session.open(file);
  }

  #toggleDrawer(): void {
    this.drawer = !this.drawer;
  }

  protected override render() {
    if (this.session.state.embed) return this.#embedded();
    return html`${header(this.session)}
      <div class="lab">
        <aside class="bench ${this.drawer ? 'open' : ''}" id="bench" aria-label="Bench">
          ${this.#bench()}
        </aside>
        <main class="desk" id="desk" tabindex="-1">
          ${this.#strip()}
          <div class="messages">${this.#messages()}</div>
          ${this.#stage()}
        </main>
      </div>
      ${this.#handle()} ${this.#dropping()}`;
  }

  #embedded() {
    const { session } = this;
    return html`<main class="embedded">
      <h1 class="unseen">Halfstep: ${session.title}</h1>
      <div class="messages">
        ${this.#messages()}${session.missingFile ? dropAgain(session.missingFile) : nothing}
      </div>
      ${this.#work()} ${this.#stage()}
      <p class="colophon">
        <a href="${session.query({ embed: false }) || '?'}" target="_blank">Open in Halfstep</a>
      </p>
      ${this.#dropping()}
    </main>`;
  }

  #dropping() {
    return this.dragging
      ? html`<div class="dropping" aria-hidden="true"><p>Drop the file anywhere</p></div>`
      : nothing;
  }

  #bench() {
    const { session } = this;
    return html` <hs-source
        .state=${session.state}
        .words=${session.words}
        .files=${session.files}
      ></hs-source>
      <hs-quantizer
        .state=${session.state}
        .words=${session.words}
        .absmax=${this.#absmax()}
      ></hs-quantizer>`;
  }

  #absmax(): number {
    const { tensor } = this.session;
    return Math.max(Math.abs(tensor?.min ?? 0), Math.abs(tensor?.max ?? 0));
  }

  #strip() {
    const { session } = this;
    return html`<section class="strip" aria-label="Instruments">
      <hs-instruments
        .a=${session.a}
        .b=${session.b}
        .held=${session.state.held !== null}
        .stale=${session.stale}
      ></hs-instruments>
      ${this.#work()}
    </section>`;
  }

  #work() {
    const { work } = this.session;
    if (!work) return nothing;
    const { label, fraction } = work;
    return html`<div class="work">
      ${
        fraction === null
          ? html`<progress aria-label=${label}></progress><span>${label}</span>`
          : html`<progress max="1" .value=${fraction} aria-label=${label}></progress>
              <span>${label}, ${Math.round(fraction * 100)} %</span>`
      }
      <button type="button" @click=${() => this.session.cancel()}>Cancel</button>
    </div>`;
  }

  #messages() {
    const { session } = this;
    const { missingFile, trouble, notes } = session;
    const words = [...notes];
    if (missingFile) {
      words.push(
        `This link is about ${missingFile}, and a link can’t carry a file: drop ${missingFile} here again. Until then the generator stands in.`,
      );
    }
    const dismiss = html`<button
      type="button"
      class="tool"
      aria-label="Dismiss"
      title="Dismiss"
      @click=${() => session.forgetNotes()}
    >
      ${icons.close}
    </button>`;
    return html` <div role="alert">
        ${
          trouble
            ? html`<div class="message trouble">
                <p>${trouble}</p>
                ${dismiss}
              </div>`
            : nothing
        }
      </div>
      <div role="status">
        ${
          words.length
            ? html`<div class="message">
                <div>${words.map((word) => html`<p>${word}</p>`)}</div>
                ${notes.length ? dismiss : nothing}
              </div>`
            : nothing
        }
      </div>`;
  }

  #stage() {
    const { session } = this;
    return html`<div class="stage">
      ${session.experiment ? this.#experiment(session.experiment) : nothing}
    </div>`;
  }

  #experiment(experiment: Experiment) {
    const { session } = this;
    return html`<hs-experiment
      .experiment=${experiment}
      .quantizer=${session.state.quantizer}
      .a=${session.a}
      .b=${session.b}
      .moving=${session.moving}
      .probe=${session.probe}
      .lab=${this.lab}
      .onchange=${this.#picture}
    ></hs-experiment>`;
  }

  #picture = (change: Partial<QuantizerSpec>, done: boolean) => this.session.changeQuantizer(change, done);

  #handle() {
    const { state, missingFile, words } = this.session;
    return html`<button
      type="button"
      class="handle"
      aria-expanded=${this.drawer}
      aria-controls="bench"
      @click=${this.#toggleDrawer}
    >
      <b>Bench</b> <span>${describeWeights(state, !missingFile)} → ${describe(state.quantizer, words)}</span>
    </button>`;
  }
}
customElements.define('hs-app', App);
