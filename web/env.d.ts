/// <reference types="vite/client" />

/** TeX compiled to MathML when the page is built; `\slot{name}` became `<mn data-slot="name"></mn>`. */
declare module '*.tex?mathml' {
  const mathml: string;
  export default mathml;
}

/** What the one-file build carries inside: the worker's text, the wasm deflated and in base64. */
declare module 'virtual:halfstep-inline' {
  export const worker: string;
  export const wasm: string;
}
