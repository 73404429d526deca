/** What the tests of the session share: a lab that answers when a test likes, and a browser that is a list of addresses. */
import { afterEach, beforeEach, vi } from 'vitest';
import { LabError, Superseded, type Lab } from '../../web/core/lab';
import type { Analysis, TensorEntry, TensorReport } from '../../web/core/report';
import type { Experiment } from '../../web/experiments/experiment';
import { Session } from '../../web/session';
import { formatRow, settle } from './bench';

/** A promise that the test settles when it likes. */
export interface Pending<T> {
  asked: unknown;
  answer(value: T): void;
  refuse(error: Error): void;
}

export function ask<T>(list: Pending<T>[], asked: unknown): Promise<T> {
  return new Promise((answer, refuse) => list.push({ asked, answer, refuse }));
}

export const tensor = (name: string) => ({ name }) as TensorReport;
export const analysis = (name: string) => ({ report: { name } }) as unknown as Analysis;
export const experiments = [
  { id: 'one', wants: () => ({}) },
  { id: 'two', wants: () => ({ weights: true }) },
] as unknown as Experiment[];

export let fills: Pending<TensorReport>[];
export let analyses: Pending<Analysis>[];
export let opens: Pending<TensorEntry[]>[];
export let cancelled: number;
export let stopped: number;
/** The browser's history: one address an entry. */
export let entries: { id: string; url: string }[];
export let at: number;
export let wentTo: (event: { state: unknown }) => void;

export let made: Lab;
export const lab = (): Lab =>
  (made = {
    formats: [formatRow({})],
    sources: [{ name: 'normal', label: 'Normal', parameters: [] }],
    generate: (spec) => ask(fills, spec),
    open: (file) => ask(opens, file.name),
    load: (file, name) => ask(fills, `${file.name} ${name}`),
    cancel: () => (cancelled += 1),
    analyze: (slot, quantizer) => ask(analyses, `${slot} ${quantizer.bits}`),
    encode: () => Promise.reject(new LabError('no')),
    probe: () => Promise.reject(new LabError('no')),
    optimal: () => Promise.reject(new LabError('no')),
    compare: () => Promise.reject(new LabError('no')),
    segment: () => Promise.reject(new LabError('no')),
    race: () => Promise.reject(new LabError('no')),
    stopTask: () => {},
    stopMeasuring: () => {
      stopped += 1;
      for (const pending of analyses.splice(0)) pending.refuse(new Superseded());
    },
  });

export function browserAt(query: string): void {
  [entries, at] = [[{ id: '', url: query }], 0];
  const location = {
    pathname: '/',
    get search() {
      return entries[at]!.url.replace(/^[^?]*/, '');
    },
  };
  vi.stubGlobal('location', location);
  vi.stubGlobal('addEventListener', (_: string, listener: typeof wentTo) => (wentTo = listener));
  vi.stubGlobal('history', {
    replaceState: ({ id }: { id: string }, _: string, url: string) => (entries[at] = { id, url }),
    pushState: ({ id }: { id: string }, _: string, url: string) =>
      entries.splice(++at, Infinity, { id, url }),
  });
}

export function go(step: number): void {
  at += step;
  wentTo({ state: { id: entries[at]!.id } });
}

/** A session with its first weights and its first picture. */
export async function begun(query = ''): Promise<Session> {
  browserAt(query);
  const session = new Session(lab(), experiments, () => {});
  fills.shift()!.answer(tensor('first'));
  await settle();
  for (const pending of analyses.splice(0)) pending.answer(analysis(String(pending.asked)));
  await settle();
  return session;
}

export const bits = (session: Session, bits: number, done = true) => session.changeQuantizer({ bits }, done);
export const counted = (session: Session, count: number, done = true) =>
  session.change({ source: { ...session.state.source, count } }, done);

beforeEach(() => {
  [fills, analyses, opens, cancelled, stopped] = [[], [], [], 0, 0];
});
afterEach(() => vi.unstubAllGlobals());
