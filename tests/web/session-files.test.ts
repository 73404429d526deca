import { describe, expect, it } from 'vitest';
import { LabError } from '../../web/core/lab';
import type { TensorEntry } from '../../web/core/report';
import { Session } from '../../web/session';
import { settle } from './bench';
import {
  analyses,
  analysis,
  at,
  begun,
  bits,
  browserAt,
  entries,
  experiments,
  fills,
  lab,
  opens,
  tensor,
} from './session-bench';

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
