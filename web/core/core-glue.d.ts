/** The Emscripten glue of src/bindings; the build points '#core-glue' at build/wasm/halfstep.mjs. */
declare module '#core-glue' {
  const createHalfstep: (options: {
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
    print(line: string): void;
    printErr(line: string): void;
  }) => Promise<import('./module').CoreModule>;
  export default createHalfstep;
}
