import { describe, expect, it } from 'vitest';
import { LabError, Superseded } from '../../web/core/lab';
import type { Experiment } from '../../web/experiments/experiment';
import { Session } from '../../web/session';
import { settle } from './bench';
import {
  analyses,
  analysis,
  ask,
  at,
  begun,
  bits,
  browserAt,
  cancelled,
  counted,
  entries,
  experiments,
  fills,
  go,
  lab,
  made,
  stopped,
  tensor,
  wentTo,
  type Pending,
} from './session-bench';

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
