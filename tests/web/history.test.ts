import { describe, expect, it } from 'vitest';
import { History } from '../../web/history';

describe('History', () => {
  it('has nothing to undo or redo at first', () => {
    const history = new History('a', 's');
    expect([history.present, history.canUndo, history.canRedo]).toEqual(['a', false, false]);
    expect([history.undo(), history.redo()]).toEqual(['a', 'a']);
  });

  it('walks back and forth over what was committed', () => {
    const history = new History('a', 's');
    history.commit('b');
    history.commit('c');
    expect([history.undo(), history.undo(), history.canUndo]).toEqual(['b', 'a', false]);
    expect([history.redo(), history.redo(), history.canRedo]).toEqual(['b', 'c', false]);
  });

  it('forgets what could be redone when another step is taken', () => {
    const history = new History('a', 's');
    history.commit('b');
    history.undo();
    history.commit('c');
    expect([history.canRedo, history.undo(), history.redo()]).toEqual([false, 'a', 'c']);
  });

  it('finds the state of an id that the browser went back to', () => {
    const history = new History('a', 's');
    const first = history.id;
    history.commit('b');
    expect([history.visit(first, 'as the link says'), history.canRedo]).toEqual(['a', true]);
    expect(history.redo()).toBe('b');
  });

  it('takes the link’s word for an id that an earlier page left', () => {
    const history = new History('a', 's');
    expect(history.visit('earlier-0', 'z')).toBe('z');
    expect([history.canUndo, history.undo()]).toEqual([true, 'a']);
    expect(history.visit(undefined, 'y')).toBe('y');
  });

  it('never gives two states one id, over undone steps either', () => {
    const history = new History('a', 's');
    history.commit('b');
    const undone = history.id;
    history.undo();
    history.commit('c');
    expect(history.id).not.toBe(undone);
  });
});
