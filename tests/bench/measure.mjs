// What is measured, the same in Node and in a browser: numbers in, plain numbers out.
import { agree, race } from './clock.mjs';
import { plainNoise, plainReport } from './plain.mjs';

/**
 * Kernels, the noise pass, the Report and the sources over `count` weights. `core` is the halfstep_bench
 * module. `disagreements` names every number on which two implementations differ.
 */
export function measure(core, { count, small, bits, rounds }) {
  const disagreements = [];
  const check = (what, a, b, scale) => {
    if (!agree(a, b, scale)) disagreements.push(`${what}: ${a} and ${b}`);
  };
  const bench = new core.KernelBench();
  if (!bench.fill(count)) throw new Error(`There is no memory for ${count} weights.`);
  const lab = makeLab(core, count);
  const x = lab.weights(0, count).values;
  const { tensor } = lab.analyze(request(bits, 0));
  const read = core.kernelRows().findIndex((row) => row.name === 'read');

  const kernels = [count, small].flatMap((n) => measureKernels(core, bench, n, bits, rounds, read, check));
  const noise = measureNoise(bench, x, bits, rounds, read, check);
  const reports = [2, 4, 8, 12, 16].map((b) => measureReport(bench, lab, x, tensor, b, rounds, read, check));
  bench.delete();
  const sources = measureSources(core, lab, count);
  lab.delete();
  return { count, bits, kernels, noise, reports, sources, disagreements };
}

const normal = { name: 'normal', seed: 1, scale: 1, channels: 1, parameters: [] };

const request = (bits, seed) => ({
  format: 'int',
  bits,
  range: 'absmax',
  granularity: 'tensor',
  rounding: 'nearest',
  seed,
});

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
function measureKernels(core, bench, n, bits, rounds, read, check) {
  // A timing of a few milliseconds at least, whatever the clock's grain.
  const repeat = Math.max(1, Math.round((1 << 22) / n));
  return core.kernelRows().map(({ name, scatter }, row) => {
    const times = race(
      {
        scalar: () => bench.run(row, false, bits, n),
        simd: () => bench.run(row, true, bits, n),
        read: () => bench.run(read, true, bits, n),
      },
      { rounds, repeat },
    );
    check(`${name} over ${n}, scalar and SIMD`, times.scalar.value, times.simd.value);
    return { name, scatter, n, scalar_ms: times.scalar.ms, simd_ms: times.simd.ms, read_ms: times.read.ms };
  });
}

const topOf = (bits) => 2 ** (bits - 1) - 1;

// Signal power, noise power, largest error, bias and correlation.
function measureNoise(bench, x, bits, rounds, read, check) {
  const step = bench.step(bits);
  const times = race(
    {
      simd: () => bench.noise(bits),
      plain: () => plainNoise(x, step, topOf(bits)),
      read: () => bench.run(read, true, bits, x.length),
    },
    { rounds },
  );
  const [ours, plain] = [times.simd.value, times.plain.value];
  // Σn and Σxn nearly cancel: their bound is of the sum of sizes.
  const scale = { nn: 0, max: 0, n: Math.sqrt(plain.nn * x.length), xn: Math.sqrt(plain.nn * plain.xx) };
  for (const [key, size] of Object.entries(scale)) check(`noise pass, ${key}`, ours[key], plain[key], size);
  return { simd_ms: times.simd.ms, plain_ms: times.plain.ms, read_ms: times.read.ms };
}

// The Report as the page asks for it. A new seed, which rounding to nearest does not use, makes it work anew.
function measureReport(bench, lab, x, tensor, bits, rounds, read, check) {
  const step = bench.step(bits);
  let seed = 1;
  const times = race(
    {
      simd: () => must(lab.analyze(request(bits, seed++))),
      plain: () => plainReport(x, step, topOf(bits), tensor),
      read: () => bench.run(read, true, bits, x.length),
    },
    { rounds },
  );
  const { noise, entropy } = times.simd.value;
  const plain = times.plain.value;
  const scale = { bias: Math.sqrt(plain.mse), correlation: 1 };
  for (const key of ['mse', 'snr_db', 'max_error', 'bias', 'correlation']) {
    check(`Report at ${bits} bits, ${key}`, noise[key], plain[key], scale[key]);
  }
  check(`Report at ${bits} bits, entropy`, entropy.bits, plain.bits);
  return { bits, simd_ms: times.simd.ms, plain_ms: times.plain.ms, read_ms: times.read.ms };
}

// One generation of each source; the weights on the bench stand.
function measureSources(core, lab, count) {
  must(lab.stage(count));
  const tasks = core.sources().map(({ name, parameters }) => {
    const spec = { ...normal, name, count, parameters: parameters.map((parameter) => parameter.initial) };
    return [name, () => must(lab.stage_source(spec, 0, count))];
  });
  const times = race(Object.fromEntries(tasks), { rounds: 1 });
  lab.unstage();
  return Object.entries(times).map(([name, { ms }]) => ({ name, ms }));
}
