// npm run build: the wasm core, then dist/ (the page), dist/halfstep.html (one file) and dist/cli (the command).
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildCore } from './core.mjs';
import { root, say, Stop } from './process.mjs';
import { setup } from './setup.mjs';
import { splitCore } from './split.mjs';

const at = (...parts) => path.join(root, ...parts);

export async function build() {
  say('Building the core');
  await buildCore('wasm', 'halfstep');
  await splitCore();
  await buildPage();
}

export default async function () {
  await setup();
  await build();
}

async function buildPage() {
  const stamp = at('build/page.txt');
  const inputs = fingerprint([
    'web',
    'tools',
    'package-lock.json',
    'build/wasm/halfstep.mjs',
    'build/wasm/halfstep.wasm',
    'build/wasm/halfstep.first.wasm',
    'build/wasm/halfstep.rest.wasm',
  ]);
  const outputs = [
    'dist/index.html',
    'dist/halfstep.html',
    'dist/cli/halfstep.mjs',
    'dist/cli/halfstep.wasm',
  ];
  const stands = outputs.every((file) => existsSync(at(file)));
  if (!stands || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputs) {
    say('Building the page and the command');
    // Loaded only now: npm packages may have been installed a moment ago.
    const { buildCommand, buildHosted } = await import('./vite-config.mjs');
    const { buildSingle } = await import('./single.mjs');
    try {
      await buildHosted();
      await buildSingle();
      await buildCommand();
    } catch (error) {
      throw new Stop(`The page was not built: ${error.message}`);
    }
    copyFileSync(at('build/wasm/halfstep.wasm'), at('dist/cli/halfstep.wasm'));
    chmodSync(at('dist/cli/halfstep.mjs'), 0o755);
    writeFileSync(stamp, inputs);
  }
}

// Changes when a file under these changes its name, size or time.
function fingerprint(places) {
  const hash = createHash('sha256');
  const visit = (file) => {
    const info = statSync(file);
    if (info.isDirectory())
      readdirSync(file)
        .sort()
        .forEach((name) => visit(path.join(file, name)));
    else hash.update(`${file} ${info.size} ${info.mtimeMs}\n`);
  };
  places.map((place) => at(place)).forEach(visit);
  return hash.digest('hex');
}
