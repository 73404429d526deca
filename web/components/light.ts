import { LitElement } from 'lit';
import { keepFocus } from './focus';

/** A custom element whose content is part of the page, so that the page's style sheets and labels reach it. */
export class LightElement extends LitElement {
  constructor() {
    super();
    this.addController({ hostUpdated: keepFocus });
  }

  protected override createRenderRoot(): this {
    return this;
  }
}
