/** Where the page finds its worker and the core's wasm: files beside it. The one-file build swaps in assets.single.ts. */
import firstUrl from '../../build/wasm/halfstep.first.wasm?url';
import restUrl from '../../build/wasm/halfstep.rest.wasm?url';
import { LabError } from './lab';
import type { WasmSource } from './load';

export function createWorker(): Worker {
  try {
    return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  } catch {
    throw new LabError(
      'The lab’s worker can’t start from files of a host here, as in a sandboxed frame: ' +
        'halfstep.html, the same lab in one file, is the one that embeds anywhere.',
    );
  }
}

/** What the page sends its worker first, for loadCore. */
export async function wasmSource(): Promise<WasmSource> {
  const at = (url: string) => new URL(url, import.meta.url).href;
  return { url: at(firstUrl), rest: { url: at(restUrl) } };
}
