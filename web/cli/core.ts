/** The wasm core for the command: beside the built command, or in the tree's build folder. */
import { readFile } from 'node:fs/promises';
import { Engine } from '../core/engine';
import { loadCore } from '../core/load';
import { UsageError } from './words';

export async function startEngine(): Promise<Engine> {
  const places = ['./halfstep.wasm', '../../build/wasm/halfstep.wasm'].map(
    (path) => new URL(path, import.meta.url),
  );
  for (const place of places) {
    const bytes = await readFile(place).catch(() => undefined);
    if (bytes) return new Engine(await loadCore({ bytes }));
  }
  throw new UsageError('The core is not built: run npm run build first.');
}
