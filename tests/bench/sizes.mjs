// What a first visit loads, compressed as a web host sends it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../../tools/process.mjs';

/** Bytes by kind: gzip of the hosted page's files, and the one-file build as it lies on a disk. */
export function sizes() {
  const dist = path.join(root, 'dist');
  const single = path.join(dist, 'halfstep.html');
  const hosted = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => file !== single && !file.startsWith(path.join(dist, 'cli')));
  const sum = (files) =>
    files.reduce((total, file) => total + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  return {
    script: sum(hosted.filter((file) => /\.m?js$/.test(file))),
    wasm: sum(hosted.filter((file) => file.endsWith('.wasm'))),
    total: sum(hosted),
    single: readFileSync(single).length,
  };
}
