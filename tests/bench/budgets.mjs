// The budgets of the design, held against what was measured. None of them fails a run: machines differ.

const kb = (bytes) => bytes / 1000;

/** Lines { what, value, limit, sign, unit, ok }. */
export function budgets({ places, sizes }) {
  return [
    atMost('first load, script, gzip', kb(sizes.script), 70, 'KB'),
    atMost('first load, wasm, gzip', kb(sizes.wasm), 110, 'KB'),
    atMost('first load, everything, gzip', kb(sizes.total), 200, 'KB'),
    atMost('halfstep.html, gzip', kb(sizes.single), 350, 'KB'),
    ...places.flatMap(budgetsOfPlace),
  ];
}

function budgetsOfPlace({ place, noise, reports, kernels, formats, index }) {
  const indexed = index.at(-1);
  const eight = reports.find((report) => report.bits === 8);
  const largest = Math.max(...kernels.map((kernel) => kernel.n));
  const gathering = kernels.filter((kernel) => !kernel.scatter && kernel.n === largest);
  return [
    ratio('noise pass, a read', noise, 'simd', 'read', { most: 3 }),
    ratio('noise pass, plain JavaScript', noise, 'plain', 'simd', { least: 15 }),
    ratio('Report at 8 bits, a read', eight, 'simd', 'read', { most: 8 }),
    ratio('Report at 8 bits, plain JavaScript', eight, 'plain', 'simd', { least: 8 }),
    ...formats.map((format) =>
      ratio(`${format.name} encode and noise, a read`, format, 'simd', 'read', { most: 12 }),
    ),
    atMost('index, built', indexed.build, 600, 'ms'),
    atMost('index, SNR and entropy at 8 bits', indexed.eight, 1, 'ms'),
    atMost('index, 200 ranges at 4 bits', indexed.ranges, 5, 'ms'),
    atMost('index, all of 1 to 16 bits', indexed.widths, 60, 'ms'),
    ...gathering.map((kernel) =>
      ratio(`SIMD ${kernel.name}, scalar`, kernel, 'scalar', 'simd', { least: 3 }),
    ),
  ].map((line) => ({ ...line, what: `${place}: ${line.what}` }));
}

function ratio(what, times, over, under, { most, least }) {
  const value = times[over] / times[under];
  return most ? atMost(what, value, most, '×') : atLeast(what, value, least, '×');
}

const atMost = (what, value, limit, unit) => ({ what, value, limit, sign: '≤', unit, ok: value <= limit });
const atLeast = (what, value, limit, unit) => ({ what, value, limit, sign: '≥', unit, ok: value >= limit });
