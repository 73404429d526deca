/** The five numbers that are always in sight, measured beside predicted, A beside B. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Analysis, Measured, Report } from '../core/report';
import { bytes, dash, fixed, percent, signed, significant } from './format';
import { LightElement } from './light';
import { sentences } from './conditions';

/** One instrument's reading of one report. */
interface Reading {
  value: string;
  /** Why the value is a dash. */
  reason: string;
  /** What books say the value is, or where it must stay. */
  theory?: { word: string; value: string; reason?: string };
  /** A fact that stands with the value, and why it is so. */
  fact?: string;
  why?: string;
  /** Where this reading has not the instrument's own unit: its unit, and the short label without one. */
  unit?: string;
  short?: string;
}

interface Instrument {
  label: string;
  short: string;
  unit: string;
  read(report: Report): Reading;
  /** The difference A − B in words, or '' when there is none to state. */
  difference(a: Report, b: Report): string;
}

function minus(a: Measured, b: Measured, digits: number, unit: string): string {
  if (a === null || b === null) return '';
  const difference = signed(a - b, digits);
  return Number(difference) === 0 ? 'equal' : `${difference} ${unit}`;
}

/** There is an error, and no step to count it in. */
const stepless = ({ max_error, max_error_in_steps }: Report['noise']): boolean =>
  max_error !== null && max_error_in_steps === null;

/** 0, ½, 1, 1½: the bounds there are. */
const HALVES = ['0', '½', '1', '1½'];

const noSignal = 'There is no signal to compare the noise with.';
/** Why there is no number of the noise. */
const without = ({ lost }: Report['noise'], otherwise: string): string =>
  lost ? 'Some weights are lost, and with them the noise.' : otherwise;

const instruments: Instrument[] = [
  {
    label: 'Bits per weight',
    short: 'Bits/weight',
    unit: 'bit',
    read: ({ quantizer, tensor }) => ({
      value: fixed(quantizer.bits_per_weight, 2),
      reason: tensor.count ? 'The scales and tables alone can’t be shared out.' : 'There are no weights.',
      fact: bytes(quantizer.bytes),
    }),
    difference: (a, b) => minus(a.quantizer.bits_per_weight, b.quantizer.bits_per_weight, 2, 'bit'),
  },
  {
    label: 'SNR',
    short: 'SNR, dB',
    unit: 'dB',
    read: ({ noise, prediction }) => ({
      value: noise.exact ? '∞' : fixed(noise.snr_db, 2),
      reason: without(noise, noSignal),
      theory: {
        word: 'predicted',
        value: fixed(prediction.snr_db, 2),
        reason: without(noise, 'There is no step to predict from.'),
      },
    }),
    difference: (a, b) => minus(a.noise.snr_db, b.noise.snr_db, 2, 'dB'),
  },
  {
    label: 'Largest error',
    short: 'Error, Δ',
    unit: 'Δ',
    read: ({ noise }) =>
      stepless(noise)
        ? {
            value: significant(noise.max_error, 3),
            unit: '',
            short: 'Error',
            reason: 'There are no weights.',
            fact: 'no bound',
            why: 'There is no step common to the weights to count in, and so no bound: the error is in the weights’ own unit.',
          }
        : {
            value:
              noise.max_error_in_steps !== null && noise.max_error_in_steps >= 100
                ? significant(noise.max_error_in_steps, 4)
                : fixed(noise.max_error_in_steps, 3),
            reason: without(noise, 'There is no step to measure the error in.'),
            theory: {
              word: 'bound',
              value: (noise.bound !== null && HALVES[2 * (noise.bound_in_steps ?? 0)]) || '–',
            },
          },
    difference: ({ noise: a }, { noise: b }) =>
      stepless(a) && stepless(b)
        ? minus(a.max_error, b.max_error, 3, '')
        : minus(a.max_error_in_steps, b.max_error_in_steps, 3, 'Δ'),
  },
  {
    label: 'Entropy',
    short: 'Entropy, bit',
    unit: 'bit',
    read: ({ entropy, prediction, quantizer }) => {
      const reason = 'There are no codes to count.';
      return {
        value: fixed(entropy.bits, 3),
        reason,
        theory: {
          word: 'predicted',
          value: fixed(prediction.entropy_bits, 3),
          reason:
            entropy.bits === null
              ? reason
              : quantizer.scales > 1
                ? 'Every codebook has cells of its own, or the weights have no density.'
                : 'These weights have no density, so no h.',
        },
      };
    },
    difference: (a, b) => minus(a.entropy.bits, b.entropy.bits, 3, 'bit'),
  },
  {
    label: 'Overload',
    short: 'Overload',
    unit: '',
    read: ({ noise, quantizer }) => ({
      value: percent(noise.overload),
      reason: 'Blocks and lattices have no range that a weight is beyond.',
      fact:
        noise.overload === null
          ? undefined
          : quantizer.range_high === null || quantizer.range_low === null
            ? 'beyond the range'
            : quantizer.range_high === -quantizer.range_low
              ? `beyond ±${significant(quantizer.range_high, 3)}`
              : `beyond ${significant(quantizer.range_low, 3)} … ${significant(quantizer.range_high, 3)}`,
    }),
    difference: () => '',
  },
];

export class Instruments extends LightElement {
  static override properties = {
    a: { attribute: false },
    b: { attribute: false },
    held: { type: Boolean },
    stale: { type: Boolean },
  };
  declare a: Analysis | null;
  declare b: Analysis | null;
  /** There is a B, measured or not yet. */
  declare held: boolean;
  /** The numbers are of an earlier state: work is under way, or failed. */
  declare stale: boolean;

  constructor() {
    super();
    this.a = this.b = null;
    this.held = this.stale = false;
  }

  protected override render() {
    return html` <dl class="instruments ${this.stale ? 'stale' : ''} ${this.held ? 'two' : ''}">
        ${instruments.map((row) => this.#instrument(row))}
      </dl>
      ${this.#conditions()}`;
  }

  #instrument(row: Instrument): TemplateResult {
    const { a, b, held } = this;
    return html`<div class="instrument">
      <dt>
        <span class="long">${row.label}</span
        ><span class="brief" aria-hidden="true">${(a && row.read(a.report).short) ?? row.short}</span>
      </dt>
      ${this.#reading(row, a, held ? 'A' : '')} ${held ? this.#reading(row, b, 'B') : nothing}
      ${
        held
          ? html`<dd class="difference">
              <span class="unseen">A minus B: </span>${a && b ? row.difference(a.report, b.report) : nothing}
            </dd>`
          : nothing
      }
    </div>`;
  }

  #reading(row: Instrument, analysis: Analysis | null, tag: string) {
    const reading: Reading = analysis
      ? row.read(analysis.report)
      : { value: dash, reason: 'Nothing is measured yet.' };
    const { value, reason, theory, fact } = reading;
    const missing = value === dash;
    return html`<dd class="reading">
      ${tag ? html`<b class="tag">${tag}</b>` : nothing}
      <span class="value" title=${missing ? reason : nothing}
        >${value}${
          missing
            ? html`<span class="unseen">${reason}</span>`
            : html`<span class="unit">${reading.unit ?? row.unit}</span>`
        }</span
      >
      ${
        theory
          ? html`<span class="beside theory" title=${theory.value === dash ? (theory.reason ?? '') : nothing}>
              <span class="word">${theory.word} </span>${theory.value}${
                theory.value === dash ? html`<span class="unseen">${theory.reason}</span>` : nothing
              }</span
            >`
          : html`<span class="beside" title=${reading.why ?? nothing}
              >${fact ?? '\u00a0'}${reading.why ? html`<span class="unseen">${reading.why}</span>` : nothing}</span
            >`
      }
    </dd>`;
  }

  #conditions() {
    const found = this.a ? sentences(this.a.report) : [];
    return html`<ul class="conditions" aria-label="Where the predictions stand">
      ${
        found.length
          ? found.map(({ word, text }) => html`<li class="fails"><b>${word}:</b> ${text}</li>`)
          : html`<li>
              ${this.a ? 'The predictions hold here: the noise is spread evenly over a step and free of the signal.' : ''}
            </li>`
      }
    </ul>`;
  }
}
customElements.define('hs-instruments', Instruments);
