// A person with the four pictures: a hand on them, keys, what they say, what can be taken home.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage, take, textFaults, windows } from './harness.mjs';

const lab = stage();

const ids = ['staircase', 'noise', 'six-decibels', 'entropy'];

async function show(query, context) {
  const picture = await lab.open(query, context);
  await settled(picture.page);
  return {
    ...picture,
    says: () => picture.slider.getAttribute('aria-valuetext'),
    ticks: () => picture.page.locator('.picture .tick').allTextContents(),
  };
}

/** The picture has not changed for a few frames. */
async function settled(page) {
  await page.evaluate(async () => {
    const picture = () => document.querySelector('.picture svg')?.outerHTML;
    for (let still = 0, last = picture(); still < 6;) {
      await new Promise(requestAnimationFrame);
      const now = picture();
      still = now === last ? still + 1 : 0;
      last = now;
    }
  });
}

/** Moves the pressed pointer between two shares of the slider's width. */
async function drag({ page, slider }, from, to, release = true) {
  const box = await slider.locator('.hit').boundingBox();
  const y = box.y + box.height / 3;
  await page.mouse.move(box.x + from * box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + to * box.width, y, { steps: 6 });
  if (release) await page.mouse.up();
  await settled(page);
}

test('a weight is dragged and read', async () => {
  const picture = await show('?x=staircase&src=uniform&n=1000&b=2&range=1');
  // int, 2 bits, range 1: Δ = 1 and the levels −1, 0, 1.
  for (const share of [0.2, 0.45, 0.9]) {
    await drag(picture, 0.5, share);
    const [, x, k, q, n] = (await picture.says())
      .replaceAll('−', '-')
      .match(/^x = (\S+): k = (\S+), Q\(x\) = (\S+), n = (\S+)$/);
    assert.equal(Number(k), Math.max(-1, Math.min(1, Math.round(Number(x)))) + 0);
    assert.equal(Number(q), Number(k));
    assert.ok(Math.abs(Number(n) - (Number(x) - Number(q))) < 1e-3, await picture.says());
  }
  const before = Number(await picture.slider.getAttribute('aria-valuenow'));
  await picture.slider.focus();
  await picture.page.keyboard.press('ArrowLeft');
  assert.ok(Math.abs(Number(await picture.slider.getAttribute('aria-valuenow')) - (before - 0.1)) < 1e-9);
  await picture.close();
});

test('the bits are dragged in the picture: axes hold, and it is one step to undo', async () => {
  const picture = await show('?x=six-decibels&n=10000&b=8');
  const { page } = picture;
  const ticks = await picture.ticks();
  await drag(picture, 7.6 / 16.2, 2.6 / 16.2, false);
  assert.match(await picture.says(), /^3 bit/);
  assert.deepEqual(await picture.ticks(), ticks);
  await page.mouse.up();
  await settled(page);
  assert.match(page.url(), /b=3/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await settled(page);
  assert.match(await picture.says(), /^8 bit/);
  await picture.close();
});

test('axes of every picture hold while a control moves', async () => {
  for (const id of ids) {
    const picture = await show(`?x=${id}&n=10000&b=8`);
    const range = await picture.page.locator('hs-quantizer input[type=range]').first().boundingBox();
    const y = range.y + range.height / 2;
    await picture.page.mouse.move(range.x + (range.width * 7) / 15, y);
    await picture.page.mouse.down();
    await settled(picture.page);
    const ticks = await picture.ticks();
    await picture.page.mouse.move(range.x + (range.width * 8) / 15, y, { steps: 3 });
    await settled(picture.page);
    assert.deepEqual(await picture.ticks(), ticks, id);
    await picture.page.mouse.up();
    await picture.close();
  }
});

test('a histogram is read by pointing and by keys', async () => {
  for (const [id, said] of [
    ['noise', /^n\/Δ from .* density .* weights$/],
    ['entropy', /^k = .* % ?, .* weights$/],
  ]) {
    const picture = await show(`?x=${id}&n=10000&b=4`);
    const box = await picture.slider.locator('.hit').boundingBox();
    await picture.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await settled(picture.page);
    const pointed = await picture.says();
    assert.match(pointed, said);
    await picture.slider.focus();
    await picture.page.keyboard.press('ArrowRight');
    await settled(picture.page);
    assert.match(await picture.says(), said);
    assert.notEqual(await picture.says(), pointed);
    await picture.close();
  }
});

test('text is never over text nor cut, from 320 px to 4K', async () => {
  const states = [
    'b=1',
    'b=8',
    'src=constant&b=8',
    'b=6&round=stochastic&hold=int,6,absmax,tensor,nearest',
    'src=student&df=3&b=4&hold=int,4,mse,tensor,nearest',
    'src=layer&channels=100&per=channel&b=4',
  ];
  for (const id of ids) {
    for (const state of states) {
      const picture = await show(`?x=${id}&n=10000&${state}`);
      for (const [width, height] of windows) {
        await picture.page.setViewportSize({ width, height });
        await settled(picture.page);
        const faults = await textFaults(picture.page);
        assert.deepEqual(faults, [], `${id} ${state} ${width}`);
      }
      await picture.close();
    }
  }
});

test('a picture is at least half of a wide window, and says its numbers', async () => {
  for (const id of ids) {
    const picture = await show(`?x=${id}&n=10000&b=8`);
    const box = await picture.page.locator('.picture').boundingBox();
    assert.ok(box.height >= 400, id);
    const label = await picture.page.locator('.picture > svg').getAttribute('aria-label');
    assert.match(label, /\d/);
    const slots = await picture.page.locator('.formula [data-slot]').allTextContents();
    assert.ok(slots.length > 0 && slots.every((text) => /\d|≤|>/.test(text)), `${id}: ${slots}`);
    await picture.close();
  }
});

test('downloads stand alone: SVG, PNG and CSV', async () => {
  for (const id of ids) {
    const picture = await show(`?x=${id}&n=10000&b=4`, { acceptDownloads: true });
    await picture.page.locator('.numbers summary').click();
    const svg = (await take(picture.page, 'SVG')).toString();
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.ok(!/var\(|class=|light-dark|aria-|<!--|\sstyle=/.test(svg), id);
    assert.match(svg, /stroke="rgb/);
    const png = await take(picture.page, 'PNG');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    const box = await picture.page.locator('.picture').boundingBox();
    assert.equal(png.readUInt32BE(16), 2 * Math.floor(box.width));
    const rows = (await take(picture.page, 'CSV')).toString().trimEnd().split('\r\n');
    const expected = { staircase: 15, noise: 256, 'six-decibels': 16, entropy: 15 }[id];
    assert.equal(rows.length - 1, expected, id);
    assert.equal(await picture.page.locator('.series tbody tr').count(), expected);
    await picture.close();
  }
});

test('a picture stands until the next is whole, and never goes blank between them', async () => {
  const { page, close } = await show('?x=six-decibels&n=300000');
  for (const format of ['nf4', 'int', 'lloyd-max', 'e8', 'int']) {
    const seen = await page.evaluate(async (format) => {
      const select = document.querySelector('#format');
      select.value = format;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      const heights = new Set();
      const says = () => document.querySelector('.picture svg')?.getAttribute('aria-label') ?? 'nothing';
      const before = says();
      const pictures = new Set([before]);
      for (const end = performance.now() + 15000; says() === before && performance.now() < end;) {
        await new Promise(requestAnimationFrame);
        pictures.add(says());
        heights.add(document.querySelector('.experiment').offsetHeight);
      }
      return { pictures: [...pictures], heights: heights.size };
    }, format);
    assert.equal(seen.pictures.length, 2, `${format}: ${seen.pictures}`);
    assert.ok(!seen.pictures.includes('nothing'), `${format}: ${seen.pictures}`);
    assert.ok(seen.heights <= 2, `${format}: ${seen.heights} heights`);
  }
  await close();
});
