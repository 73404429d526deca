// The bench and the instruments, as a person uses them: keys, typed numbers, files, B.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropFile, stage, until } from './harness.mjs';
import { ggufFile, npyFile, safetensorsFile } from '../reference/files.mjs';

const { open, visit } = stage();

const slider = (page, name) => page.getByRole('slider', { name, exact: true });
const typed = (page, name) => page.getByRole('spinbutton', { name: `${name}, typed` });
/** An instrument's numbers: [A] or [A, B]. */
const read = async (page, label) => {
  const values = page.locator('.instrument', { hasText: label }).locator('.value');
  return (await values.allInnerTexts()).map((text) => parseFloat(text.replace('−', '-')));
};
const quiet = (page) => page.waitForFunction(() => !document.querySelector('.stale, progress'));
const npy = (name, values) => ({ name, mimeType: '', buffer: Buffer.from(npyFile({ values })) });

test('a bit more is six decibels, by key and by typing', async () => {
  const { page, close } = await open('?src=uniform&n=100000&b=8');
  const [eight] = await read(page, 'SNR');
  await slider(page, 'Bits').press('ArrowRight');
  const [nine] = await until(
    () => read(page, 'SNR'),
    ([snr]) => snr !== eight,
  );
  assert.ok(Math.abs(nine - eight - 6.02) < 0.2, `${eight} to ${nine}`);
  await typed(page, 'Bits').fill('12');
  await typed(page, 'Bits').press('Enter');
  const [twelve] = await until(
    () => read(page, 'SNR'),
    ([snr]) => snr !== nine,
  );
  assert.ok(Math.abs(twelve - nine - 18.06) < 0.2, `${nine} to ${twelve}`);
  await slider(page, 'Bits').press('Home');
  await until(
    () => read(page, 'Bits per weight'),
    ([bits]) => bits === 1,
  );
  await close();
});

test('a typed number outside the limits is brought inside; no number changes nothing', async () => {
  const { page, close } = await open('?n=10000');
  const field = typed(page, 'Bits');
  for (const [text, value] of [
    ['99', '16'],
    ['-3', '1'],
    ['2.4', '2'],
  ]) {
    await field.fill(text);
    await field.press('Enter');
    assert.equal(await field.inputValue(), value);
  }
  await field.fill('');
  await field.press('Tab');
  assert.equal(await field.inputValue(), '2');
  await close();
});

test('N goes from a thousand to 16.8 million on its slider', async () => {
  const { page, close } = await open('');
  const count = slider(page, 'How many, N');
  await count.press('Home');
  assert.match(page.url(), /n=1000$/);
  const seen = new Set();
  for (let step = 0; step < 12; ++step) {
    await count.press('ArrowRight');
    seen.add(page.url());
  }
  assert.equal(seen.size, 12, 'each key press moves it');
  await count.press('End');
  assert.match(page.url(), /n=16777216$/);
  assert.equal(await count.getAttribute('aria-valuetext'), '16,777,216 weights');
  await quiet(page);
  await close();
});

test('B is held, swapped and dropped, with the difference between', async () => {
  const { page, close } = await open('?src=uniform&n=100000&b=8');
  await page.getByRole('button', { name: /Hold this one/ }).click();
  await slider(page, 'Bits').press('ArrowLeft');
  const [a, b] = await until(
    () => read(page, 'SNR'),
    (both) => both.length === 2 && both[0] !== both[1],
  );
  const difference = await page.locator('.instrument', { hasText: 'SNR' }).locator('.difference').innerText();
  assert.ok(Math.abs(Number(/−([\d.]+) dB/.exec(difference)[1]) - (b - a)) < 0.011, difference);
  await page.getByRole('button', { name: 'Swap A and B' }).click();
  await until(
    () => read(page, 'SNR'),
    ([first, second]) => first === b && second === a,
  );
  await page.getByRole('button', { name: 'Drop B' }).click();
  await until(
    () => read(page, 'SNR'),
    (both) => both.length === 1,
  );
  await close();
});

test('where a prediction fails, the strip says which condition failed', async () => {
  const { page, close } = await open('?n=100000&b=2');
  const conditions = page.getByRole('list', { name: 'Where the predictions stand' });
  assert.match(await conditions.innerText(), /Few levels: H = \d\.\d\d bit/);
  await typed(page, 'Bits').fill('8');
  await typed(page, 'Bits').press('Enter');
  await until(
    () => conditions.innerText(),
    (text) => /predictions hold/.test(text),
  );
  await close();
});

test('nothing jumps when a condition comes or a number grows', async () => {
  const { page, close } = await open('?n=100000&b=8');
  const top = () => page.locator('.stage').evaluate((stage) => stage.getBoundingClientRect().top);
  const before = await top();
  for (const bits of ['1', '2', '3', '16']) {
    await typed(page, 'Bits').fill(bits);
    await typed(page, 'Bits').press('Enter');
    await quiet(page);
    assert.equal(await top(), before, `${bits} bits`);
  }
  await close();
});

test('an exact quantizer has an SNR of ∞, and what has no meaning is a dash with its reason', async () => {
  const { page, close } = await open('?n=100000');
  await page.getByRole('radio', { name: 'File' }).check();
  await page.setInputFiles('input[type=file]', npy('whole.npy', [-7, -3, 0, 1, 2, 7]));
  const snr = page.locator('.instrument', { hasText: 'SNR' });
  await until(
    () => snr.locator('.value').innerText(),
    (text) => text.startsWith('∞'),
  );
  await page.setInputFiles('input[type=file]', npy('zeros.npy', [0, 0, 0]));
  await until(
    () => snr.locator('.value').innerText(),
    (text) => !/\d/.test(text),
  );
  const dashes = page.locator('.value', { hasText: '–' });
  for (const dash of await dashes.all()) assert.match(await dash.getAttribute('title'), /\w/);
  await close();
});

test('a file’s tensors are listed, searched and chosen, and a link asks for the file again', async () => {
  const { page, close } = await open('?b=5');
  const tensors = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [
      `block.${i}.weight`,
      { shape: [2, 3], values: [1, 2, 3, 4, 5, i] },
    ]),
  );
  const buffer = Buffer.from(safetensorsFile(tensors));
  await page.getByRole('radio', { name: 'File' }).check();
  assert.match(await page.locator('hs-source').innerText(), /never leaves this machine/);
  await page.setInputFiles('input[type=file]', { name: 'model.safetensors', mimeType: '', buffer });
  await page.getByRole('searchbox').fill('11');
  const rows = page.locator('.tensors button');
  await until(
    () => rows.count(),
    (count) => count === 1,
  );
  assert.match(await rows.innerText(), /block\.11\.weight\s+2 × 3 · F32 · 6/);
  await rows.click();
  await quiet(page);
  assert.equal(new URL(page.url()).search, '?file=model.safetensors&tensor=block.11.weight&b=5');
  const numbers = await page.locator('.instruments').innerText();
  await page.reload();
  await page.getByText(/drop model\.safetensors here again/).waitFor();
  await page.setInputFiles('input[type=file]', { name: 'model.safetensors', mimeType: '', buffer });
  await until(
    () => page.locator('.instruments').innerText(),
    (text) => text === numbers,
  );
  await close();
});

test('a .gguf is opened: blocks are listed by their type and measured, what is not decoded stays shut', async () => {
  const { page, close } = await open('?b=8');
  // A block of Q8_0: the scale 0.5 as binary16, then the codes −16 to 15.
  const block = Uint8Array.from([0x00, 0x38, ...Array.from({ length: 32 }, (_, i) => (i - 16) & 255)]);
  const file = ggufFile({
    'blk.0.attn_q.weight': { dtype: 'Q8_0', shape: [1, 32], bytes: block },
    'blk.0.ffn_up.weight': { dtype: 'IQ2_XXS', shape: [256], bytes: new Uint8Array(66) },
  });
  await page.getByRole('radio', { name: 'File' }).check();
  await page.setInputFiles('input[type=file]', { name: 'm.gguf', mimeType: '', buffer: Buffer.from(file) });
  const rows = page.locator('.tensors button');
  await rows.nth(1).waitFor();
  assert.match(await rows.nth(0).innerText(), /blk\.0\.attn_q\.weight\s+1 × 32 · Q8_0 · 32/);
  assert.ok(await rows.nth(1).isDisabled());
  assert.match(await rows.nth(1).getAttribute('title'), /can’t decode IQ2_XXS/);
  await rows.nth(0).click();
  await quiet(page);
  assert.match(page.url(), /file=m\.gguf&tensor=blk\.0\.attn_q\.weight/);
  // 32 weights apart by 0.5 have 32 codes, once each: log2 32 bits.
  await until(
    () => read(page, 'Entropy'),
    ([bits]) => bits === 5,
  );
  await close();
});

test('a wrong file gives one sentence, and the state stays', async () => {
  const { page, close } = await open('?n=10000&b=5');
  const before = await page.locator('.instruments').innerText();
  const address = page.url();
  await page.getByRole('radio', { name: 'File' }).check();
  const alert = page.getByRole('alert');
  for (const [name, text] of [
    ['cat.jpg', 'not weights'],
    ['broken.npy', '\x93NUMPY\x01'],
    ['short.safetensors', 'xx'],
  ]) {
    await page.setInputFiles('input[type=file]', { name, mimeType: '', buffer: Buffer.from(text, 'latin1') });
    await until(
      () => alert.innerText(),
      (said) => said.includes(name) || said.length > 10,
    );
    assert.equal(await alert.locator('p').count(), 1);
    assert.equal(await page.locator('.instruments').innerText(), before);
    assert.equal(page.url(), address);
    await page.getByRole('button', { name: 'Dismiss' }).click();
  }
  await close();
});

test('a file is let fall anywhere on the page', async () => {
  const { page, close } = await open('?n=20000');
  assert.equal(await dropFile(page, 'fallen.npy', npyFile({ values: [3, 4, 5, 6] })), true);
  await page.waitForFunction(() => location.search.includes('file=fallen.npy'));
  assert.equal(await page.locator('.dropping').count(), 0);
  await close();
});

test('weights that are being made are stopped, and those that stood stand', async () => {
  const { page, close } = await open('?n=20000');
  // At once: a fast machine makes them in less time than a click from outside takes.
  await page.evaluate(() => {
    new MutationObserver((_, observer) => {
      const cancel = [...document.querySelectorAll('.work button')].find((b) =>
        b.textContent.includes('Cancel'),
      );
      if (!cancel) return;
      observer.disconnect();
      cancel.click();
      window.cancelled = true;
    }).observe(document.body, { subtree: true, childList: true });
  });
  await slider(page, 'How many, N').press('End');
  await page.waitForFunction(() => window.cancelled);
  await page.locator('.work').waitFor({ state: 'detached' });
  assert.match(page.url(), /n=20000$/);
  assert.equal(await page.locator('.instruments.stale').count(), 0);
  await slider(page, 'Bits').press('ArrowRight');
  await page.waitForFunction(() => /5/.test(document.querySelector('.instrument .value').textContent));
  await close();
});

test('measuring that takes long is stopped, and the page goes on', async () => {
  // Its codebooks are designed in one call, which hears nothing until it ends.
  const { page, close } = await visit('?x=noise&n=4000000&q=lloyd-max&per=group:4096&b=8');
  await page.locator('.work').getByText('Measuring A').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.picture svg path').first().waitFor();
  await page.locator('.work').waitFor({ state: 'detached' });
  assert.match(page.url(), /\?n=4000000$/);
  assert.equal(await page.locator('.instruments.stale').count(), 0);
  await slider(page, 'Bits').press('Home');
  await page.waitForFunction(() => /[?&]b=1(&|$)/.test(location.search));
  await close();
});
