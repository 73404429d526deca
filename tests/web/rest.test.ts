import { expect, it } from 'vitest';
import { Rest } from '../../web/core/rest';

// (module (import "primary" "table" (table 1 funcref)) (func (result i32) i32.const 7) (elem (i32.const 0) 0))
const seven = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 5, 1, 96, 0, 1, 127],
  ...[2, 19, 1, 7, ...Buffer.from('primary'), 5, ...Buffer.from('table'), 1, 112, 0, 1],
  ...[3, 2, 1, 0],
  ...[9, 7, 1, 0, 65, 0, 11, 1, 0],
  ...[10, 6, 1, 4, 0, 65, 7, 11],
]);

/** What a first part exports, its stack's pointer at 1000. */
function firstPart() {
  const pointer = new WebAssembly.Global({ value: 'i32', mutable: true }, 1000);
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });
  return { pointer, exports: { pointer, table } };
}

it('brings the rest when a function of it is called', () => {
  const first = firstPart();
  const rest = new Rest({ bytes: seven });
  rest.follow(first as unknown as WebAssembly.Instance);
  expect((rest.placeholders['0'] as () => number)()).toBe(7);
});

it('gives the stack back that calls had taken when the rest can’t be had, and asks again', () => {
  const first = firstPart();
  const source = { bytes: Uint8Array.of(1) };
  const rest = new Rest(source);
  rest.follow(first as unknown as WebAssembly.Instance);
  const call = rest.placeholders['0'] as () => number;
  for (let tries = 0; tries < 2; tries++) {
    first.pointer.value -= 96;
    expect(call).toThrow(WebAssembly.CompileError);
    expect(first.pointer.value).toBe(1000);
  }
  source.bytes = seven;
  first.pointer.value -= 96;
  expect(call()).toBe(7);
  // What is called gives its own frames back.
  expect(first.pointer.value).toBe(904);
});
