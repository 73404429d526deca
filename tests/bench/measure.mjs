// What is measured, the same in Node and in a browser: plain numbers in, plain numbers out.
import { agree, race, times } from './clock.mjs';
import { measureIndex } from './index.mjs';
import { uniform } from './words.mjs';
import { plainNoise, plainReport } from './plain.mjs';

/**
 * Kernels, the noise pass, the Report and the sources over `count` normal weights, the kernels also over
 * `small`. `core` is the halfstep_bench module. `disagreements` names every number on which two
 * implementations differ.
 */
export function measure(core, { count, small, bits, rounds }) {
  const disagreements = [];
  const check = (what, a, b, scale) => {
    if (!agree(a, b, scale)) disagreements.push(`${what}: ${a} and ${b}`);
  };
  const bench = new core.KernelBench();
  if (!bench.fill(count)) throw new Error(`There is no memory for ${count} weights.`);
  const lab = makeLab(core, count);
  const context = { core, bench, lab, rounds, check, x: must(lab.weights(0, count)).values };

  const kernels = [count, small].flatMap((n) => measureKernels(context, n, bits));
  const noise = measureNoise(context, bits);
  const reports = [2, 4, 8, 12, 16].map((b) => measureReport(context, b));
  const read = core.kernelRows().findIndex((row) => row.name === 'read');
  const index = measureIndex({
    counts: [1e3, 1e4, 1e5, 1e6, count],
    load: (n) => makeLab(core, n),
    read: (n) => bench.run(read, true, bits, n),
    must,
    rounds,
    check,
  });
  const formats = measureFormats(context);
  bench.delete();
  const sources = measureSources(context);
  lab.delete();
  return { kernels, noise, reports, formats, index, sources, disagreements };
}

const normal = { name: 'normal', seed: 1, scale: 1, channels: 1, parameters: [] };

function makeLab(core, count) {
  const lab = new core.Bench();
  const spec = { ...normal, count };
  must(lab.stage(count));
  must(lab.stage_source(spec, 0, count));
  must(lab.commit([count], false, spec));
  return lab;
}

function must(answer) {
  if (answer.error) throw new Error(answer.error);
  return answer;
}

// Every kernel, both implementations, beside a pass that only reads.
function measureKernels({ core, bench, rounds, check }, n, bits) {
  const rows = core.kernelRows();
  const read = rows.findIndex((row) => row.name === 'read');
  // A timing of a millisecond or so at least, whatever the clock's grain.
  const repeat = Math.max(1, Math.round((1 << 23) / n));
  return rows.map(({ name, scatter }, row) => {
    const results = race(
      {
        scalar: () => bench.run(row, false, bits, n),
        simd: () => bench.run(row, true, bits, n),
        read: () => bench.run(read, true, bits, n),
      },
      { rounds, repeat },
    );
    check(`${name} over ${n}, scalar and SIMD`, results.scalar.value, results.simd.value);
    return { name, scatter, n, ...times(results) };
  });
}

const topOf = (bits) => 2 ** (bits - 1) - 1;

// Signal power, noise power, largest error, bias and correlation in one pass, blocked and plain.
function measureNoise({ core, bench, rounds, check, x }, bits) {
  const read = core.kernelRows().findIndex((row) => row.name === 'read');
  const step = bench.step(bits);
  const results = race(
    {
      simd: () => bench.noise(bits),
      plain: () => plainNoise(x, step, topOf(bits)),
      read: () => bench.run(read, true, bits, x.length),
    },
    { rounds },
  );
  const ours = results.simd.value;
  const plain = results.plain.value;
  // Σn and Σxn nearly cancel: their bound is of the sum of sizes.
  const scale = { nn: 0, max: 0, n: Math.sqrt(plain.nn * x.length), xn: Math.sqrt(plain.nn * plain.xx) };
  for (const [key, size] of Object.entries(scale)) check(`noise pass, ${key}`, ours[key], plain[key], size);
  return times(results);
}

// The Report as the page asks for it. A new seed, which rounding to nearest does not use, makes it work anew.
function measureReport({ core, bench, lab, rounds, check, x }, bits) {
  const read = core.kernelRows().findIndex((row) => row.name === 'read');
  const step = bench.step(bits);
  const request = { ...uniform, bits };
  let seed = 1;
  const analyze = () => must(lab.analyze({ ...request, seed: seed++ }));
  const { tensor } = analyze();
  const results = race(
    {
      simd: analyze,
      plain: () => plainReport(x, step, topOf(bits), tensor),
      read: () => bench.run(read, true, bits, x.length),
    },
    { rounds },
  );
  const { noise, entropy } = results.simd.value;
  const plain = results.plain.value;
  const scale = { bias: Math.sqrt(plain.mse), correlation: 1 };
  for (const key of ['mse', 'snr_db', 'max_error', 'bias', 'correlation']) {
    check(`Report at ${bits} bits, ${key}`, noise[key], plain[key], scale[key]);
  }
  check(`Report at ${bits} bits, entropy`, entropy.bits, plain.bits);
  return { bits, ...times(results) };
}

// Scales, codes and noise of formats in blocks, beside a read and beside what the Report says of them.
function measureFormats({ core, bench, lab, rounds, check, x }) {
  const read = core.kernelRows().findIndex((row) => row.name === 'read');
  const rows = core.formats();
  return ['q4_0', 'q8_0', 'mxfp4', 'nvfp4', 'nf4'].map((name) => {
    const results = race(
      { simd: () => bench.format_noise(name), read: () => bench.run(read, true, 8, x.length) },
      { rounds },
    );
    const { granularity, scale_type, bits_min: bits } = rows.find((row) => row.name === name);
    const { noise } = must(lab.analyze({ ...uniform, format: name, bits, granularity, scale_type, seed: 1 }));
    check(`${name}, noise`, results.simd.value / x.length, noise.mse);
    return { name, ...times(results) };
  });
}

// One generation of each source; the weights on the bench stand.
function measureSources({ core, lab, x }) {
  const count = x.length;
  must(lab.stage(count));
  const tasks = core.sources().map(({ name, parameters }) => {
    const spec = { ...normal, name, count, parameters: parameters.map((parameter) => parameter.initial) };
    return [name, () => must(lab.stage_source(spec, 0, count))];
  });
  const results = race(Object.fromEntries(tasks), { rounds: 1 });
  lab.unstage();
  return Object.entries(results).map(([name, { ms }]) => ({ name, ms }));
}
