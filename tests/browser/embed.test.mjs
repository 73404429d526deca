// The lab inside another page: its height, its progress, its files, and frames that are shut in a sandbox.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { npyFile } from '../reference/files.mjs';
import { dropFile, host, singleFile, stage } from './harness.mjs';

const lab = stage();
let course;
before(async () => {
  course = await serveCourse();
});
after(() => course?.server.close());

/** A course on a host of its own: an empty page, and the lab in one file beside it. */
async function serveCourse() {
  const server = createServer(({ url }, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(
      url.startsWith('/halfstep.html')
        ? readFileSync(fileURLToPath(singleFile))
        : '<!doctype html><title>A course</title>',
    );
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

/** The course with a frame that may run scripts and nothing else. `heard` gathers what it tells. */
async function sandboxed(source) {
  const page = await lab.browser.newPage();
  await page.goto(course.url);
  await page.evaluate((source) => {
    window.heard = [];
    addEventListener('message', ({ data }) => heard.push(data));
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    Object.assign(frame, { width: 600, height: 300, src: source });
    document.body.append(frame);
  }, source);
  return { page, frame: page.frameLocator('iframe') };
}

const values = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i * i));

test('the lab in one file works in a sandbox, and tells its height', async () => {
  const { page, frame } = await sandboxed(`${course.url}halfstep.html?embed=1&x=noise&n=20000`);
  await frame.locator('.picture svg path').first().waitFor();
  await page.waitForFunction(() =>
    heard.some((data) => data.type === 'halfstep:height' && data.height > 400),
  );
  await page.close();
});

for (const [name, headers] of [
  ['shares its files', { 'Access-Control-Allow-Origin': '*' }],
  ['does not', {}],
]) {
  test(`in a sandbox the lab of a host that ${name} says which build works there`, async () => {
    const other = await host({ headers });
    const { page, frame } = await sandboxed(`${other.url}?embed=1`);
    const sentence = frame.getByText(/halfstep\.html.* embeds anywhere/);
    await sentence.waitFor();
    assert.doesNotMatch(await frame.locator('body').innerText(), /Failed|Error/);
    await page.close();
    await other.close();
  });
}

test('where nothing is refused, nothing is said of it', async () => {
  const { page, close } = await lab.open('?embed=1&n=20000');
  assert.doesNotMatch(await page.locator('body').innerText(), /halfstep\.html/);
  await close();
});

test('long work shows its progress, and is stopped', async () => {
  const { page, close } = await lab.visit('?embed=1&n=16777216');
  await page.getByRole('progressbar').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.work').waitFor({ state: 'detached' });
  await close();
});

test('the file that a link names is dropped into it, or chosen', async () => {
  for (const way of ['dropped', 'chosen']) {
    const { page, close } = await lab.open('?embed=1&x=six-decibels&n=20000&file=m.npy&tensor=m');
    const field = page.getByLabel(/Drop or choose m\.npy again/);
    const buffer = Buffer.from(npyFile({ values }));
    if (way === 'dropped') await dropFile(page, 'm.npy', buffer);
    else await field.setInputFiles({ name: 'm.npy', mimeType: 'application/octet-stream', buffer });
    await field.waitFor({ state: 'detached' });
    await page.locator('details.numbers summary').click();
    await page.locator('caption', { hasText: '3,000 weights' }).waitFor();
    await close();
  }
});
