// The lines that "copy as NumPy" gives, run by NumPy on the same weights, print the core's numbers.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureCommand, weightsCommand } from '../../web/components/command';
import { numpyLines, whyNoNumpy } from '../../web/components/numpy';
import { Engine } from '../../web/core/engine';
import { commands, readArguments } from '../../web/cli/args';
import { parameterFlags } from '../../web/cli/source';
import { defaults, read, type Words } from '../../web/state';
import { npyFile } from '../reference/files.mjs';
import { makeEngine, memoryFile } from './bench';

let engine: Engine;
let words: Words;
const folder = mkdtempSync(path.join(tmpdir(), 'halfstep-numpy-'));
beforeAll(async () => {
  engine = await makeEngine();
  words = { formats: engine.formats, sources: engine.sources, experiments: [{ id: 'noise' }] };
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  '?n=20000&q=int&b=4',
  '?n=20000&q=int&b=5',
  '?n=20000&q=int&b=1&src=laplace',
  '?n=20000&q=uint&b=3&src=logistic&range=mse',
  '?n=20000&q=uint&b=8&src=student&df=3&round=floor',
  '?n=20000&q=midrise&b=2&scale=0.02',
  '?n=20000&q=midrise&b=5&round=half-away&src=ramp',
  '?n=20000&q=int&b=3&round=half-away&src=ramp&range=0.75',
  '?n=20000&q=midrise&b=3&round=floor&range=percentile:99',
])('%s', async (query) => {
  const { state, ignored } = read(query, words);
  expect(ignored).toEqual([]);
  await engine.generate(state.source);
  const { report } = await engine.analyze(state.quantizer);
  const [lowest, highest] = [engine.probe(state.quantizer, -1e30), engine.probe(state.quantizer, 1e30)];
  writeFileSync(path.join(folder, 'weights.npy'), npyFile({ values: [...engine.weights(0, 20000)] }));
  const lines = numpyLines(state, words, report, lowest, highest);
  const output = execFileSync('/usr/bin/python3', ['-c', lines], { cwd: folder, encoding: 'utf8' });
  const printed = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(output)![1]);
  expect(printed('SNR')).toBeCloseTo(report.noise.snr_db!, 6);
  expect(printed('predicted')).toBeCloseTo(report.prediction.snr_db!, 6);
  expect(printed('largest error')).toBeCloseTo(report.noise.max_error_in_steps!, 6);
  expect(printed('entropy')).toBeCloseTo(report.entropy.bits!, 6);
});

it('measures the weights that are finite, as the page does', async () => {
  const values = Float32Array.from({ length: 3000 }, (_, i) => [NaN, Infinity][i] ?? Math.sin(i * i));
  const bytes = npyFile({ values });
  writeFileSync(path.join(folder, 'weights.npy'), bytes);
  const { state } = read('?q=uint&b=5', words);
  await engine.open(memoryFile('weights.npy', bytes));
  await engine.load('weights');
  const { report } = await engine.analyze(state.quantizer);
  const [lowest, highest] = [engine.probe(state.quantizer, -1e30), engine.probe(state.quantizer, 1e30)];
  const lines = numpyLines(state, words, report, lowest, highest);
  const output = execFileSync('/usr/bin/python3', ['-c', lines], { cwd: folder, encoding: 'utf8' });
  expect(Number(/^SNR (\S+)/m.exec(output)![1])).toBeCloseTo(report.noise.snr_db!, 6);
});

it('says why there are none where scales are many, draws are the lab’s, or no step is', async () => {
  const { state } = read('?n=1000&src=normal', words);
  await engine.generate(state.source);
  const { report } = await engine.analyze(state.quantizer);
  const why = (change: object, numbers = report) =>
    whyNoNumpy({ ...state, quantizer: { ...state.quantizer, ...change } }, words, numbers);
  expect(why({})).toBe('');
  expect(why({ granularity: 'group:32' })).toMatch(/one scale/);
  expect(why({ rounding: 'stochastic' })).toMatch(/stochastic/);
  expect(why({ rounding: 'subtractive-uniform' })).toMatch(/subtractive-uniform/);
  expect(why({ format: 'lloyd-max' })).toMatch(/codebook/);
  expect(why({}, { ...report, quantizer: { ...report.quantizer, step: null } })).toMatch(/no step/);
});

it('the command it copies is one that halfstep reads', () => {
  const file = { name: "it's a model.safetensors", tensor: 'conv4.weight' };
  const { state } = read(
    '?src=student&df=3&round=stochastic&seed=5&per=group:32&range=percentile:99.9',
    words,
  );
  const more = parameterFlags(words.sources);
  const split = (line: string) =>
    JSON.parse(
      execFileSync('sh', ['-c', `node -p 'JSON.stringify(process.argv.slice(1))' -- ${line}`], {
        encoding: 'utf8',
      }),
    );
  for (const asked of [state, { ...state, file }, defaults(words)]) {
    const [npx, halfstep, verb, ...args] = split(measureCommand(asked, words));
    expect([npx, halfstep, verb]).toEqual(['npx', 'halfstep', 'measure']);
    const typed = readArguments(verb, args, more);
    expect(typed.file).toBe(asked.file?.name);
    expect(typed.flags.get('range')).toBe(asked.quantizer.range);
    expect(typed.flags.get('df')).toBe(asked === state ? '3' : undefined);
  }
  expect(Object.keys(commands)).toContain('extract');
});

it.each([
  ['m.npy\nimport os; print("PWNED")\n#', 'w'],
  ['m.safetensors', 'w\r\nprint("PWNED")'],
  ['$(echo PWNED).npy', '`echo PWNED`'],
  ["'; echo PWNED; '\n.npy", '\\\u0085\u2028\u202e\x1b[201~'],
  ['-o', '=ls'],
  ['~/a b.npy', "it's\t\\'"],
])('a hostile name stays one word of the command and of NumPy’s comment: %j, %j', async (name, tensor) => {
  const { state } = read('?n=1000', words);
  const hostile = { ...state, file: { name, tensor } };
  const line = weightsCommand(hostile, words);
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  const spelled = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  }).split('\0');
  expect(spelled).toEqual([
    ...['npx', 'halfstep', 'extract', name.replace(/^-/, './-')],
    ...['--tensor', tensor, '--output', 'weights.npy', ''],
  ]);
  await engine.generate(state.source);
  const { report } = await engine.analyze(state.quantizer);
  const [lowest, highest] = [engine.probe(state.quantizer, -1e30), engine.probe(state.quantizer, 1e30)];
  const code = numpyLines(hostile, words, report, lowest, highest).split(/[\r\n]/);
  expect(code.filter((words) => words.includes('PWNED') && !words.startsWith('#'))).toEqual([]);
});
