// The page opens wherever it is put: a sub-path, a host that knows no wasm, a file on a disk.
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, test } from 'node:test';
import { host, openBrowser, singleFile, until, visit } from './harness.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

/** Waits for a picture and the instruments' numbers; none of it may break the policy or ask another host. */
async function opens(url, context) {
  const { page, problems } = await visit(browser, url, context);
  await page.locator('.picture svg path').first().waitFor();
  assert.match(await page.locator('body').innerText(), /\d\s*dB/);
  assert.deepEqual(problems, []);
  return page;
}

test('at the root of a host', async () => {
  const site = await host();
  const page = await opens(site.url);
  const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
  assert.equal(await page.locator('script:not([src])').count(), 0);
  await site.close();
});

test('under a sub-path', async () => {
  const site = await host({ prefix: '/courses/2/lab/' });
  await opens(site.url);
  await site.close();
});

for (const wasmType of ['text/plain', 'application/octet-stream', null]) {
  test(`from a host that sends wasm as ${wasmType ?? 'nothing'}`, async () => {
    const site = await host({ wasmType });
    await opens(site.url);
    await site.close();
  });
}

test('the first picture takes the core’s first part; the rest comes a moment later', async () => {
  const site = await host();
  const asked = [];
  const { page } = await visit(browser, 'about:blank');
  page.context().on('request', (request) => {
    if (request.url().endsWith('.wasm')) asked.push(request.url().match(/halfstep\.(\w+)/)[1]);
  });
  await page.goto(site.url);
  await page.locator('.picture svg path').first().waitFor();
  assert.deepEqual(asked, ['first']);
  await until(
    () => asked.length,
    (count) => count > 1,
  );
  assert.deepEqual(asked, ['first', 'rest']);
  await page.context().close();
  await site.close();
});

test('a host without the core’s rest gets a sentence, and the lab stands', async () => {
  const site = await host();
  const { page } = await visit(browser, 'about:blank');
  await page.context().route('**/*.rest-*.wasm', (route) => route.fulfill({ status: 404 }));
  await page.goto(`${site.url}?n=10000`);
  await page.locator('.picture svg path').first().waitFor();
  const format = page.getByLabel('Format', { exact: true });
  await format.selectOption('q4_k');
  await page.getByText(/could not be fetched from .*rest.*\(HTTP status 404\)/).waitFor();
  await format.selectOption('uint');
  await page.locator('.picture').getByText('uint 4 bit').first().waitFor();
  await page.context().unroute('**/*.rest-*.wasm');
  await format.selectOption('q4_k');
  await page.locator('.instrument', { hasText: 'Bits per weight' }).getByText('4.61').first().waitFor();
  await page.context().close();
  await site.close();
});

test('the policy stops what the page does not carry', async () => {
  const site = await host();
  const page = await opens(site.url);
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.intruder = true';
    document.head.append(script);
    return window.intruder === true;
  });
  assert.equal(ran, false);
  await site.close();
});

test('one file from a disk, offline', async () => {
  const page = await opens(singleFile, { offline: true });
  const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
  assert.match(policy, /script-src 'sha256-[^ ]+' 'wasm-unsafe-eval';/);
});

test('one file from a disk keeps one copy of its worker, however often that is started again', async () => {
  const { page } = await visit(browser, 'about:blank');
  await page.addInitScript(() => {
    Object.assign(window, { made: 0, workers: [] });
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => ((window.made += 1), make.call(URL, blob));
    const Plain = window.Worker;
    window.Worker = class extends Plain {
      constructor(...words) {
        super(...words);
        window.workers.push(this);
      }
    };
  });
  await page.goto(singleFile + '?n=10000');
  await page.locator('.picture svg path').first().waitFor();
  await page.evaluate(() => window.workers[0].dispatchEvent(new Event('error')));
  await page.getByRole('slider', { name: 'Bits', exact: true }).press('ArrowRight');
  await page.locator('.instrument', { hasText: 'Bits per weight' }).getByText('5').first().waitFor();
  assert.deepEqual(await page.evaluate(() => [window.workers.length, window.made]), [2, 1]);
  await page.context().close();
});

test('the server keeps to its folder', async () => {
  const site = await host({ prefix: '/lab/' });
  const { port } = new URL(site.url);
  // fetch would tidy these paths up before asking.
  const status = (path) =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path }, (answer) => resolve(answer.resume().statusCode)).on(
        'error',
        reject,
      );
    });
  assert.equal(await status('/lab/index.html'), 200);
  for (const path of [
    '/lab/../package.json',
    '/lab/..%2fpackage.json',
    '/lab/%2e%2e/package.json',
    '/lab//etc/passwd',
    '/lab/assets',
    '/package.json',
    '/lab/%',
    '/lab/%00',
  ]) {
    assert.equal(await status(path), 404, path);
  }
  await site.close();
});
