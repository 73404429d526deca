// The focus of a keyboard: what it stood on may go, and it is never lost for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage, take } from './harness.mjs';

const { open } = stage();

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: at } = document;
    return at.getAttribute('aria-label') ?? (at.id || at.textContent.trim().replace(/\s+/g, ' '));
  });

test('a control that goes leaves the focus near where it was', async () => {
  const { page, close } = await open('?n=20000&wat=1&x=race');
  const press = async (name) => {
    await page.getByRole('button', { name, exact: name !== 'Hold this one' }).press('Enter');
    await page.waitForTimeout(200);
    return focused(page);
  };
  assert.equal(await press('Dismiss'), 'desk');
  assert.equal(await press('Hold this one'), 'Drop B');
  assert.equal(await press('Drop B'), 'B Hold this one as B');
  await page.getByRole('button', { name: 'Run', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Run again' }).waitFor();
  assert.match(await focused(page), /^Run again$/);
  for (let i = 0; i < 4; ++i) assert.equal(await press('Undo'), 'Undo');
  assert.equal(await page.getByRole('button', { name: 'Undo', exact: true }).isDisabled(), true);
  await close();
});

test('a person who leaves a control is not brought back', async () => {
  const { page, close } = await open('?n=20000&wat=1');
  await page.getByRole('button', { name: 'Dismiss' }).focus();
  await page.locator('.question').click();
  await page.waitForTimeout(50);
  await page.evaluate(() => document.querySelector('[aria-label=Dismiss]').click());
  await page.waitForTimeout(200);
  assert.notEqual(await focused(page), 'Numbers and downloads');
  await close();
});

test('Ctrl+Z in a number half typed undoes the typing, and in one that is done the step', async () => {
  const { page, close } = await open('?n=20000');
  await page.getByRole('slider', { name: 'Bits', exact: true }).press('ArrowRight');
  const field = page.getByRole('spinbutton', { name: 'Bits, typed' });
  await field.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('12');
  await page.keyboard.press('Control+z');
  assert.match(page.url(), /b=5/);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.search.includes('b=7'));
  await page.keyboard.press('Control+z');
  await page.waitForFunction(() => location.search.includes('b=5'));
  await close();
});

test('a linked percentile below the slider’s is kept', async () => {
  const { page, close } = await open('?n=20000&range=percentile:50');
  const slider = page.getByRole('slider', { name: 'P', exact: true });
  assert.equal(await slider.inputValue(), '50');
  await close();
});

test('a download that the network can’t bring says so', async () => {
  const { page, problems, close } = await open('?n=20000');
  await page.locator('details.numbers summary').click();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Numbers as CSV' }).click();
  await page.getByText(/try again when it is back/).waitFor();
  // The browser's own complaint of the network is due; the page's code has none.
  assert.deepEqual(
    problems.splice(0).filter((problem) => problem.startsWith('uncaught')),
    [],
  );
  await page.context().setOffline(false);
  await take(page, 'Numbers as CSV');
  await close();
});
