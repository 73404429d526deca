/** A number on a slider, with a field to type it in and its unit. */
import { html } from 'lit';
import { LightElement } from './light';

/** What a slider tells: its number, and whether the move has ended. It does not bubble. */
export class SlideEvent extends Event {
  constructor(
    readonly value: number,
    readonly done: boolean,
  ) {
    super('slide');
  }
}

let made = 0;

export class Slider extends LightElement {
  static override properties = {
    label: {},
    unit: {},
    value: { type: Number },
    low: { type: Number },
    high: { type: Number },
    step: { type: Number },
    log: { type: Boolean },
    spoken: { attribute: false },
  };
  declare label: string;
  declare unit: string;
  declare value: number;
  declare low: number;
  declare high: number;
  declare step: number;
  /** Equal ratios are equal distances; numbers are rounded to two figures, whole ones when step is 1. */
  declare log: boolean;
  /** The value in words for a screen reader, where the number alone does not say it. */
  declare spoken: string;
  readonly #id = `slider-${made++}`;

  constructor() {
    super();
    this.label = this.unit = this.spoken = '';
    this.value = this.low = 0;
    this.high = this.step = 1;
    this.log = false;
  }

  /** Positions of a logarithmic slider: each is about 8.5 %, so that two figures always change. */
  get #positions(): number {
    return Math.max(1, Math.floor(Math.log(this.high / this.low) / Math.log(1.085)));
  }

  #position(value: number): number {
    return Math.round((this.#positions * Math.log(value / this.low)) / Math.log(this.high / this.low));
  }

  #valueAt(position: number): number {
    if (!this.log) return position;
    if (position <= 0) return this.low;
    if (position >= this.#positions) return this.high;
    const value = Number((this.low * (this.high / this.low) ** (position / this.#positions)).toPrecision(2));
    return this.step === 1 ? Math.round(value) : value;
  }

  #slide(event: Event, done: boolean): void {
    event.stopPropagation();
    this.#tell(this.#valueAt(Number((event.target as HTMLInputElement).value)), done);
  }

  #type(event: Event): void {
    event.stopPropagation();
    const field = event.target as HTMLInputElement;
    const typed = field.valueAsNumber;
    if (Number.isFinite(typed)) {
      const inside = Math.min(Math.max(typed, this.low), this.high);
      this.#tell(this.step === 1 ? Math.round(inside) : inside, true);
    }
    field.value = String(this.value);
  }

  #tell(value: number, done: boolean): void {
    this.value = value;
    this.dispatchEvent(new SlideEvent(value, done));
  }

  protected override render() {
    const { log, low, high, step } = this;
    return html` <label class="slider-label" for=${this.#id}>${this.label}</label>
      <span class="slider-value">
        <input
          type="number"
          aria-label="${this.label}, typed"
          min=${low}
          max=${high}
          step=${step === 1 ? 1 : 'any'}
          .value=${String(this.value)}
          @change=${this.#type}
        />
        <span class="unit">${this.unit}</span>
      </span>
      <input
        id=${this.#id}
        type="range"
        min=${log ? 0 : low}
        max=${log ? this.#positions : high}
        step=${log ? 1 : step}
        .value=${String(log ? this.#position(this.value) : this.value)}
        aria-valuetext=${this.spoken || `${this.value} ${this.unit}`}
        @input=${(event: Event) => this.#slide(event, false)}
        @change=${(event: Event) => this.#slide(event, true)}
      />`;
  }
}
customElements.define('hs-slider', Slider);
