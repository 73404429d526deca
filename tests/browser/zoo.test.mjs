// A person among all formats: points that arrive, a hand and keys on them, the table, the levels and a block.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage, take, textFaults, until, windows } from './harness.mjs';

const { open, visit } = stage({ sign: '.picture svg [role=slider]' });

/** All formats are measured. */
const compared = (page) => page.getByRole('button', { name: 'Compare again' }).waitFor({ timeout: 60_000 });

const asked = (page, name) => new URL(page.url()).searchParams.get(name);

test('the comparison runs by itself; a hand, a key and a row choose', async () => {
  const { page, slider, close } = await open('?x=zoo&n=20000&b=4');
  await compared(page);
  await slider.focus();
  const said = () => slider.getAttribute('aria-valuetext');
  assert.equal(await said(), 'none');
  await page.keyboard.press('ArrowRight');
  await until(said, (text) => text !== 'none');
  assert.match(await said(), /^\S.*: −?[\d.]+ dB at [\d.]+ bits per weight$/);
  const first = await said();
  await page.keyboard.press('ArrowRight');
  await until(said, (text) => text !== first);
  await page.keyboard.press('End');
  const format = (await until(said, (text) => /fp16|bf16/.test(text))).split(/[ :]/)[0];
  await page.keyboard.press('Enter');
  await until(
    () => asked(page, 'q'),
    (q) => q === format,
  );

  // The row of the best in the table.
  await page.getByRole('button', { name: 'mxint8', exact: true }).click();
  await until(
    () => asked(page, 'q'),
    (q) => q === 'mxint8',
  );
  await until(
    () => page.locator('.sortable [aria-current=true]').allTextContents(),
    ([name]) => name?.trim() === 'mxint8',
  );

  // A press on the mark of the cheapest.
  await slider.focus();
  await page.keyboard.press('Home');
  await until(said, (text) => text === first);
  const box = await page.locator('.picture svg path.current.thin').boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await until(
    () => asked(page, 'q'),
    (q) => q === first.split(/[ :,]/)[0],
  );
  await close();
});

test('columns sort, and say so', async () => {
  const { page, close } = await open('?x=zoo&n=20000');
  await compared(page);
  const column = (place) =>
    page
      .locator('.sortable tbody tr')
      .evaluateAll((rows, place) => rows.map((row) => row.querySelectorAll('td')[place].textContent), place);
  const numbers = async (place) =>
    (await column(place)).map((text) => (text === '∞' ? Infinity : Number(text.replace('−', '-'))));
  const head = page.getByRole('columnheader', { name: 'SNR, dB' });
  assert.equal(await head.getAttribute('aria-sort'), null);
  await head.getByRole('button').click();
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  const rising = await numbers(2);
  assert.deepEqual(
    rising,
    [...rising].sort((p, q) => p - q),
  );
  await head.getByRole('button').click();
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  assert.deepEqual(await numbers(2), [...rising].reverse());
  await page.getByRole('columnheader', { name: 'bits per weight' }).getByRole('button').click();
  assert.equal(await head.getAttribute('aria-sort'), null);
  await close();
});

test('CSV has a row a quantizer', async () => {
  const { page, close } = await open('?x=zoo&n=20000', { acceptDownloads: true });
  await compared(page);
  await page.locator('.numbers summary').click();
  const rows = (await take(page, 'CSV')).toString().trimEnd().split('\r\n');
  assert.equal(rows.length - 1, await page.locator('.sortable tbody tr').count());
  assert.match(rows[0], /^format,family,levels,bits per weight,/);
  await close();
});

test('many weights wait to be asked; progress, cancel, and what had come stays', async () => {
  const { page, close } = await open('?x=zoo&n=4194304');
  assert.equal(await page.locator('.workings progress').count(), 0);
  await page.getByRole('button', { name: 'Compare all formats' }).click();
  await page.locator('.workings progress').waitFor();
  const told = page.getByRole('group', { name: 'The comparison' }).locator('.told');
  await until(
    () => told.textContent(),
    (text) => Number(text.match(/^(\d+) of/)?.[1]) >= 5,
  );
  await page.getByRole('button', { name: 'Cancel' }).click();
  await until(
    () => told.textContent(),
    (text) => /^stopped: \d+ of \d+ measured$/.test(text.trim()),
  );
  assert.ok((await page.locator('.sortable tbody tr').count()) >= 5);
  await close();
});

test('other weights are compared anew', async () => {
  const { page, close } = await open('?x=zoo&n=20000');
  await compared(page);
  const best = () => page.locator('.sortable tbody tr').first().textContent();
  const before = await best();
  await page.getByLabel('Distribution').selectOption('laplace');
  await until(best, (text) => text !== before).catch(() => best());
  await compared(page);
  assert.notEqual(await best(), before);
  await close();
});

test('levels are read by pointing and by keys, near and far', async () => {
  const { page, slider, close } = await open('?x=levels-line&n=20000&q=e4m3');
  const said = () => slider.getAttribute('aria-valuetext');
  const place = async () => Number((await said()).match(/^code (−?\d+)/)[1].replace('−', '-'));
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  const first = await place();
  await page.keyboard.press('ArrowRight');
  await until(place, (k) => k === first + 1);
  const ticks = () => page.locator('.picture .tick').allTextContents();
  const far = await ticks();
  await page.keyboard.press('+');
  await until(ticks, (texts) => texts.join() !== far.join());
  assert.match(await page.getByRole('group', { name: 'Zoom' }).locator('output').textContent(), /^2 ×$/);
  await page.keyboard.press('0');
  await until(ticks, (texts) => texts.join() === far.join());
  const box = await slider.locator('.hit').boundingBox();
  await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.5 * box.height);
  await until(place, (k) => k > first + 2);
  await close();
});

test('a block is chosen, and its weights are read', async () => {
  const { page, close } = await open('?x=levels-line&n=20000&q=mxfp4');
  const block = page
    .locator('.experiment hs-slider')
    .filter({ hasText: 'Block' })
    .locator('input[type=range]');
  const weights = page.getByRole('slider', { name: 'Read a weight of the block' });
  await weights.waitFor();
  const name = () => page.locator('.picture .label.strong').last().textContent();
  assert.match(await name(), /^block 1 of 625: 32 weights, scale /);
  await block.focus();
  await page.keyboard.press('ArrowRight');
  await until(name, (text) => text.startsWith('block 2 of 625'));
  const said = () => weights.getAttribute('aria-valuetext');
  await weights.focus();
  await page.keyboard.press('Home');
  await until(said, (text) => /^weight 0: .* is code \d+, .*; error /.test(text));
  await page.keyboard.press('ArrowRight');
  await until(said, (text) => text.startsWith('weight 1:'));
  await close();
});

test('text is never over text nor cut, from 320 px to 4K', async () => {
  const states = [
    'b=4',
    'b=8&src=laplace',
    'src=constant&b=4',
    'q=q4_k',
    'q=e8&b=4',
    'q=fp16',
    'q=nf4&hold=int,3,mse,tensor,nearest',
  ];
  for (const id of ['zoo', 'levels-line']) {
    for (const state of states) {
      const { page, close } = await visit(`?x=${id}&n=10000&${state}`);
      await page.locator('.picture svg text').first().waitFor();
      if (id === 'zoo') await compared(page);
      for (const [width, height] of windows) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(150);
        const faults = await textFaults(page);
        assert.deepEqual(faults, [], `${id} ${state} ${width}`);
      }
      await close();
    }
  }
});
