// The page as it opens: on a host, on a phone, from the keyboard, in another page, in a browser that can't.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './harness.mjs';

const lab = stage();

test('opens with five instruments and a picture, and asks no other host for anything', async () => {
  const { page, close } = await lab.open();
  assert.deepEqual(await page.locator('.instrument dt .long').allInnerTexts(), [
    'Bits per weight',
    'SNR',
    'Largest error',
    'Entropy',
    'Overload',
  ]);
  for (const value of await page.locator('.instrument .value').allInnerTexts()) assert.match(value, /\d/);
  const picture = await page.locator('.picture').boundingBox();
  assert.ok(picture.height >= 400, `half of an 800 px window, not ${picture.height}`);
  assert.match(
    await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content'),
    /script-src 'self' 'wasm-unsafe-eval'/,
  );
  await close();
});

for (const width of [360, 390, 800, 1100, 1280, 1920, 3840]) {
  test(`fits a window ${width} px wide`, async () => {
    const { page, close } = await lab.open('?b=2&n=20000&hold=int,8,absmax,tensor,nearest', {
      viewport: { width, height: Math.max(740, (width * 9) / 16) },
    });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    const handle = page.getByRole('button', { name: /^Bench/ });
    if (await handle.isVisible()) await handle.click();
    // What is drawn inside the experiment's picture has its own keyboard and its own size.
    const small = await page
      .locator('button, input, select, summary, .tabs a, .choice-row label')
      .evaluateAll((targets) =>
        targets.flatMap((target) => {
          const { width, height } = (target.closest('.choice-row label') ?? target).getBoundingClientRect();
          return width === 0 || (width >= 24 && height >= 24)
            ? []
            : [`${target.outerHTML.slice(0, 90)} ${width} × ${height}`];
        }),
      );
    assert.deepEqual(small, []);
    await close();
  });
}

test('on a phone the instruments stay in sight, and the bench is a drawer', async () => {
  const { page, close } = await lab.open('?n=20000', { viewport: { width: 390, height: 844 } });
  const bench = page.getByRole('complementary', { name: 'Bench' });
  const handle = page.getByRole('button', { name: /^Bench/ });
  assert.equal(await bench.isVisible(), false);
  await handle.click();
  assert.equal(await handle.getAttribute('aria-expanded'), 'true');
  await page.getByRole('slider', { name: 'Bits', exact: true }).press('ArrowRight');
  assert.match(page.url(), /b=5/);
  await page.keyboard.press('Escape');
  await bench.waitFor({ state: 'hidden' });
  await page.evaluate(() => scrollTo(0, 1e6));
  const strip = await page.locator('.instruments').boundingBox();
  assert.ok(strip.y >= 0 && strip.y < 10, `the strip is at ${strip.y}`);
  await close();
});

test('everything is reached from the keyboard, in order, and seen', async () => {
  const { page, close } = await lab.open('?n=20000');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the experiment');
  const visited = [];
  for (let press = 0; press < 40; ++press) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const { activeElement: at } = document;
      if (at === document.body) return null;
      // The marks of a picture show their focus in their own way.
      if (at instanceof SVGElement) return { name: at.getAttribute('aria-label'), outline: 'its own' };
      const outline = getComputedStyle(
        at.matches('.choice-row input') ? at.nextElementSibling : at,
      ).outlineStyle;
      return {
        name: at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent,
        outline,
      };
    });
    if (!here) break;
    visited.push(here.name.trim());
    assert.notEqual(here.outline, 'none', `${here.name} shows its focus`);
  }
  const order = [
    'Halfstep',
    'Presets',
    'Reset',
    'Share',
    'Distribution',
    'How many, N',
    'Format',
    'Bits',
    'Rounding',
  ];
  assert.deepEqual(
    order.filter((name) => visited.includes(name)),
    order,
    visited.join(' | '),
  );
  await close();
});

test('Escape closes a panel and gives the focus back; going elsewhere closes it', async () => {
  const { page, close } = await lab.open('?n=20000');
  const presets = page.locator('details.menu').first();
  await page.locator('summary[aria-label=Presets]').press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.matches('.presets a')), true);
  await page.keyboard.press('Escape');
  assert.equal(await presets.getAttribute('open'), null);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Presets');
  await page.keyboard.press('Enter');
  await page.locator('.stage').click({ position: { x: 5, y: 5 } });
  assert.equal(await presets.getAttribute('open'), null);
  await close();
});

test('the state is copied as a link, a command and NumPy lines', async () => {
  const { page, close } = await lab.open('?n=20000&b=5', {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.locator('summary[aria-label=Share]').click();
  const copied = async (name) => {
    await page.locator('hs-share').getByRole('button', { name }).click();
    await page.getByText(`${name}: copied.`).waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  assert.equal(await copied('Link'), `${lab.site.url}?n=20000&b=5`);
  assert.match(
    await copied('Command'),
    /^npx halfstep measure --source normal --count 20000 .*--format int --bits 5 /,
  );
  assert.match(await copied('NumPy'), /^import numpy as np\n/);
  await close();
});

test('the theme is the system’s until a person turns it, and then it is kept', async () => {
  const { page, close } = await lab.open('?n=20000', { colorScheme: 'dark' });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
  await page.getByRole('button', { name: 'Light or dark' }).click();
  assert.equal(await theme(), 'dark');
  await page.reload();
  await page.locator('.picture svg path').first().waitFor();
  assert.equal(await theme(), 'dark');
  await close();
});

test('embedded, it is one experiment that tells its height to the page around it', async () => {
  const page = await lab.browser.newPage();
  await page.setContent('<iframe width="600" height="300"></iframe>');
  await page.evaluate((source) => {
    window.heard = [];
    addEventListener('message', ({ data }) => heard.push(data));
    document.querySelector('iframe').src = source;
  }, `${lab.site.url}?embed=1&x=noise&n=20000`);
  const frame = page.frameLocator('iframe');
  await frame.locator('.picture svg path').first().waitFor();
  assert.deepEqual([await frame.locator('header').count(), await frame.locator('.bench').count()], [0, 0]);
  await page.waitForFunction(() =>
    heard.some((data) => data.type === 'halfstep:height' && data.height > 400),
  );
  const canvas = JSON.parse(
    await page.evaluate(() => heard.filter((data) => typeof data === 'string').at(-1)),
  );
  const own = await page.evaluate(() => heard.filter((data) => typeof data === 'object').at(-1).height);
  assert.deepEqual(canvas, { subject: 'lti.frameResize', height: own });
  assert.ok(Math.abs(own - (await frame.locator('body').evaluate((body) => body.scrollHeight))) <= 1);
  await page.context().close();
});

test('a browser without SIMD gets one clear sentence', async () => {
  const context = await lab.browser.newContext();
  // The core is loaded in the worker: there the browser is made to know no SIMD.
  await context.route(/worker.*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `WebAssembly.validate = () => false;${await response.text()}` });
  });
  const page = await context.newPage();
  await page.goto(lab.site.url);
  await page.getByRole('alert').waitFor();
  const said = await page.getByRole('alert').innerText();
  assert.match(said, /SIMD/);
  assert.doesNotMatch(said, /Error/);
  await context.close();
});

test('without JavaScript it says what it needs', async () => {
  const context = await lab.browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(lab.site.url);
  assert.match(await page.locator('noscript').innerText(), /needs JavaScript/);
  await context.close();
});
