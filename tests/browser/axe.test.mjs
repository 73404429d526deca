// axe finds nothing to object to: every experiment, light and dark, wide and narrow, panels open.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { stage } from './harness.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const looks = [
  { name: 'wide, light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'wide, dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { name: 'narrow, light', viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  { name: 'narrow, dark', viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
];

const { open } = stage();

async function violations(page) {
  // Through the debugger, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`),
  );
}

for (const { name, ...look } of looks) {
  // A colour halfway through a fade is not one to judge.
  const context = { ...look, reducedMotion: 'reduce' };

  test(`every experiment, ${name}`, async () => {
    const { page, close } = await open('?b=2&range=mse&hold=int,8,absmax,tensor,nearest', context);
    const tabs = page.getByRole('navigation', { name: 'Experiments' }).getByRole('link');
    for (let tab = 0; tab < (await tabs.count()); ++tab) {
      await tabs.nth(tab).click();
      // What begins by itself is judged when it has ended.
      await page.waitForTimeout(150);
      await page.waitForFunction(() => !document.querySelector('.workings progress'));
      await page.locator('.numbers summary').click();
      assert.deepEqual(await violations(page), [], await tabs.nth(tab).textContent());
      await page.locator('.numbers summary').click();
    }
    await close();
  });

  test(`panels and messages, ${name}`, async () => {
    const { page, close } = await open('?nonsense=1&file=gone.npy&tensor=w', context);
    for (const panel of ['Presets', 'Share']) {
      await page.locator(`summary[aria-label=${panel}]`).click();
      assert.deepEqual(await violations(page), [], panel);
      await page.keyboard.press('Escape');
    }
    const bench = page.getByRole('button', { name: /^Bench/ });
    if (await bench.isVisible()) await bench.click();
    assert.deepEqual(await violations(page), [], 'the bench with a missing file');
    await page.getByRole('radio', { name: 'Generator' }).check();
    await page.getByText('Scale, channels, seed').click();
    await page.getByRole('radio', { name: 'percentile' }).check();
    await page.getByRole('radio', { name: 'group' }).check();
    assert.deepEqual(await violations(page), [], 'the bench with all its sliders');
    await close();
  });
}

test('an embedded experiment', async () => {
  const { page, close } = await open('?embed=1', { viewport: { width: 640, height: 700 } });
  assert.deepEqual(await violations(page), []);
  await close();
});
