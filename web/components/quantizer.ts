/** The quantizer on the bench, and the one held beside it as B. */
import { html, nothing } from 'lit';
import type { FormatInfo, Measured, QuantizerSpec, QuantizerWord } from '../core/report';
import { canOverflow, exponentLimits, withFormat } from '../core/words';
import {
  groupOf,
  limits,
  numberOf,
  percentileOf,
  isCodebookText,
  overflows,
  rotationOf,
  rotations,
  roundings,
  scaleTypesOf,
  type State,
  type Words,
} from '../state';
import { ChangeEvent } from './change';
import { choice, select } from './choice';
import { describe } from './describe';
import { icons } from './icons';
import { LightElement } from './light';
import type { SlideEvent } from './slider';
import './slider';

export class QuantizerPanel extends LightElement {
  static override properties = {
    state: { attribute: false },
    words: { attribute: false },
    absmax: { attribute: false },
  };
  declare state: State;
  declare words: Words;
  /** The largest magnitude on the bench: where a typed range starts. */
  declare absmax: Measured;

  #change(change: Partial<State>, done = true): void {
    this.dispatchEvent(new ChangeEvent(change, done));
  }

  #set(change: Partial<QuantizerSpec>, done = true): void {
    this.#change({ quantizer: { ...this.state.quantizer, ...change } }, done);
  }

  protected override render() {
    const { quantizer } = this.state;
    const { formats } = this.words;
    const row = formats.find((info) => info.name === quantizer.format)!;
    const choose = (format: string) => this.#set(withFormat(formats, quantizer, format));
    const takes = (word: QuantizerWord) => row.takes.includes(word);
    const typed = takes('codebook');
    return html`<h2>Quantizer</h2>
      ${select('format', 'Format', formats, quantizer.format, choose)}
      <p class="hint">${row.summary}</p>
      ${typed ? this.#codebook() : this.#bits(row)} ${takes('exponent_bits') ? this.#exponent() : nothing}
      ${takes('range') ? this.#range() : nothing} ${takes('granularity') ? this.#granularity() : nothing}
      ${takes('rounding') ? select('rounding', 'Rounding', [...roundings], quantizer.rounding, (rounding) => this.#set({ rounding })) : nothing}
      ${takes('scale_type') ? select('scale-type', 'Scales stored as', scaleTypesOf(row), quantizer.scale_type, (scale_type) => this.#set({ scale_type })) : nothing}
      ${canOverflow(quantizer, row) ? choice('overflow', 'Beyond the largest value', [...overflows], quantizer.overflow, (overflow) => this.#set({ overflow })) : nothing}
      ${takes('transform') ? this.#transform() : nothing} ${this.#held()}`;
  }

  #bits(row: FormatInfo) {
    const { bits_min: low, bits_max: high } = row;
    if (low === high)
      return html`<p class="field"><span>Bits</span><span>${low}, fixed by the format</span></p>`;
    return html`<hs-slider
      .label=${'Bits'}
      .unit=${'bit'}
      .low=${low}
      .high=${high}
      .step=${1}
      .value=${this.state.quantizer.bits}
      @slide=${(event: SlideEvent) => this.#set({ bits: event.value }, event.done)}
    ></hs-slider>`;
  }

  #exponent() {
    const { bits, exponent_bits } = this.state.quantizer;
    const { low, high } = exponentLimits(bits);
    return html`<hs-slider
      .label=${'Exponent'}
      .unit=${'bit'}
      .low=${low}
      .high=${high}
      .step=${1}
      .value=${Math.min(Math.max(exponent_bits, low), high)}
      @slide=${(event: SlideEvent) => this.#set({ exponent_bits: event.value }, event.done)}
    ></hs-slider>`;
  }

  #codebook() {
    const { codebook } = this.state.quantizer;
    return html`<label class="field"
      ><span>Levels</span
      ><input
        type="text"
        spellcheck="false"
        .value=${codebook}
        @change=${(event: Event) => {
          const field = event.target as HTMLInputElement;
          if (isCodebookText(field.value)) this.#set({ codebook: field.value.replaceAll(' ', '') });
          else field.value = codebook;
        }}
    /></label>`;
  }

  #range() {
    const { range } = this.state.quantizer;
    const p = percentileOf(range);
    const typed = numberOf(range);
    const rules = [
      { name: 'absmax', label: 'absmax', title: 'Up to the largest magnitude' },
      {
        name: 'percentile',
        label: 'percentile',
        title: 'Up to the magnitude that P % of the weights stay within',
      },
      { name: 'absmean', label: 'absmean', title: 'Up to the mean magnitude: what lies beyond is clipped' },
      { name: 'mse', label: 'mse', title: 'The range with the smallest mean square error on these weights' },
      { name: 'number', label: 'number', title: 'A range of your own' },
    ];
    const choose = (rule: string) => {
      const absmax = Number((this.absmax || 1).toPrecision(3));
      this.#set({
        range: rule === 'percentile' ? 'percentile:99.9' : rule === 'number' ? String(absmax) : rule,
      });
    };
    const slide = (spell: (value: number) => string) => (event: SlideEvent) =>
      this.#set({ range: spell(event.value) }, event.done);
    const reach = Math.max(this.absmax || 1, 1e-30);
    return html` ${choice('range', 'Range', rules, p !== null ? 'percentile' : typed !== null ? 'number' : range, choose)}
    ${
      p !== null
        ? html`<hs-slider
            .label=${'P'}
            .unit=${'%'}
            .low=${Math.min(p, 90)}
            .high=${100}
            .step=${0.01}
            .value=${p}
            @slide=${slide((value) => `percentile:${Number(value.toFixed(4))}`)}
          ></hs-slider>`
        : nothing
    }
    ${
      typed !== null
        ? html`<hs-slider
            .label=${'Range'}
            .unit=${'±'}
            .low=${Math.min(typed, reach / 1000)}
            .high=${Math.max(typed, reach * 2)}
            .step=${0}
            .log=${true}
            .value=${typed}
            @slide=${slide(String)}
          ></hs-slider>`
        : nothing
    }`;
  }

  #granularity() {
    const { granularity } = this.state.quantizer;
    const group = groupOf(granularity);
    const kind = granularity.replace(/:.*/, '');
    const kinds = [
      { name: 'tensor', label: 'tensor', title: 'One scale for all weights' },
      { name: 'channel', label: 'channel', title: 'One scale for each index of the first axis' },
      { name: 'group', label: 'group', title: 'One scale for every G weights along the last axis' },
      { name: 'block', label: 'block', title: 'One scale for every G weights of the whole tensor in order' },
    ];
    const choose = (kind: string) =>
      this.#set({ granularity: kind === 'group' || kind === 'block' ? `${kind}:${group ?? 32}` : kind });
    return html` ${choice('granularity', 'One scale per', kinds, kind, choose)}
    ${
      group === null
        ? nothing
        : html`<hs-slider
            .label=${`${kind === 'block' ? 'Block' : 'Group'}, G`}
            .unit=${''}
            .low=${Math.min(group, limits.group.low)}
            .high=${limits.group.high}
            .step=${1}
            .log=${true}
            .value=${group}
            @slide=${(event: SlideEvent) => this.#set({ granularity: `${kind}:${event.value}` }, event.done)}
          ></hs-slider>`
    }`;
  }

  #transform() {
    const { transform } = this.state.quantizer;
    const block = rotationOf(transform);
    const kinds = [
      { name: 'none', label: 'none', title: 'The weights as they are' },
      {
        name: 'hadamard',
        label: 'rotation',
        title: 'A randomized Hadamard rotation of each B weights, undone after',
      },
      {
        name: 'columns',
        label: 'columns',
        title: 'Each index of the last axis divided by its rms, undone after',
      },
    ];
    const choose = (kind: string) =>
      this.#set({ transform: kind === 'hadamard' ? `hadamard:${block ?? 128}` : kind });
    return html`${choice('transform', 'Transform first', kinds, block === null ? transform : 'hadamard', choose)}
    ${
      block === null
        ? nothing
        : html`<hs-slider
            .label=${'log₂ B'}
            .unit=${''}
            .low=${Math.log2(rotations.low)}
            .high=${Math.log2(rotations.high)}
            .step=${1}
            .value=${Math.log2(block)}
            @slide=${(event: SlideEvent) => this.#set({ transform: `hadamard:${2 ** event.value}` }, event.done)}
          ></hs-slider>`
    }`;
  }

  #held() {
    const { quantizer, held } = this.state;
    if (!held) {
      return html`<button type="button" class="hold" @click=${() => this.#change({ held: quantizer })}>
        <b class="tag">B</b> Hold this one as B
      </button>`;
    }
    return html`<div class="held">
      <p><b class="tag">B</b> ${describe(held, this.words)}</p>
      <button
        type="button"
        class="tool"
        title="Swap A and B"
        aria-label="Swap A and B"
        @click=${() => this.#change({ quantizer: held, held: quantizer })}
      >
        ${icons.swap}
      </button>
      <button
        type="button"
        class="tool"
        title="Drop B"
        aria-label="Drop B"
        @click=${() => this.#change({ held: null })}
      >
        ${icons.close}
      </button>
    </div>`;
  }
}
customElements.define('hs-quantizer', QuantizerPanel);
