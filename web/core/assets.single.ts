/** The worker and the core's wasm out of the page itself, for halfstep.html on a disk. Same names as assets.ts. */
import { wasm, worker } from 'virtual:halfstep-inline';
import type { WasmSource } from './load';

// One for every start: each would keep its copy of the worker.
let address: string | undefined;

/** A classic worker from a blob: browsers refuse worker files and module workers on file://. */
export function createWorker(): Worker {
  address ??= URL.createObjectURL(new Blob([worker], { type: 'text/javascript' }));
  return new Worker(address);
}

/** The bytes, from zlib-deflated base64. */
export async function wasmSource(): Promise<WasmSource> {
  const deflated = Uint8Array.from(atob(wasm), (c) => c.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate'));
  return { bytes: await new Response(inflated).arrayBuffer() };
}
