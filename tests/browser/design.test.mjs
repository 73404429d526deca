// A person who looks for the best range and the best levels: drags, plays, steps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage, textFaults, until, windows } from './harness.mjs';

const { open, visit } = stage({ sign: '.picture svg [role=slider]' });

const said = (slider) => slider.getAttribute('aria-valuetext');
const rangeIn = (page) => Number(new URL(page.url()).searchParams.get('range'));

test('the range is dragged along its curve, the axes hold, and it is one step to undo', async () => {
  const { page, close, slider } = await open('?x=clip&n=100000&b=4');
  const box = await slider.locator('.hit').boundingBox();
  const at = (share) => box.x + share * box.width;
  const y = box.y + box.height / 2;
  const ticks = () => page.locator('.picture .tick').allTextContents();
  const before = await ticks();
  await page.mouse.move(at(0.8), y);
  await page.mouse.down();
  await page.mouse.move(at(0.5), y, { steps: 5 });
  const heard = async () => Number((await said(slider)).match(/^range (\S+):/)[1]);
  const far = await until(heard, (range) => range < 2);
  assert.match(await said(slider), /SNR −?[\d.]+ dB$/);
  assert.deepEqual(await ticks(), before);
  await page.mouse.move(at(0.66), y, { steps: 5 });
  await page.mouse.up();
  // The address of a drag follows when it ends.
  await until(
    async () => [await heard(), rangeIn(page)],
    ([shown, linked]) => shown === linked && shown > far,
  );
  await page.getByRole('button', { name: 'Undo' }).click();
  await until(
    () => page.url(),
    (url) => !url.includes('range='),
  );
  await close();
});

test('arrow keys move the range by a sixteenth of an octave, and find what `mse` finds', async () => {
  const { page, close, slider } = await open('?x=clip&n=100000&b=4&range=3');
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  const moved = await until(
    () => rangeIn(page),
    (range) => range !== 3,
  );
  assert.ok(Math.abs(moved / (3 * 2 ** (-1 / 16)) - 1) < 1e-3, `${moved}`);
  const snr = async () => Number((await said(slider)).match(/SNR ([\d.]+)/)[1]);
  let best = 0;
  for (let i = 0; i < 8; i++) {
    const range = rangeIn(page);
    await until(
      () => said(slider),
      (text) => text.includes(`range ${range}`),
    );
    best = Math.max(best, await snr());
    await page.keyboard.press('ArrowLeft');
    await until(
      () => rangeIn(page),
      (next) => next !== range,
    );
  }
  const rule = await page
    .getByRole('row', { name: /^mse, r =/ })
    .locator('td')
    .first()
    .innerText();
  assert.ok(Math.abs(parseFloat(rule) - best) < 0.05, `${rule} against ${best}`);
  await close();
});

test('Lloyd’s iteration is played, paused, stepped, restarted and dragged', async () => {
  const { page, close, slider } = await open('?x=best-levels&n=50000&b=3');
  const player = page.locator('hs-player');
  const press = (name) => player.getByRole('button', { name, exact: true }).click();
  const step = async () => Number((await said(slider)).match(/^step (\d+) of/)[1]);
  const last = await step();
  assert.ok(last > 10);
  await press('Play');
  const early = await until(step, (at) => at > 0 && at < last);
  await until(step, (at) => at > early);
  await press('Pause');
  const paused = await step();
  await page.waitForTimeout(400);
  assert.equal(await step(), paused);
  assert.match(
    await player.getByRole('status').innerText(),
    new RegExp(`^Lloyd’s step ${paused} of ${last}`),
  );
  await press('A step on');
  await until(step, (at) => at === paused + 1);
  await press('A step back');
  await until(step, (at) => at === paused);
  await press('Restart');
  await until(step, (at) => at === 0);
  const picture = () => page.locator('.picture svg').innerHTML();
  const first = await picture();
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await until(step, (at) => at === 1);
  assert.notEqual(await picture(), first);
  const box = await slider.locator('.hit').boundingBox();
  await page.mouse.move(box.x + 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await until(step, (at) => at === last);
  assert.equal(new URL(page.url()).search, '?x=best-levels&n=50000&b=3', 'no part of the link');
  await close();
});

test('who wants no motion is taken to the end at once', async () => {
  const { page, close, slider } = await open('?x=best-levels&n=20000&b=3', { reducedMotion: 'reduce' });
  const player = page.locator('hs-player');
  await player.getByRole('button', { name: 'Restart' }).click();
  await until(
    () => said(slider),
    (text) => text.startsWith('step 0 of'),
  );
  assert.equal(await player.getByRole('button', { name: 'Play' }).count(), 0);
  await player.getByRole('button', { name: 'To the end' }).click();
  await until(
    () => said(slider),
    (text) => /^step (\d+) of \1/.test(text),
  );
  await close();
});

test('the scan is asked for only where it is shown', async () => {
  const { page, close } = await open('?x=staircase&n=10000');
  const has = () => page.evaluate(() => 'range_scan' in document.querySelector('hs-experiment').a);
  assert.equal(await has(), false);
  await page.getByRole('link', { name: 'Clipping' }).click();
  await until(has, (there) => there);
  await close();
});

test('text is never over text nor cut, from 320 px to 4K', async () => {
  const states = [
    'b=1',
    'b=4',
    'b=8',
    'b=16',
    'src=constant&b=4',
    'q=ecsq&b=3&hold=uint,3,absmax,tensor,nearest',
    'b=6&round=stochastic',
    'src=student&df=3&b=4&hold=int,4,mse,tensor,nearest',
    'src=layer&channels=100&per=channel&b=4',
  ];
  for (const id of ['clip', 'best-levels']) {
    for (const state of states) {
      const { page, close } = await visit(`?x=${id}&n=10000&${state}`);
      await page.locator('.picture svg text').first().waitFor();
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
