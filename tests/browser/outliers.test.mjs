// A person with the weight matrix: a hand and keys on its cells, what a cell shows, scales chosen, the picture taken home.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage, take, textFaults, until, windows } from './harness.mjs';

const lab = stage({ sign: '[data-experiment=outliers] .picture svg text' });
const open = (query, context) => lab.open(`?x=outliers&${query}`, context);
const told = (page) => page.locator('.workings .told');
const LAYER = 'src=layer&channels=64&n=16384&b=4';

const image = (page) => page.locator('.picture image').first().getAttribute('href');

test('a cell is read by pointing and by keys', async () => {
  const { page, close } = await open(LAYER);
  const cells = page.locator('.picture [role=slider]');
  const box = await cells.locator('.hit').boundingBox();
  // 64 rows, and 256 columns in 128 cells of two.
  await page.mouse.move(box.x + (21.5 / 128) * box.width, box.y + (20.5 / 64) * box.height);
  const said = await until(
    () => told(page).innerText(),
    (text) => text.startsWith('Row'),
  );
  assert.match(said, /^Row 20, column 42–43: largest \|x\| \S+, rms error \S+, Δ \S+$/);
  await page.mouse.move(2, 2);
  await until(
    () => told(page).innerText(),
    (text) => text.startsWith('Point'),
  );
  await cells.focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await cells.getAttribute('aria-valuetext'), /^Row 1, column 2–3:/);
  await page.keyboard.press('End');
  assert.match(await cells.getAttribute('aria-valuetext'), /^Row 1, column 254–255:/);
  await close();
});

test('what a cell shows is switched, and the colours follow the theme', async () => {
  const { page, close } = await open(LAYER);
  const seen = new Set([await image(page)]);
  for (const name of ['scale', 'rms error']) {
    await page.getByRole('radio', { name, exact: true }).check();
    await until(
      () => image(page),
      (href) => !seen.has(href),
    );
    seen.add(await image(page));
  }
  await page.getByRole('radio', { name: 'largest |x|' }).check();
  const light = await until(
    () => image(page),
    (href) => [...seen][0] === href,
  );
  await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'));
  await until(
    () => image(page),
    (href) => href !== light,
  );
  await close();
});

test('a line of the comparison puts its quantizer on the bench, by click and by Enter, and undo takes it back', async () => {
  const { page, close } = await open(LAYER);
  const line = (name) => page.getByRole('button', { name });
  await line(/^channel: SNR/).click();
  await until(
    () => line(/^channel: SNR/).getAttribute('aria-pressed'),
    (pressed) => pressed === 'true',
  );
  assert.equal(new URL(page.url()).searchParams.get('per'), 'channel');
  await line(/^block 32 \+ rotation: SNR/).focus();
  await page.keyboard.press('Enter');
  await until(
    () => new URL(page.url()).search,
    (search) => /per=block:32/.test(search) && /turn=hadamard:128/.test(search),
  );
  await until(
    () => line(/^block 32 \+ rotation: SNR/).getAttribute('aria-pressed'),
    (pressed) => pressed === 'true',
  );
  await page.getByRole('button', { name: 'Undo' }).click();
  await until(
    () => new URL(page.url()).searchParams.get('per'),
    (per) => per === 'channel',
  );
  await close();
});

test('text is never over text nor cut, from 320 px to 4K', async () => {
  for (const state of [
    LAYER,
    `${LAYER}&per=group:32&turn=hadamard:128`,
    'src=constant&b=4',
    'n=100000&b=1',
    'n=100000&q=q4_0',
    'q=bf16&n=10000',
    'src=student&df=3&n=10000&scale=1e-30&b=16',
  ]) {
    const { page, close } = await open(state);
    for (const [width, height] of windows) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200);
      const low = await page.evaluate(() =>
        [...document.querySelectorAll('.picture .hit.choose')]
          .filter((hit) => hit.getBoundingClientRect().height < 23.9)
          .map((hit) => `low: ${hit.parentNode.getAttribute('aria-label')}`),
      );
      const faults = [...(await textFaults(page)), ...low];
      assert.deepEqual(faults, [], `${state} ${width}`);
    }
    await close();
  }
});

test('the picture goes home whole, with its cells in it', async () => {
  const { page, close } = await open(LAYER, { acceptDownloads: true });
  await page.locator('.numbers summary').click();
  const svg = (await take(page, 'SVG')).toString();
  assert.match(svg, /<image [^>]*href="data:image\/png;base64,/);
  assert.ok(!/var\(|class=|light-dark|aria-|<!--|\sstyle=/.test(svg));
  const png = await take(page, 'PNG');
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  // Cells drawn, not an empty frame: in the middle of the map stand blue pixels of many shades.
  const shades = await page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      pen.drawImage(bitmap, 0, 0);
      const { data } = pen.getImageData(bitmap.width * 0.15, bitmap.height * 0.3, 200, 200);
      const found = new Set();
      for (let i = 0; i < data.length; i += 4) if (data[i + 2] > data[i]) found.add(data[i]);
      return found.size;
    },
    [...png],
  );
  assert.ok(shades > 20, `${shades}`);
  const rows = (await take(page, 'CSV')).toString().trimEnd().split('\r\n');
  // Eight lines of the comparison, 64 × 128 cells, and the names of the columns.
  assert.equal(rows.length, 8 + 64 * 128 + 1);
  await close();
});
