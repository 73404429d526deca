// The page in stock Firefox: from a host, and the one file from a disk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { findFirefox } from '../../tools/needs.mjs';
import { host, singleFile, until } from './harness.mjs';

let site, browser;
before(async () => {
  site = await host();
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: await findFirefox(),
    defaultViewport: { width: 1280, height: 800 },
    // Puppeteer relaxes what a file may load: people's browsers don't.
    extraPrefsFirefox: { 'security.fileuri.strict_origin_policy': true },
  });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** The page at `url`, as soon as it shows its numbers, and what went wrong in it. */
async function open(url) {
  const page = await browser.newPage();
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  await page.waitForSelector('.picture svg path');
  return { page, problems };
}

const snr = (page) =>
  page.$eval('hs-instruments', (instruments) => instruments.textContent.match(/([\d.]+)\s*dB/)[1]);

for (const [name, url] of [
  ['from a host', () => site.url],
  ['one file from a disk', () => singleFile],
]) {
  test(`${name}: a slider moved by the keyboard is answered by the core`, async () => {
    const { page, problems } = await open(`${url()}?n=10000&b=8`);
    const eight = await snr(page);
    await page.focus('hs-quantizer input[type=range]');
    await page.keyboard.press('ArrowRight');
    const nine = await until(
      () => snr(page),
      (shown) => shown !== eight,
    );
    const gain = nine - eight;
    assert.ok(Math.abs(gain - 6.02) < 0.2, `${gain} dB for the ninth bit`);
    assert.deepEqual(problems, []);
    await page.close();
  });
}
