/** Brings the wasm core to life, in a page's worker or in Node. */
import createHalfstep from '#core-glue';
import { compile, type WasmBytes } from './compile';
import { LabError } from './lab';
import type { CoreModule } from './module';
import { Rest } from './rest';

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

/** The whole core, or its first part and where the rest is. */
export interface WasmSource extends WasmBytes {
  rest?: WasmBytes;
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
  const rest = source.rest && new Rest(source.rest);
  return new Promise((resolve, reject) => {
    createHalfstep({
      // The glue's promise would not tell of a failure in here, so ours does.
      instantiateWasm(imports, done) {
        const all = rest ? { ...imports, placeholder: rest.placeholders } : imports;
        WebAssembly.instantiate(module, all)
          .then((instance) => {
            rest?.follow(instance);
            done(instance);
          })
          .catch(reject);
        return {};
      },
      print: () => {},
      printErr: () => {},
    }).then(resolve, reject);
  });
}
