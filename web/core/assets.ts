/** Where the page finds its worker and the core's wasm: files beside it. The one-file build swaps in assets.single.ts. */
import wasmUrl from '../../build/wasm/halfstep.wasm?url';
import type { WasmSource } from './load';

export function createWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}

/** What the page sends its worker first, for loadCore. */
export async function wasmSource(): Promise<WasmSource> {
  return { url: new URL(wasmUrl, import.meta.url).href };
}
