/** A button that opens a small panel: a details element that closes when a person goes elsewhere. */
import { html, type TemplateResult } from 'lit';
import { icons } from './icons';

export const menu = (name: string, label: TemplateResult | string, content: TemplateResult) =>
  html` <details class="menu">
    <summary class="tool wordy" title=${name} aria-label=${name}>${label}${icons.down}</summary>
    <div class="panel">${content}</div>
  </details>`;

/** Closes the panels that `place` is not in; all of them for null. */
export function closeMenus(place: EventTarget | null): void {
  for (const open of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
    if (place === null || !open.contains(place as Node)) open.open = false;
  }
}

/** Escape closes the open panel and gives its button the focus back. False when none was open. */
export function escapeMenu(): boolean {
  const open = document.querySelector<HTMLDetailsElement>('details.menu[open]');
  if (!open) return false;
  open.open = false;
  open.querySelector('summary')!.focus();
  return true;
}
