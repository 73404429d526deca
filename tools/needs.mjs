// What the machine must have: how each thing is found, and what it is called in Debian and Ubuntu ('one | other').
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { run, toolEnv } from './process.mjs';

export const oldestEmscripten = '3.1.6';

/** The first of these programs on PATH (an absolute path is taken as it is), or undefined. */
export function which(...programs) {
  const folders = toolEnv().PATH.split(path.delimiter);
  for (const program of programs.filter(Boolean)) {
    for (const folder of path.isAbsolute(program) ? [''] : folders) {
      const file = path.join(folder, program);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

// The first of these programs that really starts: Ubuntu's may be a note that asks for a snap.
async function starts(names) {
  for (const name of names) {
    const file = name && which(name);
    if (file && (await run(file, ['--version'], { minutes: 0.5 })).status === 0) return file;
  }
  return undefined;
}

export const findChromium = () =>
  starts([process.env.CHROME, 'chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser']);
export const findFirefox = () => starts([process.env.FIREFOX, 'firefox-esr', 'firefox']);

/** As CMake looks for it. */
export const findCxx = () => which(process.env.CXX, 'c++', 'g++', 'clang++');

/** { version } of the Emscripten that will be used, or undefined. */
export async function findEmscripten() {
  const emcc = which('emcc');
  if (!emcc) return undefined;
  const version = (await run(emcc, ['--version'])).output.match(/\b\d+\.\d+\.\d+/)?.[0];
  return version && { version };
}

export function atLeast(version, oldest) {
  const [a, b] = [version, oldest].map((v) => v.split('.').map(Number));
  const i = a.findIndex((part, k) => part !== b[k]);
  return i < 0 || a[i] > b[i];
}

async function hasHeader(header) {
  const cxx = findCxx();
  if (!cxx) return false;
  const probe = ['-E', '-x', 'c++', '-include', header, '/dev/null', '-o', '/dev/null'];
  return (await run(cxx, probe, { minutes: 1 })).status === 0;
}

const python = async (code) => (await run('/usr/bin/python3', ['-c', code])).status === 0;

const toBuild = [
  { name: 'CMake', apt: ['cmake'], found: () => which('cmake') },
  { name: 'Ninja', apt: ['ninja-build'], found: () => which('ninja') },
  { name: `Emscripten ${oldestEmscripten} or newer`, apt: ['emscripten'], found: findEmscripten },
];

const toTest = [
  { name: 'a C++20 compiler', apt: ['g++'], found: findCxx },
  { name: 'SIMDe', apt: ['libsimde-dev'], found: () => hasHeader('simde/wasm/simd128.h') },
  { name: 'doctest', apt: ['doctest-dev'], found: () => hasHeader('doctest/doctest.h') },
  { name: 'NumPy for /usr/bin/python3', apt: ['python3-numpy'], found: () => python('import numpy') },
  {
    name: 'Chromium',
    apt: ['chromium | chromium-browser', 'fonts-dejavu-core'],
    found: findChromium,
    otherwise: 'install Chromium or Chrome, or name its program in CHROME',
  },
  {
    name: 'Firefox',
    apt: ['firefox-esr | firefox'],
    found: findFirefox,
    otherwise: 'install Firefox, or name its program in FIREFOX',
  },
];

/** Those of the needs (for a build; for tests too) that the machine does not meet. */
export async function missing({ tests }) {
  const needs = tests ? [...toBuild, ...toTest] : toBuild;
  const found = await Promise.all(needs.map((need) => need.found()));
  return needs.filter((_, i) => !found[i]);
}
