// The core at work in Node, for what the build has to know of it: what runs for uniform quantizers, and whether two
// cores answer alike.
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { startReader } from './vite-config.mjs';

const weights = (name, count, channels = 1) => ({ name, count, seed: 1, scale: 1, channels, parameters: {} });
const everything = { weights: true, noise: true, levels: true, sweep: [1, 2, 3, 4, 8, 12, 16] };

/** Calls use({ startEngine, words }) with the sources of web/core at hand. */
export async function withCore(use) {
  const reader = await startReader();
  try {
    const [{ Engine }, { loadCore }, words] = await Promise.all(
      ['engine', 'load', 'words'].map((name) => reader.ssrLoadModule(`/core/${name}.ts`)),
    );
    await use({ startEngine: async (source) => new Engine(await loadCore(source)), words });
  } finally {
    await reader.close();
  }
}

/** What an instrumented core counted while uniform quantizers were measured on weights of every source. */
export async function watch({ startEngine, words }, file) {
  let exports;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const instance = await instantiate(...given);
    ({ exports } = instance);
    return instance;
  };
  try {
    const engine = await startEngine({ bytes: await readFile(file) });
    const look = async (source, changes) => {
      await engine.generate(source);
      engine.weights(0, 10);
      engine.probe(words.defaultQuantizer, 0.3);
      for (const indexed of [false, true]) {
        if (indexed) await engine.index();
        for (const changed of changes)
          await engine.analyze({ ...words.defaultQuantizer, ...changed }, everything);
      }
    };
    for (const { name } of engine.sources) await look(weights(name, 10_000, 5), [{}]);
    // Rows of whole groups and of broken ones, and more weights than are summed in double alone.
    await look(weights('normal', 960, 5), uniform());
    await look(weights('normal', 10_000), uniform());
    await look(weights('normal', 5_000_000), [{}]);
    const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
    const [page, pages] = [65536, 4];
    const begin = memory.grow(pages) * page;
    const size = exports.__write_profile(begin, pages * page);
    return new Uint8Array(memory.buffer).slice(begin, begin + size);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

function uniform() {
  const all = [];
  for (const format of ['int', 'uint', 'midrise']) {
    all.push({ format, range: 'mse' });
    for (const range of ['absmax', 'percentile:99', '1']) {
      for (const granularity of ['tensor', 'channel', 'group:64']) {
        for (const rounding of ['nearest', 'half-away', 'floor', 'stochastic']) {
          all.push({ format, range, granularity, rounding });
        }
      }
    }
  }
  return all;
}

/** Whether every format has one report on both. */
export async function answerAlike({ startEngine, words }, one, two) {
  const reports = async (source) => {
    const engine = await startEngine(source);
    await engine.generate(weights('normal', 5000));
    const all = [];
    for (const row of engine.formats) all.push((await engine.analyze(words.startOf(row))).report);
    return all;
  };
  return isDeepStrictEqual(await reports(one), await reports(two));
}
