/** What an experiment is: one question, one picture that answers it, numbers beside it, and why. */
import type { SVGTemplateResult } from 'lit';
import type { Analysis, Measured, Probe, QuantizerSpec, Wants } from '../core/report';

/** Everything a picture is drawn from. */
export interface Scene {
  quantizer: QuantizerSpec;
  a: Analysis;
  /** The quantizer held for comparison, on the same weights. */
  b: Analysis | null;
  width: number;
  height: number;
  /** A control is being dragged: axes hold still until it ends. */
  moving: boolean;
  /** A drag inside the picture moves the bench. `done` false while it goes on: one undo step in all. */
  change(change: Partial<QuantizerSpec>, done: boolean): void;
  probe(slot: 'a' | 'b', x: number): Promise<Probe>;
}

/** A measured number beside its prediction. */
export interface Fact {
  label: string;
  unit: string;
  measured: Measured;
  predicted?: Measured;
  /** Why there is no number, or why the prediction fails here. */
  note?: string;
}

/** The numbers behind the picture, for a screen reader, a table and CSV. */
export interface Table {
  caption: string;
  columns: string[];
  rows: (string | number | null)[][];
}

export interface Experiment {
  /** The word in the URL. */
  readonly id: string;
  readonly title: string;
  readonly question: string;
  wants(quantizer: QuantizerSpec): Wants;
  picture(scene: Scene): SVGTemplateResult;
  facts(scene: Scene): Fact[];
  /** MathML made at build time from TeX, with slots, and what fills each. */
  readonly formula: string;
  slots(scene: Scene): Record<string, string>;
  /** Two or three sentences for these numbers. */
  why(scene: Scene): string[];
  table(scene: Scene): Table;
}
