// The core in two: halfstep.first.wasm, what the measures of uniform quantizers run through, and halfstep.rest.wasm, which
// the page brings later (web/core/rest.ts). What runs is not listed but watched, in an instrumented core.
import { copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { which } from './needs.mjs';
import { root, run, say } from './process.mjs';

const at = (name) => path.join(root, 'build/wasm', name);
const [whole, first, rest] = ['halfstep.wasm', 'halfstep.first.wasm', 'halfstep.rest.wasm'].map(at);
const [watched, profile] = ['halfstep.watched.wasm', 'halfstep.profile'].map(at);

// The eight bytes that every module begins with.
const emptyModule = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

const features = ['simd', 'mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'bulk-memory'].map(
  (name) => `--enable-${name}`,
);

/** Splits a core that is newer than its parts. One that can't be split is the first part, with nothing left to bring. */
export async function splitCore() {
  const stands = (file) => existsSync(file) && statSync(file).mtimeMs >= statSync(whole).mtimeMs;
  if (stands(first) && stands(rest)) return;
  // Loaded only now: npm packages may have been installed a moment ago.
  const { answerAlike, watch, withCore } = await import('./watch.mjs');
  try {
    await withCore(async (core) => {
      const tool = await findSplit();
      await must(tool, ['--instrument', ...features, whole, '-o', watched]);
      writeFileSync(profile, await watch(core, watched));
      await split(tool);
      const parts = { bytes: await readFile(first), rest: { bytes: await readFile(rest) } };
      if (!(await answerAlike(core, { bytes: await readFile(whole) }, parts)))
        throw new Error('its parts answer otherwise');
    });
  } catch (error) {
    say(`The page will load the core in one piece: ${error.message}.`);
    copyFileSync(whole, first);
    writeFileSync(rest, emptyModule);
  }
  await Promise.all([watched, profile].map((file) => rm(file, { force: true })));
}

async function split(tool) {
  const names = ['--import-namespace=primary', '--placeholder-namespace=placeholder', '--export-prefix=%'];
  await must(tool, [
    '--split',
    ...features,
    whole,
    `--profile=${profile}`,
    ...names,
    '-o1',
    first,
    '-o2',
    rest,
  ]);
  // JavaScript stands between the parts until the rest is there, and can hand no vector on.
  const text = await must(path.join(path.dirname(tool), 'wasm-dis'), [...features, first]);
  if (/\(import "placeholder"[^\n]*v128/.test(text)) throw new Error('vectors pass between its parts');
}

// Beside Emscripten's own Binaryen, or on PATH.
async function findSplit() {
  const config = which('em-config');
  const own = config && (await run(config, ['BINARYEN_ROOT'])).output.trim();
  const tool = which(own && path.join(own, 'bin/wasm-split'), 'wasm-split');
  if (!tool) throw new Error('there is no wasm-split');
  return tool;
}

async function must(tool, args) {
  const { status, output } = await run(tool, args);
  if (status !== 0) throw new Error(`${path.basename(tool)} says ${output.trim().split('\n').at(-1)}`);
  return output;
}
