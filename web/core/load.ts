/** Brings the wasm core to life, in a page's worker or in Node. */
import createHalfstep from '#core-glue';
import { LabError } from './lab';
import type { CoreModule } from './module';

// (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt): valid only where SIMD is.
const simdProbe = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
);

/** Where the core's bytes are: an absolute address, or the bytes themselves. */
export interface WasmSource {
  url?: string;
  bytes?: BufferSource;
}

/** Rejects with a LabError where there is no wasm SIMD or the bytes can't be had. */
export async function loadCore(source: WasmSource): Promise<CoreModule> {
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(simdProbe)) {
    throw new LabError(
      'The lab computes with WebAssembly SIMD, which is missing here: ' +
        'use Chrome or Edge 91, Firefox 89, Safari 16.4, or newer.',
    );
  }
  const module = await compile(source);
  return new Promise((resolve, reject) => {
    createHalfstep({
      // The glue's promise would not tell of a failure in here, so ours does.
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(module, imports).then(done, reject);
        return {};
      },
      print: () => {},
      printErr: () => {},
    }).then(resolve, reject);
  });
}

async function compile({ url, bytes }: WasmSource): Promise<WebAssembly.Module> {
  if (bytes) return WebAssembly.compile(bytes);
  const response = await fetch(url!).catch(() => undefined);
  if (!response?.ok) {
    const why = response ? `HTTP status ${response.status}` : 'no answer';
    throw new LabError(`The lab's core could not be fetched from ${url} (${why}).`);
  }
  // A static host may send wasm under another type, which streaming refuses.
  const type = response.headers.get('Content-Type') ?? '';
  if (/^application\/wasm\s*(;|$)/i.test(type)) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
