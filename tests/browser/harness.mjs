// A person's browser and a static host, for the tests in this folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
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
 * The hosted page and a browser for all tests of a file: there before the first, gone after the last. `visit` comes to
 * a query of the page, and `open` waits until its picture shows `sign`; `site` and `browser` stand while tests run.
 */
export function stage({ sign = '.picture svg path' } = {}) {
  const lab = {
    visit: (query = '', context) => visit(lab.browser, lab.site.url + query, context),
    async open(query, context) {
      const visited = await lab.visit(query, context);
      await visited.page.locator(sign).first().waitFor();
      return visited;
    },
  };
  before(async () => {
    lab.site = await host();
    lab.browser = await openBrowser();
  });
  after(async () => {
    await lab.browser?.close();
    await lab.site?.close();
  });
  return lab;
}

/**
 * A new page in a context of its own, at `url`. `problems` gathers what a person would not see: errors in
 * the console, uncaught errors, violations of the page's policy, and requests to any other host. `close` ends
 * the visit, and objects to any. `slider` is the picture's, or its first.
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
  return {
    page,
    problems,
    slider: page.locator('.picture [role=slider]').first(),
    async close() {
      assert.deepEqual(problems, []);
      await page.context().close();
    },
  };
}

/** What `read` gives, as soon as it is `enough`. */
export async function until(read, enough) {
  for (const end = Date.now() + 20_000; ;) {
    const value = await read();
    if (enough(value)) return value;
    assert.ok(Date.now() < end, `never so: ${value}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The bytes that the button called `name` downloads. */
export async function take(page, name) {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name }).click(),
  ]);
  return readFileSync(await file.path());
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
