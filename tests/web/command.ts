/** What the tests of the command share: running it, and a folder of files to run it on. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Report } from '../../web/core/report';
import { npyFile, safetensorsFile } from '../reference/files.mjs';

export const command =
  process.env.HALFSTEP ?? new URL('../../dist/cli/halfstep.mjs', import.meta.url).pathname;
export let folder = '';
export const at = (name: string) => join(folder, name);

interface Answer {
  status: number | null;
  stdout: string;
  stderr: string;
}

export function halfstep(...words: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...words],
      { cwd: folder, maxBuffer: 64 << 20 },
      (_, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

export async function json<T = Report>(...words: string[]): Promise<T> {
  const { status, stdout, stderr } = await halfstep(...words, '--json');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).not.toMatch(/NaN|Infinity/);
  return JSON.parse(stdout) as T;
}

/** One clear line on stderr, exit status 2, nothing on stdout. */
export async function refused(what: RegExp, ...words: string[]): Promise<void> {
  const { status, stdout, stderr } = await halfstep(...words);
  expect({ words, status, stdout }).toEqual({ words, status: 2, stdout: '' });
  expect(stderr).toMatch(/^halfstep: [^\n]{8,600}[.?:)”’a-z]\n$/i);
  expect(stderr).toMatch(what);
}

export const values = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * i) * (1 + (i % 7)));

/** So few that a shrink of absmax alone misses the best range. */
export const few = Float32Array.from({ length: 64 }, (_, i) => Math.tan(Math.sin(1 + i * i * 0.7) * 1.2));

/** Makes the files that the tests name. */
export function setUp(): void {
  if (!existsSync(command)) throw new Error(`${command} is not built: npm run build`);
  folder = mkdtempSync(join(tmpdir(), 'halfstep-cli-'));
  writeFileSync(at('one.npy'), npyFile({ shape: [20, 30], values }));
  writeFileSync(
    at('three.safetensors'),
    safetensorsFile({
      'conv.weight': { shape: [20, 30], values },
      'conv.bias': { dtype: 'F16', shape: [4], values: [1, -2, 0.5, 0] },
      ids: { dtype: 'I64', shape: [2], bytes: new Uint8Array(16) },
    }),
  );
  writeFileSync(at('few.npy'), npyFile({ values: few }));
  writeFileSync(at('cut.npy'), npyFile({ values }).slice(0, 1000));
  writeFileSync(at('cut.safetensors'), safetensorsFile({ w: { values } }).slice(0, 900));
  writeFileSync(at('notes.txt'), 'weights, I am not');
  execFileSync('mkfifo', [at('pipe')]);
}

export function tearDown(): void {
  rmSync(folder, { recursive: true, force: true });
}

export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}
