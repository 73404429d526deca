import { LitElement } from 'lit';

/** A custom element whose content is part of the page, so that the page's style sheets and labels reach it. */
export class LightElement extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}
