// npm test: set up, then every suite. Goes on after a failure; the last line is the sum over all of them.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { build } from './build.mjs';
import { buildCore } from './core.mjs';
import { atLeast } from './needs.mjs';
import { root, run, say } from './process.mjs';
import { setup } from './setup.mjs';

const node = process.execPath;

const steps = [
  { name: 'The core, natively', run: () => doctest('native', ['build/native/core_tests']) },
  { name: 'The core under ASan and UBSan', run: () => doctest('asan', ['build/asan/core_tests']) },
  { name: 'The core as wasm in Node', run: () => doctest('wasm', [node, 'build/wasm/core_tests.cjs']) },
  {
    name: 'The build of the page and the command',
    run: () => build().then(() => ({ passed: 1, failed: 0 })),
  },
  { name: 'Types', run: types },
  { name: 'TypeScript units on the real wasm', run: units },
  { name: 'NumPy recomputes the report', run: recompute },
  { name: 'A person in Chromium', run: browser },
];

export default async function test() {
  let [passed, failed] = [0, 0];
  try {
    await setup({ tests: true });
    for (const step of steps) {
      const count = await take(step);
      passed += count.passed;
      failed += count.failed;
    }
  } catch (error) {
    say(error.message);
    failed += 1;
  }
  process.exitCode = failed === 0 ? 0 : 1;
  say(`${passed} passed, ${failed} failed`);
}

// A step that ends badly without naming a failure, or that ran nothing, is itself one failure.
async function take({ name, run }) {
  say(`\n== ${name}`);
  const began = Date.now();
  const count = { passed: 0, failed: 0 };
  try {
    const { status = 0, ...result } = await run();
    Object.assign(count, result);
    if (status !== 0 && count.failed === 0) count.failed = 1;
    if (count.passed + count.failed === 0) {
      say('No test ran.');
      count.failed = 1;
    }
  } catch (error) {
    say(error.message);
    count.failed = 1;
  }
  say(
    `== ${name}: ${count.passed} passed, ${count.failed} failed, ${((Date.now() - began) / 1e3).toFixed(0)} s`,
  );
  return count;
}

async function show(program, args, minutes) {
  const { status, output } = await run(program, args, { show: true, minutes });
  return { status, text: stripVTControlCharacters(output) };
}

/** The numbers a pattern's groups find last in a text; zeros where it finds nothing. */
function last(text, pattern) {
  const match = [...text.matchAll(pattern)].at(-1);
  return match ? match.slice(1).map(Number) : [0, 0, 0];
}

async function doctest(preset, [program, ...args]) {
  await buildCore(preset, 'core_tests');
  const { status, text } = await show(path.resolve(root, program), [...args, '--no-colors=true'], 12);
  const [passed, failed, skipped] = last(
    text,
    /test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped/g,
  );
  return { status, passed, failed: failed + skipped };
}

async function types() {
  const { status } = await show(node, ['node_modules/typescript/bin/tsc', '--noEmit'], 5);
  return { status, passed: status === 0 ? 1 : 0 };
}

async function units() {
  const report = path.join(root, 'build/vitest.json');
  rmSync(report, { force: true });
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { status } = await show(node, args, 8);
  if (!existsSync(report)) return { status };
  const { numTotalTests, numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { status, passed: numPassedTests, failed: numTotalTests - numPassedTests + brokenFiles.length };
}

async function recompute() {
  const { status, text } = await show('/usr/bin/python3', ['tests/reference/recompute.py'], 8);
  const [passed, failed] = last(text, /(\d+) passed, (\d+) failed/g);
  return { status, passed, failed };
}

// One file after another: two browsers on two cores would disturb each other's times.
async function browser() {
  const args = ['--test', '--test-reporter=spec'];
  // A failed test may leave its browser open, which must not hold the run up.
  if (atLeast(process.versions.node, '20.14.0')) args.push('--test-force-exit');
  const folder = 'tests/browser';
  const files = readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.test.mjs'));
  const sum = { passed: 0, failed: 0 };
  for (const file of files.sort()) {
    const { status, text } = await show(node, [...args, `${folder}/${file}`], 6);
    const [tests] = last(text, /^ℹ tests (\d+)/gm);
    const [passed] = last(text, /^ℹ pass (\d+)/gm);
    sum.passed += passed;
    sum.failed += Math.max(tests - passed, status === 0 && tests > 0 ? 0 : 1);
  }
  return sum;
}
