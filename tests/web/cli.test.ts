import { spawnSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FormatInfo, Report } from '../../web/core/report';
import { npyFile } from '../reference/files.mjs';
import { at, command, few, halfstep, json, refused, roundHalfEven, setUp, tearDown } from './command';

beforeAll(setUp);
afterAll(tearDown);

describe('help and version', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('prints every command for %j', async (words) => {
    const { status, stdout } = await halfstep(...words);
    expect(status).toBe(0);
    for (const name of ['inspect', 'measure', 'sweep', 'quantize', 'extract', 'formats'])
      expect(stdout).toContain(name);
  });

  it('prints the flags of a command, with the sources’ parameters', async () => {
    const { status, stdout } = await halfstep('measure', '--help');
    expect(status).toBe(0);
    for (const flag of ['--format', '--rounding-seed', '--df', '--beta', '--json', '-h'])
      expect(stdout).toContain(flag);
  });

  it('prints the same where help comes first', async () => {
    const { stdout } = await halfstep('measure', '--help');
    expect((await halfstep('help', 'measure')).stdout).toBe(stdout);
  });

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await halfstep('--version')).stdout).toBe(`${version}\n`);
  });
});

describe('inspect', () => {
  it('lists tensors with their statistics, and null where a type is not decoded', async () => {
    const rows = await json<Record<string, unknown>[]>('inspect', 'three.safetensors');
    expect(rows.map((row) => [row.name, row.dtype, row.shape, row.count])).toEqual([
      ['conv.weight', 'F32', [20, 30], 600],
      ['conv.bias', 'F16', [4], 4],
      ['ids', 'I64', [2], 2],
    ]);
    expect(rows[1]).toMatchObject({ min: -2, max: 1, mean: -0.125, nonfinite: 0 });
    expect(rows[1].rms).toBeCloseTo(Math.sqrt(5.25 / 4), 12);
    expect(rows[2]).toMatchObject({ min: null, rms: null, kurtosis: null });
  });

  it('lists a tensor that is more than memory holds, with dashes, beside the others', async () => {
    const count = 2 ** 30;
    const header = JSON.stringify({
      big: { dtype: 'F32', shape: [count], data_offsets: [0, 4 * count] },
      small: { dtype: 'F32', shape: [2], data_offsets: [4 * count, 4 * count + 8] },
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(at('sparse.safetensors'), Buffer.concat([length, Buffer.from(header)]));
    truncateSync(at('sparse.safetensors'), 8 + header.length + 4 * count + 8);
    const [big, small] = await json<Record<string, unknown>[]>('inspect', 'sparse.safetensors');
    expect(big).toMatchObject({ name: 'big', count, rms: null });
    expect(small).toMatchObject({ name: 'small', count: 2, rms: 0 });
    await refused(/sparse\.safetensors: .*4\.3 GB/, 'measure', 'sparse.safetensors', '--tensor', 'big');
  });

  it('prints an aligned table with dashes', async () => {
    const { stdout } = await halfstep('inspect', 'three.safetensors');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^name +dtype +shape +count +min +max +mean +rms +std +kurtosis +nonfinite$/);
    expect(lines[3]).toMatch(/^ids +I64 +2 +2( +–){7}$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('prints CSV', async () => {
    const { stdout } = await halfstep('inspect', 'three.safetensors', '--csv');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('name,dtype,shape,count,min,max,mean,rms,std,kurtosis,nonfinite');
    expect(lines[1]).toMatch(/^conv\.weight,F32,20x30,600,/);
    expect(lines[3]).toBe('ids,I64,2,2,,,,,,,');
  });
});

describe('measure', () => {
  it('finds the least mean square error as the page does, by the sorted weights', async () => {
    const { noise, quantizer } = await json('measure', 'few.npy', '--bits', '4', '--range', 'mse');
    const error = (range: number) => {
      const step = Math.fround(range / 7);
      const k = (x: number) => Math.min(7, Math.max(-7, roundHalfEven(Math.fround(x / step))));
      return few.reduce((sum, x) => sum + (x - Math.fround(k(x) * step)) ** 2, 0) / few.length;
    };
    const ranges = Array.from({ length: 40_000 }, (_, i) => 0.2 + i / 10_000);
    const least = Math.min(...ranges.map(error));
    expect(noise.mse! / least).toBeLessThan(1 + 1e-6);
    expect(error(quantizer.step! * 7) / noise.mse!).toBeCloseTo(1, 9);
  });

  it('prints the contract’s Report', async () => {
    const report = await json(
      'measure',
      'one.npy',
      '--format',
      'uint',
      '--bits',
      '5',
      '--granularity',
      'group:10',
    );
    for (const [section, fields] of Object.entries({
      tensor: [
        'name',
        'dtype',
        'shape',
        'count',
        'min',
        'max',
        'mean',
        'rms',
        'std',
        'kurtosis',
        'nonfinite',
      ],
      quantizer: [
        'format',
        'bits',
        'range',
        'granularity',
        'rounding',
        'step',
        'zero_point',
        'levels',
        'bits_per_weight',
      ],
      noise: [
        'mse',
        'snr_db',
        'exact',
        'max_error',
        'bound',
        'max_error_in_steps',
        'overload',
        'bias',
        'correlation',
      ],
      entropy: ['bits', 'occupied_levels', 'differential_bits'],
      prediction: ['mse', 'snr_db', 'entropy_bits'],
    })) {
      expect(Object.keys(report[section as keyof Report]), section).toEqual(expect.arrayContaining(fields));
    }
    expect(report.quantizer).toMatchObject({
      format: 'uint',
      bits: 5,
      granularity: 'group:10',
      scales: 60,
      zero_point: null,
    });
    expect(report.quantizer.bits_per_weight).toBeCloseTo(5 + (60 * 37) / 600, 12);
  });

  it('measures a source, the same for a seed', async () => {
    const words = [
      'measure',
      '--source',
      'student',
      '--df',
      '5',
      '--count',
      '1e4',
      '--seed',
      '3',
      '--scale',
      '0.1',
    ];
    const report = await json(...words);
    expect(report.tensor).toMatchObject({ name: 'student', count: 10000 });
    expect(await json(...words)).toEqual(report);
    expect((await json(...words, '--channels', '100')).tensor.shape).toEqual([100, 100]);
    expect((await json(...words.slice(0, -4), '--seed', '4')).tensor.mean).not.toBe(report.tensor.mean);
  });

  it('rounds stochastically by its own seed', async () => {
    const words = ['measure', 'one.npy', '--bits', '3', '--rounding', 'stochastic', '--rounding-seed'];
    const [one, again, two] = [
      await json(...words, '1'),
      await json(...words, '1'),
      await json(...words, '2'),
    ];
    expect(again).toEqual(one);
    expect(two.noise.mse).not.toBe(one.noise.mse);
  });

  it('puts measured and predicted side by side for a person', async () => {
    const { stdout } = await halfstep('measure', '--count', '10000');
    expect(stdout).toMatch(/measured +predicted\n/);
    expect(stdout).toMatch(/SNR +[\d.]+ dB +[\d.]+ dB\n/);
    expect(stdout).toMatch(/entropy +[\d.]+ bit +[\d.]+ bit\n/);
    const exact = await halfstep(
      'measure',
      'three.safetensors',
      '--tensor',
      'conv.bias',
      '--bits',
      '16',
      '--range',
      '32767',
    );
    expect(exact.status).toBe(0);
  });

  it('says ∞ dB for a person and exact in JSON when there is no noise', async () => {
    writeFileSync(at('whole.npy'), npyFile({ values: [-3, -1, 0, 2, 3] }));
    const words = ['measure', 'whole.npy', '--bits', '3'];
    expect((await halfstep(...words)).stdout).toMatch(/SNR +∞ dB/);
    expect((await json(...words)).noise).toMatchObject({ exact: true, snr_db: null });
  });

  it('prints one CSV record under its header', async () => {
    const { stdout } = await halfstep('measure', 'one.npy', '--csv');
    const [header, record, ...rest] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/"[^"]*"/g, (cell) => cell.replaceAll(',', ';')).split(','));
    expect(rest).toEqual([]);
    expect(record).toHaveLength(header.length);
    expect(record[header.indexOf('tensor.shape')]).toBe('20x30');
    expect(Number(record[header.indexOf('noise.snr_db')])).toBeGreaterThan(20);
  });
});

describe('sweep', () => {
  it('is a list of what measure says', async () => {
    const rows = await json<Report[]>('sweep', 'one.npy', '--bits', '2:5', '--range', 'percentile:99');
    expect(rows.map((row) => row.quantizer.bits)).toEqual([2, 3, 4, 5]);
    expect(rows[2]).toEqual(await json('measure', 'one.npy', '--bits', '4', '--range', 'percentile:99'));
    const { stdout } = await halfstep('sweep', 'one.npy', '--csv');
    expect(stdout.trimEnd().split('\n')).toHaveLength(17);
  });

  it('prints a line a bit width', async () => {
    const { stdout } = await halfstep('sweep', '--source', 'laplace', '--count', '5000', '--bits', '1:4');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .slice(-4)
        .map((line) => Number(line.trim().split(/ +/)[0])),
    ).toEqual([1, 2, 3, 4]);
  });
});

it('says which weights are lost, where there is no mean of the noise', async () => {
  const words = ['--source', 'normal', '--count', '300', '--scale', '1e6', '--format', 'q4_0'];
  const { noise, prediction, tensor } = await json<Report>('measure', ...words);
  expect([noise.lost > 0, noise.snr_db, noise.mse, tensor.nonfinite]).toEqual([true, null, null, 0]);
  expect(prediction.conditions[0]).toBe('lost');
  expect((await halfstep('measure', ...words)).stdout).toMatch(/some weights become ∞ or NaN: they are lost/);
});

describe('formats', () => {
  it('lists the table', async () => {
    const rows = await json<FormatInfo[]>('formats');
    expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(['int', 'uint', 'midrise']));
    expect((await halfstep('formats')).stdout).toMatch(/^name +bits per weight/);
    const lines = (await halfstep('formats')).stdout.split('\n');
    const bitsOf = (format: string) => lines.find((line) => line.split(' ')[0] === format)!.split(/ {2,}/)[1];
    expect(['uint', 'ternary', 'tq1_0', 'q4_0', 'e8'].map(bitsOf)).toEqual([
      'b = 1 to 16',
      '1.6',
      '1.6875',
      '4.5',
      '> b = 1 to 12',
    ]);
    const row = (format: string) => rows.find(({ name }) => name === format)!;
    expect(['int', 'nf4', 'mxfp4', 'q4_0', 'ternary'].map((name) => row(name).bits_per_weight)).toEqual([
      null,
      4.5,
      4.25,
      4.5,
      1.6,
    ]);
    // Scales of a storage layout are its own, and no float32.
    expect(['nf4', 'q4_0', 'tq2_0'].map((name) => row(name).scale_type)).toEqual(['float32', 'own', 'own']);
    const { quantizer } = await json<Report>('measure', '--count', '1000', '--format', 'q4_0');
    expect(quantizer.scale_type).toBe('own');
    expect((await halfstep('formats', '--csv')).stdout.trimEnd().split('\n')).toHaveLength(rows.length + 1);
  });
});

describe('pipes', () => {
  it('is quiet when the reader has had enough', () => {
    const shell = `"${process.execPath}" "${command}" sweep --count 1000 --json | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe('[\n0\n');
  });

  it('says when the output can’t be written', () => {
    const shell = `"${process.execPath}" "${command}" formats > /dev/full`;
    const { status, stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^halfstep: .*the disk is full\.\n$/);
  });
});
