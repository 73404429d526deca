/** A file and the tensors in it, of which no more is read than is asked for. */
import { given } from './answer';
import { LabError } from './lab';
import type { CoreEntry, CoreModule } from './module';

/** A File, or a file on a disk. */
export interface FileLike {
  readonly name: string;
  readonly size: number;
  slice(begin: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export interface Directory {
  file: FileLike;
  entries: CoreEntry[];
}

const headBytes = 64 << 10;

/** Reads as much of the file as the core needs to tell its tensors. */
export async function readDirectory(core: CoreModule, file: FileLike): Promise<Directory> {
  let want = Math.min(file.size, headBytes);
  for (;;) {
    const directory = given(core.directory(await readBytes(file, 0, want), file.size, file.name));
    if ('entries' in directory) return { file, entries: directory.entries };
    if (directory.need <= want || directory.need > file.size) {
      throw new LabError(`${file.name} ends before its header does.`);
    }
    want = directory.need;
  }
}

export async function readBytes(file: FileLike, begin: number, end: number): Promise<Uint8Array> {
  const bytes = await file
    .slice(begin, end)
    .arrayBuffer()
    .catch(() => undefined);
  if (bytes?.byteLength === end - begin) return new Uint8Array(bytes);
  throw new LabError(`${file.name} can't be read any more: it was moved, changed or closed to us.`);
}
