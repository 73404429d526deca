// Building the C++ core: a preset of CMakePresets.json and a target.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findEmscripten } from './needs.mjs';
import { cores, root, run, Stop } from './process.mjs';

/** Builds what is older than its sources. Prints what the compiler says when it fails. */
export async function buildCore(preset, target) {
  const folder = path.join(root, 'build', preset);
  await dropForeign(folder, preset);
  await must('cmake', ['--preset', preset], 'CMake could not prepare');
  await must(
    'cmake',
    ['--build', '--preset', preset, '--target', target, '-j', `${cores}`],
    'The compiler refused',
  );

  async function must(program, args, complaint) {
    const { status, output } = await run(program, args);
    if (status === 0) return;
    process.stderr.write(output);
    throw new Stop(`${complaint} ${preset}/${target}: see above.`);
  }
}

// A build folder made by another Emscripten, or moved here with its tree, would fail or mislead: start afresh.
async function dropForeign(folder, preset) {
  const maker = `${root} ${preset === 'wasm' ? (await findEmscripten()).version : ''}`;
  const note = path.join(folder, 'maker.txt');
  if (existsSync(note) && readFileSync(note, 'utf8') === maker) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(note, maker);
}
