// The places that are measured: this Node, and a page of Chromium.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../../tools/needs.mjs';
import { root } from '../../tools/process.mjs';
import { serve } from '../../tools/serve.mjs';
import { measure } from './measure.mjs';

export async function inNode(settings) {
  const folder = path.join(root, 'build/wasm');
  const { default: create } = await import(path.join(folder, 'halfstep_bench.mjs'));
  const core = await create({ wasmBinary: await readFile(path.join(folder, 'halfstep_bench.wasm')) });
  return { place: `Node ${process.versions.node}`, ...measure(core, settings) };
}

export async function inChromium(settings) {
  // An isolated page has the finer clock.
  const headers = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  };
  const server = await serve(root, { headers });
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}tests/bench/page.html`);
    const result = await page.evaluate(async (wanted) => {
      const { measure } = await import('./measure.mjs');
      const { default: create } = await import('../../build/wasm/halfstep_bench.mjs');
      const wasm = await fetch('../../build/wasm/halfstep_bench.wasm');
      return measure(await create({ wasmBinary: await wasm.arrayBuffer() }), wanted);
    }, settings);
    return { place: `Chromium ${browser.version()}`, ...result };
  } finally {
    await browser.close();
    await server.close();
  }
}
