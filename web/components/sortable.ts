/** <hs-sortable>: a table whose columns sort it, and whose rows are chosen. Rows in, event out. */
import { html, nothing } from 'lit';
import type { Measured } from '../core/report';
import { dash } from './format';
import { LightElement } from './light';

export interface Column {
  label: string;
  /** The number in the column as it is read. */
  write(value: number): string;
}

export interface Row {
  name: string;
  cells: Measured[];
  /** It stands out: a word for its mark. */
  mark?: string;
  /** It is what is chosen now. */
  current: boolean;
}

/** A row that a person chose, by its place in `rows`. It does not bubble. */
export class RowEvent extends Event {
  constructor(readonly row: number) {
    super('row');
  }
}

export class SortableTable extends LightElement {
  static override properties = {
    caption: {},
    columns: { attribute: false },
    rows: { attribute: false },
    by: { state: true },
    falling: { state: true },
  };
  declare caption: string;
  /** The columns after the names. */
  declare columns: Column[];
  declare rows: Row[];
  /** The column that sorts; −1 are the names. */
  declare private by: number | null;
  declare private falling: boolean;

  constructor() {
    super();
    this.caption = '';
    this.columns = [];
    this.rows = [];
    this.by = null;
    this.falling = false;
  }

  /** A column sorts from its least first; pressed again it turns round. */
  #sort(column: number): void {
    this.falling = this.by === column && !this.falling;
    this.by = column;
  }

  #sorted(): number[] {
    const { by, rows } = this;
    const places = rows.map((_, i) => i);
    if (by === null) return places;
    const sign = this.falling ? -1 : 1;
    const names = new Intl.Collator('en', { numeric: true });
    return places.sort((p, q) => {
      const [one, other] = [rows[p]!, rows[q]!];
      if (by < 0) return sign * names.compare(one.name, other.name);
      const [a, b] = [one.cells[by] ?? null, other.cells[by] ?? null];
      // What has no number is last either way.
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return sign * (a < b ? -1 : a > b ? 1 : 0);
    });
  }

  #head(label: string, column: number) {
    const here = this.by === column;
    return html`<th scope="col" aria-sort=${here ? (this.falling ? 'descending' : 'ascending') : nothing}>
      <button type="button" @click=${() => this.#sort(column)}>
        ${label}<span aria-hidden="true">${here ? (this.falling ? ' ▾' : ' ▴') : nothing}</span>
      </button>
    </th>`;
  }

  protected override render() {
    const { caption, columns, rows } = this;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
      <table class="sortable">
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${this.#head('format', -1)} ${columns.map(({ label }, i) => this.#head(label, i))}
          </tr>
        </thead>
        <tbody>
          ${this.#sorted().map((place) => {
            const { name, cells, mark, current } = rows[place]!;
            return html`<tr class=${current ? 'current' : nothing}>
              <th scope="row">
                <button
                  type="button"
                  aria-current=${current ? 'true' : nothing}
                  @click=${() => this.dispatchEvent(new RowEvent(place))}
                >
                  ${name}
                </button>
                ${mark ? html`<small>${mark}</small>` : nothing}
              </th>
              ${cells.map((cell, i) => html`<td>${cell === null ? dash : columns[i]!.write(cell)}</td>`)}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }
}

customElements.define('hs-sortable', SortableTable);

declare global {
  interface HTMLElementTagNameMap {
    'hs-sortable': SortableTable;
  }
}
