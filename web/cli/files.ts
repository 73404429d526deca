/** Files on a disk: read only where asked, written whole or not at all. */
import { statSync, unlinkSync } from 'node:fs';
import { open, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileLike } from '../core/directory';
import { UsageError } from './words';

/** Runs `work` on a file. Throws UsageError where it can't be opened. */
export async function withFile<T>(path: string, work: (file: FileLike) => Promise<T>): Promise<T> {
  // Before it is opened: a pipe without a writer would be waited for.
  const status = await stat(path).catch((error) => refuse('read', path, error));
  if (!status.isFile()) throw new UsageError(`${path} is not a file.`);
  const handle = await open(path, 'r').catch((error) => refuse('read', path, error));
  try {
    return await work({
      name: basename(path),
      size: status.size,
      slice: (begin, end) => slice(handle, begin, end),
    });
  } finally {
    await handle.close();
  }
}

function slice(handle: FileHandle, begin: number, end: number) {
  return {
    async arrayBuffer(): Promise<ArrayBuffer> {
      const bytes = new Uint8Array(end - begin);
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, begin + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.buffer.slice(0, filled);
    },
  };
}

// More than a coded tensor of any size the core holds.
const mostAtOnce = 2 ** 32;

/** A whole file's bytes. */
export async function readAll({ name, size, slice }: FileLike): Promise<Uint8Array> {
  if (size > mostAtOnce) throw new UsageError(`${name} is too large to be a coded tensor.`);
  return new Uint8Array(await slice(0, size).arrayBuffer());
}

/** Writes float32 values as a .npy. */
export function writeNpy(
  path: string,
  shape: number[],
  count: number,
  values: (begin: number, count: number) => Float32Array,
): Promise<void> {
  const stretch = 1 << 20;
  function* parts() {
    yield npyHeader(shape);
    for (let begin = 0; begin < count; begin += stretch) {
      const chunk = values(begin, Math.min(stretch, count - begin));
      yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  }
  return writeFile(path, parts());
}

/** Whether two paths lead to one file. */
export function isSameFile(path: string, other: string): boolean {
  const [a, b] = [path, other].map((each) => statSync(each, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** Writes a file's parts, beside its name first and renamed when whole; through a link, the file it leads to. */
export async function writeFile(name: string, parts: Iterable<Uint8Array>): Promise<void> {
  const path = await realpath(name).catch(() => name);
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile()) throw new UsageError(`${path} is not a file; nothing was written.`);
  const temporary = `${path}.${process.pid}.part`;
  const handle = await open(temporary, 'wx').catch((error) => refuse('written', path, error));
  const interrupted = () => {
    unlinkSync(temporary);
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    if (isSystemError(error)) refuse('written', path, error);
    throw error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

/** Version 1.0 of the format: the dictionary is padded so that the values begin at a multiple of 64. */
function npyHeader(shape: number[]): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${axes}), }`;
  const text = dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11) + '\n';
  const header = Buffer.alloc(10 + text.length);
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(text.length, 8);
  header.write(text, 10, 'latin1');
  return header;
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  EMFILE: 'too many files are open',
  EIO: 'the disk failed',
};

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/** Why the system refused, in words. */
export function reason(error: NodeJS.ErrnoException): string {
  return reasons[error.code!] ?? `error ${error.code}`;
}

function refuse(verb: 'read' | 'written', path: string, error: NodeJS.ErrnoException): never {
  throw new UsageError(`${path} can't be ${verb}: ${reason(error)}.`);
}
