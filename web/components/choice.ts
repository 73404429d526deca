/** One of a few words, each in sight: native radio buttons side by side. */
import { html, nothing } from 'lit';

interface Option {
  name: string;
  label: string;
  title?: string;
}

export const choice = (
  id: string,
  label: string,
  options: Option[],
  value: string,
  choose: (name: string) => void,
) =>
  html` <fieldset class="choice">
    <legend>${label}</legend>
    <div class="choice-row">
      ${options.map(
        (option) =>
          html`<label title=${option.title ?? nothing}>
            <input
              type="radio"
              name=${id}
              .value=${option.name}
              .checked=${option.name === value}
              @change=${() => choose(option.name)}
            /><span>${option.label}</span></label
          >`,
      )}
    </div>
  </fieldset>`;

/** One of many words: a native select. */
export const select = (
  id: string,
  label: string,
  options: Option[],
  value: string,
  choose: (name: string) => void,
) =>
  html` <div class="select">
    <label for=${id}>${label}</label>
    <select id=${id} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${options.map(
        (option) =>
          html`<option value=${option.name} .selected=${option.name === value}>${option.label}</option>`,
      )}
    </select>
  </div>`;
