// The address is the state: undo, redo, back, forward, reload, and links that are broken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './harness.mjs';

const { open } = stage();

const query = (page) => new URL(page.url()).search;
const bits = (page) => page.getByRole('slider', { name: 'Bits', exact: true });
const expectBits = (page, value) =>
  page.waitForFunction(
    (wanted) => document.querySelector('hs-quantizer hs-slider input[type=range]').value === wanted,
    String(value),
  );

test('undo, redo, back and forward, by button and by key', async () => {
  const { page, close } = await open('?n=10000');
  const [undo, redo] = ['Undo', 'Redo'].map((name) => page.getByRole('button', { name, exact: true }));
  assert.deepEqual([await undo.isDisabled(), await redo.isDisabled()], [true, true]);
  await bits(page).press('ArrowRight');
  await bits(page).press('ArrowRight');
  assert.equal(query(page), '?n=10000&b=6');
  await undo.click();
  assert.equal(query(page), '?n=10000&b=5');
  await page.keyboard.press('Control+z');
  assert.equal(query(page), '?n=10000');
  await expectBits(page, 4);
  assert.equal(await undo.isDisabled(), true);
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('Control+y');
  await expectBits(page, 6);
  assert.equal(await redo.isDisabled(), true);
  await page.goBack();
  await expectBits(page, 5);
  await page.goForward();
  await expectBits(page, 6);
  await close();
});

test('the skip link moves the focus, and nothing of the state', async () => {
  const { page, close } = await open('?n=10000');
  await bits(page).press('ArrowRight');
  await page.keyboard.press('Control+z');
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'desk');
  assert.equal(new URL(page.url()).hash, '');
  await page.keyboard.press('Control+y');
  await expectBits(page, 5);
  await close();
});

test('the window’s title names the experiment', async () => {
  const { page, close } = await open('?n=10000&x=noise');
  const first = await page.title();
  await page.getByRole('link', { name: 'Entropy', exact: true }).click();
  await page.waitForFunction((before) => document.title !== before, first);
  assert.equal(await page.title(), 'Entropy – Halfstep');
  await page.goBack();
  await page.waitForFunction((before) => document.title === before, first);
  await close();
});

test('a drag is one step', async () => {
  const { page, close } = await open('?n=10000');
  const box = await bits(page).boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2);
  await page.mouse.down();
  for (let part = 0.3; part <= 0.8; part += 0.1)
    await page.mouse.move(box.x + box.width * part, box.y + box.height / 2);
  await page.mouse.up();
  await page.waitForURL(/b=1\d/);
  await page.keyboard.press('Control+z');
  await expectBits(page, 4);
  assert.equal(await page.getByRole('button', { name: 'Undo', exact: true }).isDisabled(), true);
  await close();
});

test('every control is undone', async () => {
  const { page, close } = await open('?n=10000');
  const steps = [
    () => page.getByLabel('Distribution').selectOption('laplace'),
    () => page.getByRole('spinbutton', { name: 'How many, N, typed' }).fill('2500'),
    () => page.getByLabel('Format').selectOption('uint'),
    () => page.getByRole('radio', { name: 'mse' }).check(),
    () => page.getByRole('radio', { name: 'percentile' }).check(),
    () => page.getByRole('radio', { name: 'number' }).check(),
    () => page.getByRole('radio', { name: 'group' }).check(),
    () => page.getByLabel('Rounding').selectOption('floor'),
    () => page.getByRole('button', { name: /Hold this one/ }).click(),
    () => page.getByRole('slider', { name: 'Bits', exact: true }).press('ArrowLeft'),
    () => page.getByRole('button', { name: 'Swap A and B' }).click(),
    () => page.getByRole('button', { name: 'Drop B' }).click(),
    () => page.getByRole('link', { name: 'Entropy', exact: true }).click(),
  ];
  const addresses = [query(page)];
  for (const step of steps) {
    await step();
    await page.keyboard.press('Tab');
    addresses.push(query(page));
  }
  assert.equal(new Set(addresses.slice(0, -2)).size, addresses.length - 2, addresses.join('\n'));
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  for (const address of addresses.slice(0, -1).reverse()) {
    await undo.click();
    assert.equal(query(page), address);
  }
  await close();
});

test('reset brings every control back, and can be undone', async () => {
  const link =
    '?x=noise&src=student&df=3&n=5000&seed=7&q=uint&b=3&range=percentile:99&per=group:16&round=floor&hold=int,8,mse,channel,nearest';
  const { page, close } = await open(link);
  await page.getByRole('button', { name: 'Reset' }).click();
  assert.equal(query(page), '?x=noise');
  await page.keyboard.press('Control+z');
  assert.equal(query(page), link);
  await close();
});

test('a reload brings the same numbers back', async () => {
  const { page, close } = await open(
    '?x=entropy&src=laplace&n=20000&q=uint&b=6&range=mse&hold=int,8,absmax,tensor,nearest',
  );
  const numbers = () => page.locator('.instruments').innerText();
  const before = await numbers();
  await page.reload();
  await page.locator('.picture svg path').first().waitFor();
  assert.equal(await numbers(), before);
  await close();
});

test('a broken link loads, and says what it ignored', async () => {
  const { page, close } = await open('?b=99&src=cauchy&hold=x&wat=1&n=20000');
  const said = await page.getByRole('status').filter({ hasText: 'b=99' }).innerText();
  for (const word of ['b=99', 'src=cauchy', 'hold=x', 'wat']) assert.match(said, new RegExp(word));
  assert.equal(query(page), '?n=20000');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await page.getByText('b=99').count(), 0);
  await close();
});

test('each preset opens, and back leaves it', async () => {
  const { page, close } = await open('?n=1000');
  const presets = page.locator('.presets a');
  for (let row = 0; row < (await presets.count()); ++row) {
    await page.locator('summary[aria-label=Presets]').click();
    await presets.nth(row).click();
    assert.equal(query(page), await presets.nth(row).getAttribute('href'));
    await page.waitForFunction(
      () => !document.querySelector('.stale, progress') && document.querySelector('.picture svg path'),
      null,
      { timeout: 90_000 },
    );
    await page.goBack();
    assert.equal(query(page), '?n=1000');
  }
  await close();
});
