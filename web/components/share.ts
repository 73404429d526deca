/** The present state to take away: a link, a command, NumPy lines. */
import { html } from 'lit';
import { LightElement } from './light';

/** What can be copied, and what it is called; `text` null, with the reason in `hint`, when there is none. */
export interface Copy {
  name: string;
  hint: string;
  text: (() => string | Promise<string>) | null;
}

export class SharePanel extends LightElement {
  static override properties = {
    copies: { attribute: false },
    said: { state: true },
    shown: { state: true },
  };
  declare copies: Copy[];
  declare said: string;
  /** The text that could not be copied, to be copied by hand. */
  declare shown: string;

  constructor() {
    super();
    this.copies = [];
    this.said = this.shown = '';
  }

  async #copy({ name, text }: Copy): Promise<void> {
    if (text === null) return;
    this.shown = '';
    let written: string;
    try {
      written = await text();
    } catch (error) {
      this.said = (error as Error).message;
      return;
    }
    try {
      await navigator.clipboard.writeText(written);
      this.said = `${name}: copied.`;
    } catch {
      this.shown = written;
      this.said = 'The browser does not let this page copy; here it is to copy by hand.';
    }
  }

  protected override render() {
    return html`<ul class="copies">
        ${this.copies.map(
          (copy) =>
            html`<li>
              <button type="button" ?disabled=${copy.text === null} @click=${() => this.#copy(copy)}>
                <b>${copy.name}</b><span>${copy.hint}</span>
              </button>
            </li>`,
        )}
      </ul>
      <p class="hint" role="status">${this.said}</p>
      ${this.shown ? html`<textarea readonly rows="6" aria-label="To copy by hand" .value=${this.shown}></textarea>` : ''}`;
  }
}
customElements.define('hs-share', SharePanel);
