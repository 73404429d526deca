/** The core's bytes, wherever they are, as a module. */
import { LabError } from './lab';

/** Where bytes of wasm are: an absolute address, or the bytes themselves. */
export interface WasmBytes {
  url?: string;
  bytes?: BufferSource;
}

/** Rejects with a LabError where they can't be had. */
export async function compile({ url, bytes }: WasmBytes): Promise<WebAssembly.Module> {
  if (bytes) return WebAssembly.compile(bytes);
  const response = await fetch(url!).catch(() => undefined);
  if (!response?.ok) throw missing(url!, response ? `HTTP status ${response.status}` : 'no answer');
  // A static host may send wasm under another type, which streaming refuses.
  const type = response.headers.get('Content-Type') ?? '';
  if (/^application\/wasm\s*(;|$)/i.test(type)) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The same while everything waits, which a worker may. Throws a LabError where they can't be had. */
export function compileNow({ url, bytes }: WasmBytes): WebAssembly.Module {
  return new WebAssembly.Module(bytes ?? fetchNow(url!));
}

function fetchNow(url: string): ArrayBuffer {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.responseType = 'arraybuffer';
  try {
    request.send();
  } catch {
    throw missing(url, 'no answer');
  }
  if (request.status !== 200) throw missing(url, `HTTP status ${request.status}`);
  return request.response as ArrayBuffer;
}

const missing = (url: string, why: string) =>
  new LabError(`The lab's core could not be fetched from ${url} (${why}).`);
