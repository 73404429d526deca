/** What an experiment is: one question, one picture that answers it, numbers beside it, and why. */
import type { SVGTemplateResult, TemplateResult } from 'lit';
import type { Memory } from '../components/chart/hold';
import type { Analysis, FormatInfo, Measured, Probe, QuantizerSpec, Segment, Wants } from '../core/report';
import type { Task } from './task';

/** Everything a picture is drawn from. */
export interface Scene {
  quantizer: QuantizerSpec;
  a: Analysis;
  /** The quantizer held for comparison, on the same weights. */
  b: Analysis | null;
  width: number;
  height: number;
  /** Pixels of the picture's text. */
  em: number;
  /** A control is being dragged: axes hold still until it ends. */
  moving: boolean;
  /** Where the reader points, in the picture's own terms; null when nowhere. */
  cursor: number | null;
  /** Axes held while something moves. */
  memory: Memory;
  point(cursor: number | null): void;
  /** What else the reader set in this picture, by name: how close to look, which block. */
  settings?: Readonly<Record<string, number>>;
  set?(name: string, value: number): void;
  /** A drag inside the picture moves the bench. `done` false while it goes on: one undo step in all. */
  change(change: Partial<QuantizerSpec>, done: boolean): void;
  /** One weight through the core; null until it has answered, and then the picture is drawn again. */
  probe(slot: 'a' | 'b', x: number): Probe | null;
  /** The weights of one scale; until they have come those asked for before, or null. */
  segment?(index: number): Segment | null;
  /** What the experiment starts by hand; none where nothing can be started. */
  task?: Task;
}

/** A measured number beside its prediction, written with its unit. */
export interface Fact {
  label: string;
  measured: string;
  predicted?: string;
  /** The quantizer held beside it. */
  b?: string;
  /** Why there is no number, or why the prediction fails here. */
  note?: string;
}

/** The numbers behind the picture, for a screen reader, a table and CSV. */
export interface Table {
  caption: string;
  columns: string[];
  rows: (string | Measured)[][];
}

export interface Experiment {
  /** The word in the URL. */
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** Its picture is of several parts, one over another where it is narrow: it takes more height there. */
  readonly tall?: boolean;
  wants(quantizer: QuantizerSpec, formats: readonly FormatInfo[]): Wants;
  picture(scene: Scene): SVGTemplateResult;
  /** What a person works the picture with, under it: it moves the cursor by `scene.point`. */
  controls?(scene: Scene): TemplateResult;
  /** The picture in one or two sentences with its numbers, for who does not see it. */
  describe(scene: Scene): string;
  facts(scene: Scene): Fact[];
  /** MathML made at build time from TeX, with slots, and what fills each. */
  readonly formula: string | ((a: Analysis | null) => string);
  slots(scene: Scene): Record<string, string>;
  /** Two or three sentences for these numbers. */
  why(scene: Scene): string[];
  table(scene: Scene): Table;
}

/** An experiment whose script comes when it is first looked at. */
export interface Later extends Pick<Experiment, 'id' | 'title'> {
  load(): Promise<Experiment>;
}
export type Listed = Experiment | Later;

/** The whole experiment, loaded if it is not here yet. */
export const whole = async (listed: Listed): Promise<Experiment> =>
  'load' in listed ? listed.load() : listed;
