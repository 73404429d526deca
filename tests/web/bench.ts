/** What the tests of the core share: an engine on the real wasm, and files in memory. */
import { readFile } from 'node:fs/promises';
import type { FileLike } from '../../web/core/directory';
import { Engine } from '../../web/core/engine';
import { loadCore } from '../../web/core/load';
import type { FormatInfo, QuantizerSpec, SourceSpec } from '../../web/core/report';
import { defaultQuantizer } from '../../web/core/words';

export const wasm = new URL('../../build/wasm/halfstep.wasm', import.meta.url);

export async function makeEngine(): Promise<Engine> {
  return new Engine(await loadCore({ bytes: await readFile(wasm) }));
}

export function source(words: Partial<SourceSpec> = {}): SourceSpec {
  return { name: 'normal', count: 10_000, seed: 1, scale: 1, channels: 1, parameters: {}, ...words };
}

export function quantizer(words: Partial<QuantizerSpec> = {}): QuantizerSpec {
  return { ...defaultQuantizer, bits: 8, ...words };
}

/** A row of the core's shape, for tables that no page can know by name. */
export function formatRow(words: Partial<FormatInfo>): FormatInfo {
  return {
    name: 'int',
    label: 'int',
    family: 'uniform',
    bits_min: 1,
    bits_max: 16,
    summary: '',
    takes: ['range', 'granularity', 'rounding', 'scale_type', 'transform'],
    range: 'absmax',
    granularity: 'tensor',
    scale_type: 'float32',
    scale_types: ['float32', 'float16', 'e8m0', 'e8m0-ceil', 'e4m3', 'nested', 'none'],
    codebook: false,
    in_blocks: false,
    designed: false,
    entropy_coded: false,
    bits_per_weight: null,
    packed_bits: 0,
    block_bits: 0,
    ...words,
  };
}

/** A file that remembers which bytes were asked of it. */
export function memoryFile(name: string, bytes: Uint8Array): FileLike & { asked: [number, number][] } {
  const asked: [number, number][] = [];
  return {
    name,
    size: bytes.length,
    asked,
    slice(begin, end) {
      asked.push([begin, end]);
      return { arrayBuffer: async () => bytes.slice(begin, end).buffer as ArrayBuffer };
    },
  };
}

/** Lets messages and timers of this moment arrive. */
export const settle = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
