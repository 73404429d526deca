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

/** Windows from a small phone to 4K: [width, height]. */
export const windows = [
  [320, 640],
  [390, 844],
  [768, 1024],
  [1280, 800],
  [3840, 2160],
];

/** What a reader would stumble over: text of the picture that is cut or lies on other text, and a page that scrolls sideways. */
export function textFaults(page) {
  return page.evaluate(() => {
    const frame = document.querySelector('.picture svg').getBoundingClientRect();
    const texts = [...document.querySelectorAll('.picture text')].map((text) => [
      text.textContent,
      text.getBoundingClientRect(),
    ]);
    const cut = texts.filter(
      ([, box]) =>
        box.left < frame.left - 1 ||
        box.right > frame.right + 1 ||
        box.top < frame.top - 2 ||
        box.bottom > frame.bottom + 2,
    );
    const over = texts.flatMap(([text, box], i) =>
      texts.slice(i + 1).flatMap(([other, second]) => {
        const across = Math.min(box.right, second.right) - Math.max(box.left, second.left);
        const down = Math.min(box.bottom, second.bottom) - Math.max(box.top, second.top);
        return across > 1 && down > box.height / 4 ? [`${text} / ${other}`] : [];
      }),
    );
    const wide = document.documentElement.scrollWidth > innerWidth;
    return [...cut.map(([text]) => `cut: ${text}`), ...over, ...(wide ? ['the page scrolls sideways'] : [])];
  });
}

/** A file let fall on the page as a person's would be. */
export async function dropFile(page, name, bytes) {
  // By a field of its own: the debugger is slow to carry bytes.
  const field = await page.evaluateHandle(() =>
    Object.assign(document.createElement('input'), { type: 'file' }),
  );
  await field
    .asElement()
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
  return page.evaluate((field) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(field.files[0]);
    const fall = (type) =>
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    // What no handler takes the browser opens in the page's place.
    return [fall('dragover'), fall('drop')].every((untouched) => !untouched);
  }, field);
}
