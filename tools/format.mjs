// npm run format: Prettier for what it knows, clang-format for C++; `-- --check` only looks.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { which } from './needs.mjs';
import { root, run, Stop } from './process.mjs';
import { setup } from './setup.mjs';

export default async function format(args) {
  await setup();
  const check = args.includes('--check');
  const clang = which('clang-format', 'clang-format-14', 'clang-format-15', 'clang-format-18');
  if (!clang) throw new Stop('Formatting C++ needs clang-format: apt-get install clang-format.');
  const sources = ['src', 'tests/core', 'tests/fuzz'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .filter((name) => /\.(h|cpp)$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  const prettier = [
    'prettier',
    check ? '--check' : '--write',
    '--log-level=warn',
    'web',
    'tests',
    'tools',
    '*.mjs',
    '*.json',
  ];
  const runs = [
    await run('npx', ['--no-install', ...prettier], { show: true }),
    await run(clang, [...(check ? ['--dry-run', '-Werror'] : ['-i']), ...sources], { show: true }),
  ];
  if (runs.some(({ status }) => status !== 0)) throw new Stop('Not everything is in its format: see above.');
}
