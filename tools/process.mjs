// Running other programs, and talking to the person who waits.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const cores = os.availableParallelism?.() ?? os.cpus().length;

/** Something a person can mend; its message is the one sentence shown. */
export class Stop extends Error {}

export function say(line) {
  console.log(line);
}

/** What emcc needs around it: an EMSDK's folder on PATH, and Debian's acorn for a Node that is not Debian's. */
export function toolEnv() {
  const env = { ...process.env };
  if (env.EMSDK) env.PATH = `${path.join(env.EMSDK, 'upstream/emscripten')}${path.delimiter}${env.PATH}`;
  env.NODE_PATH = [env.NODE_PATH, '/usr/share/nodejs'].filter(Boolean).join(path.delimiter);
  return env;
}

/**
 * Runs a program in the project's root, for at most `minutes`. Resolves to { status, output }; status is
 * null for one that was not found, was killed or took too long. `show` also prints what it says.
 */
export function run(program, args, { show = false, env = toolEnv(), minutes = 30 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    const hear = (out) => (chunk) => {
      chunks.push(chunk);
      if (show) out.write(chunk);
    };
    child.stdout.on('data', hear(process.stdout));
    child.stderr.on('data', hear(process.stderr));
    // SIGTERM lets a test runner take its browser along.
    const soft = setTimeout(() => child.kill('SIGTERM'), minutes * 60e3);
    const hard = setTimeout(() => child.kill('SIGKILL'), minutes * 60e3 + 5e3);
    const end = (status) => {
      clearTimeout(soft);
      clearTimeout(hard);
      resolve({ status, output: Buffer.concat(chunks).toString() });
    };
    child.on('error', () => end(null));
    child.on('close', (status) => end(status));
  });
}

/** Keeps what a failed program said; answers where. */
export function keepLog(name, output) {
  mkdirSync(path.join(root, 'build/logs'), { recursive: true });
  writeFileSync(path.join(root, 'build/logs', name), output);
  return `build/logs/${name}`;
}
