// A person's browser and a static host, for the tests in this folder.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from '../../tools/needs.mjs';
import { serve } from '../../tools/serve.mjs';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

/** The hosted page. `prefix` puts it under a sub-path; `wasmType` is the MIME type of .wasm, null for none; `headers` go with all. */
export function host({ prefix = '/', wasmType = 'application/wasm', headers = {} } = {}) {
  return serve(dist, { prefix, headers, mime: { '.wasm': wasmType } });
}

/** The address of the one-file build on the disk. */
export const singleFile = pathToFileURL(path.join(dist, 'halfstep.html')).href;

/** Chromium without a window. Close it when done. */
export async function openBrowser(options = {}) {
  return chromium.launch({
    executablePath: await findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    ...options,
  });
}

/**
 * A new page in a context of its own, at `url`. `problems` gathers what a person would not see: errors in
 * the console, uncaught errors, violations of the page's policy, and requests to any other host.
 */
export async function visit(browser, url, context = {}) {
  const page = await (
    await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context })
  ).newPage();
  const problems = [];
  const home = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^(https?|wss?|ftp):$/.test(protocol) && host !== home.host)
      problems.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, problems };
}
