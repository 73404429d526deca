// What a first visit loads, compressed as a web host sends it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../../tools/process.mjs';

/** Bytes by kind, gzip: what the hosted page's first picture needs, and the one-file build. */
export function sizes() {
  const dist = path.join(root, 'dist');
  const single = path.join(dist, 'halfstep.html');
  const hosted = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => file !== single && !file.startsWith(path.join(dist, 'cli')));
  // Scripts that the page names or that the worker is, and the core's first part; the others come later, or when their
  // experiment is looked at.
  const page = readFileSync(path.join(dist, 'index.html'), 'utf8');
  const first = hosted.filter(
    (file) =>
      !/\.(m?js|wasm)$/.test(file) ||
      page.includes(path.basename(file)) ||
      /worker|first/.test(path.basename(file)),
  );
  const sum = (files) =>
    files.reduce((total, file) => total + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  return {
    script: sum(first.filter((file) => /\.m?js$/.test(file))),
    wasm: sum(first.filter((file) => file.endsWith('.wasm'))),
    total: sum(first),
    single: sum([single]),
  };
}
