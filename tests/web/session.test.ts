import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LabError, Superseded, type Lab } from '../../web/core/lab';
import type { Analysis, TensorEntry, TensorReport } from '../../web/core/report';
import type { Experiment } from '../../web/experiments/experiment';
import { Session } from '../../web/session';
import { formatRow } from './bench';

/** A promise that the test settles when it likes. */
interface Pending<T> {
  asked: unknown;
  answer(value: T): void;
  refuse(error: Error): void;
}

function ask<T>(list: Pending<T>[], asked: unknown): Promise<T> {
  return new Promise((answer, refuse) => list.push({ asked, answer, refuse }));
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const tensor = (name: string) => ({ name }) as TensorReport;
const analysis = (name: string) => ({ report: { name } }) as unknown as Analysis;
const experiments = [
  { id: 'one', wants: () => ({}) },
  { id: 'two', wants: () => ({ weights: true }) },
] as unknown as Experiment[];

let fills: Pending<TensorReport>[];
let analyses: Pending<Analysis>[];
let opens: Pending<TensorEntry[]>[];
let cancelled: number;
let stopped: number;
/** The browser's history: one address an entry. */
let entries: { id: string; url: string }[];
let at: number;
let wentTo: (event: { state: unknown }) => void;

let made: Lab;
const lab = (): Lab =>
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

function browserAt(query: string): void {
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

function go(step: number): void {
  at += step;
  wentTo({ state: { id: entries[at]!.id } });
}

/** A session with its first weights and its first picture. */
async function begun(query = ''): Promise<Session> {
  browserAt(query);
  const session = new Session(lab(), experiments, () => {});
  fills.shift()!.answer(tensor('first'));
  await settle();
  for (const pending of analyses.splice(0)) pending.answer(analysis(String(pending.asked)));
  await settle();
  return session;
}

const bits = (session: Session, bits: number, done = true) => session.changeQuantizer({ bits }, done);
const counted = (session: Session, count: number, done = true) =>
  session.change({ source: { ...session.state.source, count } }, done);

beforeEach(() => {
  [fills, analyses, opens, cancelled, stopped] = [[], [], [], 0, 0];
});
afterEach(() => vi.unstubAllGlobals());

describe('weights', () => {
  it('says why they could not be sorted, and shows them all the same', async () => {
    const session = await begun();
    counted(session, 2000);
    fills.shift()!.answer({ ...tensor('second'), unsorted: 'No memory to sort them.' });
    await settle();
    for (const pending of analyses.splice(0)) pending.answer(analysis('a'));
    await settle();
    expect([session.trouble, session.tensor?.name, session.stale]).toEqual([
      'No memory to sort them.',
      'second',
      false,
    ]);
  });

  it('says nothing of weights that were left while they were sorted', async () => {
    const session = await begun();
    const first = session.state.source.count;
    counted(session, 2000);
    counted(session, first);
    fills.shift()!.answer({ ...tensor('left'), unsorted: 'Sorting was stopped.' });
    await settle();
    fills.shift()!.answer(tensor('first'));
    await settle();
    for (const pending of analyses.splice(0)) pending.answer(analysis('a'));
    await settle();
    expect([session.trouble, session.stale, session.tensor?.name]).toEqual(['', false, 'first']);
  });

  it('asks again for weights it had left, and the end of the first asking changes nothing', async () => {
    const session = await begun();
    const first = session.state.source.count;
    counted(session, 2000);
    counted(session, first);
    counted(session, 2000);
    fills.shift()!.refuse(new Superseded());
    await settle();
    expect([session.state.source.count, entries[at]!.url]).toEqual([2000, '?n=2000']);
    fills.shift()!.answer(tensor('second'));
    await settle();
    expect([session.tensor?.name, fills.length]).toEqual(['second', 0]);
  });
});

describe('history', () => {
  it('takes a drag as one step, and keeps the address of the step before it', async () => {
    const session = await begun('?b=8');
    for (const value of [7, 6, 5]) bits(session, value, false);
    expect(session.canUndo).toBe(false);
    bits(session, 5);
    expect(entries.map((entry) => entry.url)).toEqual(['?b=8', '?b=5']);
    session.undo();
    expect([session.state.quantizer.bits, session.canUndo, session.canRedo]).toEqual([8, false, true]);
    session.redo();
    expect(session.state.quantizer.bits).toBe(5);
    expect(entries[at]!.url).toBe('?b=5');
  });

  it('follows the browser back and forward, and undo goes on from there', async () => {
    const session = await begun();
    bits(session, 5);
    bits(session, 6);
    go(-1);
    expect([session.state.quantizer.bits, session.canRedo]).toEqual([5, true]);
    go(-1);
    expect([session.state.quantizer.bits, session.canUndo]).toEqual([4, false]);
    go(2);
    expect([session.state.quantizer.bits, session.canRedo]).toEqual([6, false]);
    session.undo();
    expect(session.state.quantizer.bits).toBe(5);
  });

  it('takes no step when a fragment of the page is followed', async () => {
    const session = await begun();
    bits(session, 5);
    session.undo();
    wentTo({ state: null });
    expect([session.canUndo, session.canRedo]).toEqual([false, true]);
  });

  it('resets every control, but stays at the experiment', async () => {
    const session = await begun('?x=two&b=9&n=5000&hold=int,2,mse,tensor,nearest');
    session.reset();
    expect(entries[at]!.url).toBe('?x=two');
    session.undo();
    expect(session.state.held?.bits).toBe(2);
  });

  it('takes no step for a change that changes nothing', async () => {
    const session = await begun();
    bits(session, 4);
    expect([session.canUndo, entries.length]).toEqual([false, 1]);
  });
});

describe('weights', () => {
  it('lets the newest be the last, whichever answers first', async () => {
    const session = await begun();
    counted(session, 2000);
    counted(session, 3000);
    fills[1]!.answer(tensor('3000'));
    fills[0]!.refuse(new Superseded());
    await settle();
    expect([session.tensor?.name, session.state.source.count, session.trouble]).toEqual(['3000', 3000, '']);
  });

  it('asks for one at a time during a drag, and then for where it ended', async () => {
    const session = await begun();
    for (const count of [2000, 3000, 4000]) counted(session, count, false);
    expect(fills).toHaveLength(1);
    counted(session, 4000);
    expect(fills.map(({ asked }) => (asked as { count: number }).count)).toEqual([2000, 4000]);
  });

  it('goes back to the weights that stand when cancelled, without a complaint', async () => {
    const session = await begun();
    counted(session, 16777216);
    session.cancel();
    fills[0]!.refuse(new Superseded());
    await settle();
    expect([cancelled, session.state.source.count, session.tensor?.name, session.trouble]).toEqual([
      1,
      1000000,
      'first',
      '',
    ]);
    expect(entries[at]!.url).toBe('/');
  });

  it('stops what a person undid before it came, and brings the old again if it came too late', async () => {
    const session = await begun();
    counted(session, 16777216);
    session.undo();
    expect([cancelled, fills.length]).toEqual([1, 1]);
    fills[0]!.answer(tensor('too late'));
    await settle();
    expect((fills[1]!.asked as { count: number }).count).toBe(1000000);
  });

  it('starts from the default weights where a link’s can’t be had, and says why', async () => {
    browserAt('?n=16777216');
    const session = new Session(lab(), experiments, () => {});
    fills.shift()!.refuse(new LabError('These weights need 3.1 GB.'));
    await settle();
    expect([session.state.source.count, analyses]).toEqual([1000000, []]);
    fills.shift()!.answer(tensor('first'));
    await settle();
    expect([session.trouble, session.tensor?.name, analyses.length]).toEqual([
      'These weights need 3.1 GB.',
      'first',
      1,
    ]);
  });

  it('starts from the default weights where a link’s were cancelled, and brings the same when asked again', async () => {
    browserAt('?n=16777216');
    const session = new Session(lab(), experiments, () => {});
    session.cancel();
    fills.shift()!.refuse(new Superseded());
    await settle();
    expect((fills[0]!.asked as { count: number }).count).toBe(1000000);
    fills.shift()!.answer(tensor('first'));
    await settle();
    counted(session, 16777216);
    expect([fills.length, session.trouble]).toEqual([1, '']);
  });

  it('brings them again when the bench has lost them, or goes back to what can be had', async () => {
    const session = await begun('?n=2000');
    made.emptied!();
    expect(fills.map(({ asked }) => (asked as { count: number }).count)).toEqual([2000]);
    fills.shift()!.refuse(new LabError('These weights need 3.1 GB.'));
    await settle();
    fills.shift()!.answer(tensor('default'));
    await settle();
    expect([session.state.source.count, session.tensor?.name, session.trouble]).toEqual([
      1000000,
      'default',
      'These weights need 3.1 GB.',
    ]);
    expect(analyses.length).toBe(1);
  });

  it('asks no more, and for no number, where no weights can be had, until something is changed', async () => {
    browserAt('');
    const session = new Session(lab(), experiments, () => {});
    fills.shift()!.refuse(new LabError('No.'));
    await settle();
    expect([session.trouble, session.work, fills, analyses]).toEqual(['No.', null, [], []]);
    bits(session, 5);
    expect([fills.length, analyses]).toEqual([1, []]);
  });

  it('goes back, and says why, when they can’t be had', async () => {
    const session = await begun();
    counted(session, 16777216);
    fills[0]!.refuse(new LabError('These weights need 3.1 GB.'));
    await settle();
    expect([session.state.source.count, session.a !== null, session.trouble]).toEqual([
      1000000,
      true,
      'These weights need 3.1 GB.',
    ]);
  });
});

describe('measuring', () => {
  it('keeps the last good picture when one fails, and says why', async () => {
    const session = await begun();
    bits(session, 5);
    analyses[0]!.refuse(new LabError('No.'));
    await settle();
    expect([session.a, session.trouble, session.stale]).toEqual([analysis('a 4'), 'No.', true]);
    bits(session, 6);
    analyses[1]!.answer(analysis('a 6'));
    await settle();
    expect([session.a, session.trouble, session.stale]).toEqual([analysis('a 6'), '', false]);
  });

  it('draws in A and B with the seed of the link, after a change of it and after its cancelling', async () => {
    const session = await begun('?round=stochastic&hold=int,8,absmax,tensor,stochastic');
    const seeds = () => {
      const { source, quantizer, held } = session.state;
      return [source.seed, quantizer.seed, held!.seed];
    };
    session.change({ source: { ...session.state.source, seed: 7 } }, true);
    expect([entries[at]!.url.includes('seed=7'), seeds()]).toEqual([true, [7, 7, 7]]);
    session.cancel();
    fills[0]!.refuse(new Superseded());
    await settle();
    expect([entries[at]!.url.includes('seed'), seeds()]).toEqual([false, [1, 1, 1]]);
  });

  it('is stopped by hand, and goes back to what was last measured', async () => {
    const session = await begun();
    bits(session, 5);
    session.cancel();
    await settle();
    expect([stopped, cancelled, session.trouble]).toEqual([1, 0, '']);
    expect([session.state.quantizer.bits, analyses.map(({ asked }) => asked)]).toEqual([4, ['a 4']]);
    analyses.shift()!.answer(analysis('a 4'));
    await settle();
    expect([session.stale, session.measured?.quantizer.bits]).toEqual([false, 4]);
  });

  it('starts from the defaults when the very first is stopped', async () => {
    browserAt('?x=two&b=16&hold=int,9,mse,tensor,nearest');
    const session = new Session(lab(), experiments, () => {});
    fills.shift()!.answer(tensor('first'));
    await settle();
    session.cancel();
    expect(entries[at]!.url).toBe('/');
  });

  it('says what the numbers are of, and nothing while they are of another state', async () => {
    const session = await begun('?file=m.npy&tensor=w');
    expect(session.measured).toEqual({ ...session.state, file: null });
    bits(session, 5);
    expect(session.measured).toBe(null);
    analyses.shift()!.refuse(new LabError('No.'));
    await settle();
    expect(session.measured).toBe(null);
    bits(session, 6);
    analyses.shift()!.answer(analysis('a 6'));
    await settle();
    expect(session.measured?.quantizer.bits).toBe(6);
    counted(session, 2000);
    expect(session.measured).toBe(null);
  });

  it('measures B only while it is held', async () => {
    const session = await begun('?hold=int,8,absmax,tensor,nearest');
    expect(session.b).toEqual(analysis('b 8'));
    session.change({ held: null }, true);
    expect([session.b, analyses]).toEqual([null, []]);
  });

  it('keeps numbers of another state marked when the reason is dismissed', async () => {
    const session = await begun();
    bits(session, 5);
    analyses[0]!.refuse(new LabError('No.'));
    await settle();
    session.forgetNotes();
    expect([session.trouble, session.stale]).toEqual(['', true]);
  });

  it('says that an experiment could not be loaded only while it is the one looked at', async () => {
    const loads: Pending<Experiment>[] = [];
    experiments.push({ id: 'late', title: 'Late', load: () => ask(loads, 'late') } as never);
    const session = await begun();
    session.change({ experiment: 'late' }, true);
    session.change({ experiment: 'two' }, true);
    loads[0]!.refuse(new Error('offline'));
    await settle();
    expect(session.trouble).toBe('');
    session.change({ experiment: 'late' }, true);
    loads[1]!.refuse(new Error('offline'));
    await settle();
    expect(session.trouble).toMatch(/“Late” could not be loaded/);
    experiments.pop();
  });

  it('asks again when another experiment wants more', async () => {
    const session = await begun();
    session.change({ experiment: 'two' }, true);
    expect(analyses.map(({ asked }) => asked)).toEqual(['a 4']);
  });
});

describe('files', () => {
  const file = { name: 'm.npy' } as File;
  const entry = { name: 'w', decodable: true } as TensorEntry;

  it('puts a dropped file’s first tensor on the bench', async () => {
    const session = await begun();
    void session.open(file);
    opens[0]!.answer([{ name: 'odd', decodable: false } as TensorEntry, entry]);
    await settle();
    expect(fills[0]!.asked).toBe('m.npy w');
    expect(entries[at]!.url).toBe('?file=m.npy&tensor=w');
  });

  it('asks for the file a link names, and takes the tensor it names', async () => {
    const session = await begun('?file=m.npy&tensor=second');
    expect(session.missingFile).toBe('m.npy');
    void session.open(file);
    opens[0]!.answer([entry, { name: 'second', decodable: true } as TensorEntry]);
    await settle();
    expect([session.missingFile, fills[0]!.asked]).toEqual(['', 'm.npy second']);
  });

  it('goes back to the generator that stood in, once, when the file’s tensor can’t be had', async () => {
    const session = await begun('?n=2000&file=m.npy&tensor=w');
    void session.open(file);
    opens[0]!.answer([entry]);
    await settle();
    fills.shift()!.refuse(new LabError('These weights need 3.1 GB.'));
    await settle();
    expect([session.state.file, session.state.source.count, session.trouble]).toEqual([
      null,
      2000,
      'These weights need 3.1 GB.',
    ]);
    expect([fills, entries[at]!.url, [...session.files.keys()]]).toEqual([[], '?n=2000', ['m.npy']]);
  });

  it('goes on with the generator when the file has not the tensor that the link names', async () => {
    const session = await begun('?n=2000&file=m.npy&tensor=gone');
    void session.open(file);
    opens[0]!.answer([entry]);
    await settle();
    expect([session.trouble, entries[at]!.url]).toEqual([
      'm.npy has no tensor “gone” the lab can decode.',
      '?n=2000',
    ]);
    bits(session, 5);
    analyses.shift()!.answer(analysis('a 5'));
    await settle();
    expect([fills, session.a]).toEqual([[], analysis('a 5')]);
  });

  it('takes the link’s generator when the file’s tensor is not there while the first weights are made', async () => {
    browserAt('?n=2000&file=m.npy&tensor=gone');
    const session = new Session(lab(), experiments, () => {});
    void session.open(file);
    opens[0]!.answer([entry]);
    await settle();
    fills.shift()!.answer(tensor('first'));
    await settle();
    expect([entries[at]!.url, fills, analyses.length, session.tensor?.name]).toEqual([
      '?n=2000',
      [],
      1,
      'first',
    ]);
  });

  it('goes back to the file that stands when another of its name can’t be had', async () => {
    const session = await begun();
    void session.open(file);
    opens.shift()!.answer([entry]);
    await settle();
    fills.shift()!.answer(tensor('w'));
    await settle();
    void session.open({ name: 'm.npy' } as File);
    opens.shift()!.answer([entry, { name: 'more', decodable: true } as TensorEntry]);
    await settle();
    fills.shift()!.refuse(new LabError('It can’t be read.'));
    await settle();
    expect([fills, session.state.file, session.files.get('m.npy')]).toEqual([
      [],
      { name: 'm.npy', tensor: 'w' },
      [entry],
    ]);
  });

  it('takes the first tensor it can decode where the link names none', async () => {
    const session = await begun('?file=m.npy');
    void session.open(file);
    opens[0]!.answer([{ name: 'odd', decodable: false } as TensorEntry, entry]);
    await settle();
    expect([fills[0]!.asked, session.trouble]).toEqual(['m.npy w', '']);
    expect(entries[at]!.url).toBe('?file=m.npy&tensor=w');
  });

  it('gives the list of a file as a new one, when it is opened and when it is given up', async () => {
    const session = await begun();
    const lists = [session.files];
    void session.open(file);
    opens[0]!.answer([entry]);
    await settle();
    lists.push(session.files);
    fills.shift()!.refuse(new LabError('No.'));
    await settle();
    lists.push(session.files);
    expect([new Set(lists).size, lists[2]!.get('m.npy')]).toEqual([3, [entry]]);
  });

  it('keeps all as it was when a file is not one', async () => {
    const session = await begun('?b=7');
    void session.open({ name: 'cat.jpg' } as File);
    opens[0]!.refuse(new LabError('cat.jpg is not a tensor file.'));
    await settle();
    expect([session.trouble, session.a, session.state.quantizer.bits]).toEqual([
      'cat.jpg is not a tensor file.',
      analysis('a 7'),
      7,
    ]);
    expect([session.state.file, fills, entries.length]).toEqual([null, [], 1]);
    // The numbers are still those of the state.
    expect(session.stale).toBe(false);
  });

  it('puts the file dropped last on the bench, whichever directory comes last', async () => {
    const session = await begun();
    void session.open(file);
    void session.open({ name: 'second.npy' } as File);
    opens[1]!.answer([entry]);
    await settle();
    opens[0]!.answer([entry]);
    await settle();
    expect([fills.map(({ asked }) => asked), entries.length]).toEqual([['second.npy w'], 2]);
  });

  it('asks for the weights of each file at once, so that the newest request is the last', async () => {
    const session = await begun();
    for (const name of ['A.npy', 'B.npy']) {
      void session.open({ name } as File);
      opens.shift()!.answer([entry]);
      await settle();
      fills.shift()!.answer(tensor(name));
      await settle();
    }
    session.change({ file: { name: 'B.npy', tensor: 'other' } }, true);
    fills.shift()!.answer(tensor('other'));
    await settle();
    session.undo();
    session.undo();
    session.redo();
    await settle();
    expect(fills.map(({ asked }) => asked)).toEqual(['B.npy w', 'A.npy w', 'B.npy w']);
    expect(opens).toEqual([]);
  });

  it('undoes from a file to the generator and back', async () => {
    const session = await begun();
    void session.open(file);
    opens[0]!.answer([entry]);
    await settle();
    fills.shift()!.answer(tensor('w'));
    await settle();
    session.undo();
    expect((fills[0]!.asked as { name: string }).name).toBe('normal');
    fills.shift()!.answer(tensor('normal'));
    await settle();
    session.redo();
    expect(fills.shift()!.asked).toBe('m.npy w');
  });
});
