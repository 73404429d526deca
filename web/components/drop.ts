/** Where a file is dropped or chosen: a label of its own, around the browser's field. */
import { html, type TemplateResult } from 'lit';
import { FileEvent } from './change';
import { icons } from './icons';

export const dropField = (words: TemplateResult | string) =>
  html`<label class="drop">
    ${icons.file} <span>${words}</span>
    <input type="file" accept=".npy,.safetensors,.gguf" @change=${chosen} />
  </label>`;

export const dropAgain = (name: string) => dropField(html`Drop or choose <b>${name}</b> again`);

function chosen(event: Event): void {
  const field = event.target as HTMLInputElement;
  const file = field.files?.[0];
  if (file) field.dispatchEvent(new FileEvent(file));
  field.value = '';
}
