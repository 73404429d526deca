/** The part of the core that the first pictures do without: it comes while the lab stands idle, or when it is called. */
import { compile, compileNow, type WasmBytes } from './compile';

// Long after the first picture, and before a person has looked at it.
const laterMs = 1500;

export class Rest {
  #first: WebAssembly.Exports | undefined;
  #stack: { pointer: WebAssembly.Global; top: number } | undefined;
  #here = false;

  constructor(private readonly source: WasmBytes) {}

  /** What the first part imports: functions that stand for those of the rest, by their slots in its table. */
  readonly placeholders: WebAssembly.ModuleImports = new Proxy(
    {},
    {
      get:
        (_, slot) =>
        (...given: unknown[]) => {
          if (!this.#here) this.#bring();
          return this.#exported(WebAssembly.Table)!.get(Number(slot))(...given);
        },
    },
  );

  /** From here on the rest may come. A host that fails is asked again when the rest is called. */
  follow(first: WebAssembly.Instance): void {
    this.#first = first.exports;
    const pointer = this.#exported(WebAssembly.Global);
    if (pointer) this.#stack = { pointer, top: pointer.value };
    const later = setTimeout(() => {
      if (this.#here) return;
      compile(this.source).then(
        (module) => {
          if (!this.#here) this.#add(module);
        },
        () => {},
      );
    }, laterMs);
    // Node need not wait for what nobody asked for.
    (later as { unref?: () => void }).unref?.();
  }

  #bring(): void {
    try {
      this.#add(compileNow(this.source));
    } catch (error) {
      // What is thrown through wasm leaves its frames on the stack.
      if (this.#stack) this.#stack.pointer.value = this.#stack.top;
      throw error;
    }
  }

  // Its functions take their slots from the placeholders.
  #add(module: WebAssembly.Module): void {
    new WebAssembly.Instance(module, { primary: this.#first as WebAssembly.ModuleImports });
    this.#here = true;
  }

  // A first part has one table, and of globals the stack pointer alone; a core in one piece keeps them to itself.
  #exported<Kind>(kind: new (...given: never[]) => Kind): Kind | undefined {
    return Object.values(this.#first!).find((value) => value instanceof kind) as Kind | undefined;
  }
}
