/** What the tests of .gguf files share: blocks with the weights they stand for, worked here from ggml's definition. */
import { ggufArray, ggufFile, ggufKey, ggufText, join, littleEndian } from '../reference/files.mjs';

interface Stored {
  bytes: Uint8Array;
  values: number[];
}

/** Whole numbers below `n`, from a small multiplicative generator of Lehmer's. */
function lehmer(seed: number): (n: number) => number {
  let state = seed;
  return (n) => (state = (state * 48271) % 2147483647) % n;
}

/** What a binary16 code stands for (IEEE 754). */
export function half(code: number): number {
  const [sign, exponent, fraction] = [code >> 15 ? -1 : 1, (code >> 10) & 31, code & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
}

/** Q8_0: 32 weights, a binary16 scale d and 32 signed bytes q; a weight is q·d. */
export function q8_0(count: number, seed = 1): Stored {
  const random = lehmer(seed);
  const bytes = new Uint8Array((count / 32) * 34);
  const view = new DataView(bytes.buffer);
  const values = [];
  for (let at = 0; at < bytes.length; at += 34) {
    const scale = (random(2) << 15) + random(31 << 10);
    view.setUint16(at, scale, true);
    for (let i = 0; i < 32; i++) {
      view.setInt8(at + 2 + i, random(256) - 128);
      values.push(view.getInt8(at + 2 + i) * half(scale));
    }
  }
  return { bytes, values };
}

/** Q4_0: a binary16 scale d and 16 bytes; byte j holds weight j below and weight j + 16 above, as (q − 8)·d. */
export function q4_0(count: number, seed = 1): Stored {
  const random = lehmer(seed);
  const bytes = new Uint8Array((count / 32) * 18);
  const values = [];
  for (let at = 0; at < bytes.length; at += 18) {
    const scale = random(31 << 10);
    bytes.set(littleEndian(scale, 2), at);
    for (let i = 0; i < 16; i++) bytes[at + 2 + i] = random(256);
    const codes = [...bytes.subarray(at + 2, at + 18)];
    values.push(
      ...[...codes.map((q) => q % 16), ...codes.map((q) => q >> 4)].map((q) => (q - 8) * half(scale)),
    );
  }
  return { bytes, values };
}

const strings = (list: string[]) => ggufArray(8, list.length, join(...list.map(ggufText)));

export const embedding = q8_0(48 * 64, 7);
export const query = q4_0(6 * 64, 11);
export const norm = Array.from({ length: 64 }, (_, i) => 1 + Math.fround(Math.sin(i) / 8));

/** A small model in the shape of a real one: its vocabulary, its keys, its types. */
export function modelFile(words = 3000): Uint8Array {
  const tokens = Array.from({ length: words }, (_, i) => `token ${i}`);
  const keys = [
    ggufKey('general.architecture', 8, ggufText('llama')),
    ggufKey('general.alignment', 4, littleEndian(64, 4)),
    ggufKey('llama.block_count', 4, littleEndian(1, 4)),
    ggufKey('llama.rope.freq_base', 6, littleEndian(0x461c4000, 4)),
    ggufKey('tokenizer.ggml.tokens', 9, strings(tokens)),
    ggufKey('tokenizer.ggml.scores', 9, ggufArray(6, words, new Uint8Array(4 * words))),
    ggufKey('tokenizer.ggml.add_bos_token', 7, Uint8Array.of(1)),
    ggufKey('nested', 9, ggufArray(9, 2, join(strings(['a', 'b']), ggufArray(5, 1, new Uint8Array(4))))),
  ];
  return ggufFile(
    {
      'token_embd.weight': { dtype: 'Q8_0', shape: [48, 64], bytes: embedding.bytes },
      'blk.0.attn_norm.weight': { shape: [64], values: norm },
      'blk.0.attn_q.weight': { dtype: 'Q4_0', shape: [2, 3, 64], bytes: query.bytes },
      'blk.0.ffn_up.weight': { dtype: 'IQ2_XXS', shape: [2, 256], bytes: new Uint8Array(132) },
      'output.weight': { dtype: 'BF16', shape: [2, 2], values: [1, -2, 0.5, 0] },
    },
    { keys, alignment: 64 },
  );
}
