/** A button that opens a small panel beside it: light dismissal, Escape and focus are the browser's (popover). */
import { html, type TemplateResult } from 'lit';
import { icons } from './icons';

export const menu = (id: string, label: TemplateResult | string, name: string, content: TemplateResult) => html`
  <button type="button" class="tool wordy" popovertarget=${id} aria-haspopup="true" title=${name} aria-label=${name}>
    ${label}${icons.down}</button>
  <div class="menu" id=${id} popover aria-label=${name} role="group">${content}</div>`;

/** Closes the panel that an element stands in. */
export function closeMenu(element: EventTarget | null): void {
  (element as Element | null)?.closest<HTMLElement>('[popover]')?.hidePopover();
}
