// The measurements as aligned tables.

const fixed = (digits) => (value) => value.toFixed(digits);
const ms = fixed(2);
const times = (value) => `${value.toFixed(1)} ×`;
const gigabytes = (n, time) => fixed(1)((n * 4) / time / 1e6);

/** Rows of cells under `heads`; the first column is left-aligned, numbers right. */
export function table(heads, rows) {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

export function printPlace({ place, kernels, noise, reports, formats, index, sources }, { count, bits }) {
  for (const n of new Set(kernels.map((kernel) => kernel.n))) {
    const rows = kernels.filter((kernel) => kernel.n === n);
    console.log(`\n${place}: kernels over ${n.toLocaleString('en')} normal weights, int at ${bits} bits\n`);
    console.log(
      table(
        ['kernel', 'scalar ms', 'SIMD ms', 'SIMD GB/s', 'scalar/SIMD', 'SIMD/read', 'scatter'],
        rows.map(({ name, scatter, scalar, simd, read }) => [
          name,
          ms(scalar),
          ms(simd),
          gigabytes(n, simd),
          times(scalar / simd),
          times(simd / read),
          scatter ? 'yes' : '',
        ]),
      ),
    );
  }
  console.log(`\n${place}: one pass and whole Reports over ${count.toLocaleString('en')} weights\n`);
  const against = (name, { simd, plain, read }) => [
    name,
    ms(simd),
    ms(plain),
    ms(read),
    gigabytes(count, simd),
    times(plain / simd),
    times(simd / read),
  ];
  console.log(
    table(
      ['work', 'core ms', 'plain JS ms', 'read ms', 'core GB/s', 'plain/core', 'core/read'],
      [
        against(`noise pass, ${bits} bits`, noise),
        ...reports.map((report) => against(`Report, ${report.bits} bits`, report)),
      ],
    ),
  );
  console.log(`\n${place}: scales, codes and noise of ${count.toLocaleString('en')} weights in blocks\n`);
  console.log(
    table(
      ['format', 'ms', 'read ms', 'GB/s', 'format/read'],
      formats.map(({ name, simd, read }) => [
        name,
        ms(simd),
        ms(read),
        gigabytes(count, simd),
        times(simd / read),
      ]),
    ),
  );
  console.log(`\n${place}: the sorted index against N, ms\n`);
  console.log(
    table(
      ['N', 'build', 'read', '8 bits direct', '8 bits', '200 ranges', 'bits 1–16', 'direct/8 bits'],
      index.map(({ n, build, read, direct, eight, ranges, widths }) => [
        n.toLocaleString('en'),
        ...[build, read, direct].map(ms),
        fixed(3)(eight),
        ...[ranges, widths].map(ms),
        times(direct / eight),
      ]),
    ),
  );
  console.log(`\n${place}: generating ${count.toLocaleString('en')} weights\n`);
  console.log(
    table(
      ['source', 'ms', 'million/s'],
      sources.map((source) => [source.name, fixed(0)(source.ms), fixed(0)(count / source.ms / 1e3)]),
    ),
  );
}

export function printBudgets(lines) {
  console.log('\nBudgets\n');
  console.log(
    table(
      ['what', 'measured', 'budget', ''],
      lines.map(({ what, value, limit, sign, unit, ok }) => [
        what,
        `${value.toFixed(1)} ${unit}`,
        `${sign} ${limit} ${unit}`,
        ok ? 'OK' : 'OVER',
      ]),
    ),
  );
}
