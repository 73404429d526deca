// How Vite reads the sources, and its three outputs: the hosted page, the page in one file, the command.
import path from 'node:path';
import { build, createServer } from 'vite';
import { root } from './process.mjs';
import { katexPlugin } from './vite-katex.mjs';

const at = (...parts) => path.join(root, ...parts);

const hostedPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const policyMeta = (policy) => ({
  tag: 'meta',
  attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
  injectTo: 'head-prepend',
});

/** Emscripten's glue names its wasm by import.meta.url; the wasm is handed to it, so that address goes. */
function gluePlugin() {
  return {
    name: 'halfstep-glue',
    enforce: 'pre',
    transform(code, id) {
      if (id !== at('build/wasm/halfstep.mjs')) return null;
      const plain = code
        .replace(/new URL\((["'])halfstep\.wasm\1,\s*import\.meta\.url\)(\.href|\.toString\(\))?/g, "''")
        .replaceAll('import.meta.url', "''");
      return { code: plain, map: null };
    },
  };
}

const readers = () => [gluePlugin(), katexPlugin()];

/** What every build and the unit tests share. */
export const shared = () => ({
  configFile: false,
  logLevel: 'warn',
  root: at('web'),
  publicDir: false,
  resolve: { alias: { '#core-glue': at('build/wasm/halfstep.mjs') } },
  plugins: readers(),
});

/** The sources as modules for Node: ssrLoadModule('/core/engine.ts'). */
export const startReader = () =>
  createServer({
    ...shared(),
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
  });

const target = ['chrome105', 'firefox113', 'safari16.4'];

export function buildHosted() {
  return build({
    ...shared(),
    base: './',
    plugins: [
      ...readers(),
      { name: 'halfstep-policy', transformIndexHtml: () => [policyMeta(hostedPolicy)] },
    ],
    worker: { format: 'es', plugins: readers },
    build: {
      outDir: at('dist'),
      emptyOutDir: true,
      target,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
}

/** The worker as the text of a classic script. */
export async function bundleWorker() {
  const [bundle] = await build({
    ...shared(),
    build: {
      write: false,
      target,
      lib: { entry: at('web/core/worker.ts'), formats: ['iife'], name: 'halfstepWorker' },
    },
  });
  return bundle.output[0].code;
}

/** The page's outputs with `inline` (what virtual:halfstep-inline exports) inside its one script. */
export async function bundlePage(inline) {
  const id = '\0halfstep-inline';
  const inlinePlugin = {
    name: 'halfstep-inline',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (source === 'virtual:halfstep-inline') return id;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      return resolved?.id === at('web/core/assets.ts') ? at('web/core/assets.single.ts') : null;
    },
    load(wanted) {
      if (wanted !== id) return null;
      return Object.entries(inline)
        .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`)
        .join('\n');
    },
  };
  const { output } = await build({
    ...shared(),
    base: './',
    plugins: [inlinePlugin, ...readers()],
    build: {
      write: false,
      target,
      assetsInlineLimit: Infinity,
      cssCodeSplit: false,
      modulePreload: false,
      rollupOptions: { output: { inlineDynamicImports: true } },
    },
  });
  return output;
}

/** The `halfstep` command with everything it imports. */
export function buildCommand() {
  return build({
    ...shared(),
    ssr: { noExternal: true },
    build: {
      ssr: at('web/cli/main.ts'),
      outDir: at('dist/cli'),
      emptyOutDir: true,
      target: 'node20',
      rollupOptions: {
        output: { entryFileNames: 'halfstep.mjs', inlineDynamicImports: true, banner: '#!/usr/bin/env node' },
      },
    },
  });
}
