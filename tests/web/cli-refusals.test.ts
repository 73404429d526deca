import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hostileFiles } from '../reference/hostile.mjs';
import { at, refused, setUp, tearDown } from './command';

beforeAll(setUp);
afterAll(tearDown);

describe('what is wrong is one line and exit status 2', () => {
  it.each<[RegExp, string[]]>([
    [/did you mean “measure”/, ['mesure']],
    [/there are inspect/, ['frobnicate']],
    [/did you mean --format/, ['measure', '--fromat', 'int']],
    [/--help/, ['measure', '--zzz']],
    [/has no flag -x/, ['measure', '-x']],
    [/given twice/, ['measure', '--bits', '3', '--bits', '4']],
    [/needs a value/, ['measure', '--bits']],
    [/takes no value/, ['measure', '--json=yes']],
    [/not both/, ['measure', '--json', '--csv']],
    [/too many/, ['measure', 'one.npy', 'two.npy']],
    [/no FILE/, ['formats', 'one.npy']],
    [/needs a FILE/, ['inspect']],
    [/needs a FILE/, ['quantize', '-o', 'x.npy']],
    [/1 to 16/, ['measure', 'one.npy', '--bits', '0']],
    [/1 to 16/, ['measure', 'one.npy', '--bits', '17']],
    [/--bits takes/, ['measure', 'one.npy', '--bits', 'four']],
    [/--bits takes/, ['measure', 'one.npy', '--bits', '4.5']],
    [/--bits takes/, ['sweep', 'one.npy', '--bits', '8:2']],
    [/--bits takes/, ['sweep', 'one.npy', '--bits', '1:99']],
    [/did you mean “midrise”/, ['measure', 'one.npy', '--format', 'midrize']],
    [/there are int/, ['measure', 'one.npy', '--format', 'float128']],
    [/percentile/, ['measure', 'one.npy', '--range', 'percentile:0']],
    [/--bits is 4 here/, ['measure', 'one.npy', '--format', 'nf4', '--bits', '8']],
    [/one\.npy is the file that is read/, ['quantize', 'one.npy', '-o', './one.npy']],
    [/pipe is not a file/, ['inspect', 'pipe']],
    [/range is/, ['measure', 'one.npy', '--range', '0']],
    [/range is/, ['measure', 'one.npy', '--range=-2']],
    [/range is/, ['measure', 'one.npy', '--range', 'NaN']],
    [/granularity is/, ['measure', 'one.npy', '--granularity', 'row']],
    [/group/, ['measure', 'one.npy', '--granularity', 'group:0']],
    [/rounding is/, ['measure', 'one.npy', '--rounding', 'up']],
    [/--rounding-seed/, ['measure', 'one.npy', '--rounding-seed', '-1']],
    [/did you mean “laplace”/, ['measure', '--source', 'laplce']],
    [/--count takes/, ['measure', '--count', '0']],
    [/--count takes/, ['measure', '--count', 'many']],
    [/4000\.0 GB/, ['measure', '--count', '1e12']],
    [/--seed takes/, ['measure', '--seed', '1.5']],
    [/scale/i, ['measure', '--scale', '-1']],
    [/scale .* float32/, ['measure', '--scale', '1e39', '--count', '10']],
    [/scale .* float32/, ['measure', '--scale', '1e-50']],
    [/no --df/, ['measure', '--source', 'normal', '--df', '3']],
    [/df/, ['measure', '--source', 'student', '--df', '-3']],
    [/belongs to a source/, ['measure', 'one.npy', '--seed', '2']],
    [/no FILE is given/, ['measure', '--tensor', 'w']],
    [
      /3 levels takes --bits 2, not 1: leave/,
      ['measure', '--format', 'codebook', '--codebook=1,2,3', '--bits', '1'],
    ],
    [
      /3 levels takes --bits 2, not 3/,
      ['measure', '--format', 'codebook', '--codebook=1,2,3', '--bits', '3'],
    ],
    [/4 levels takes --bits 2, not 3/, ['sweep', '--format', 'codebook', '--bits', '2:3']],
    [/decimal number/, ['measure', '--format', 'codebook', '--codebook=a,b', '--bits', '3']],
    [
      /--exponent-bits 1 to 3, not 8/,
      ['measure', '--format', 'float', '--bits', '4', '--exponent-bits', '8'],
    ],
    [
      /mxfp4 takes --scale-type e8m0 or e8m0-ceil, not “float16”/,
      ['measure', '--format', 'mxfp4', '--scale-type', 'float16'],
    ],
    [/int takes --scale-type float32, .* or none, not “up”/, ['measure', '--scale-type', 'up']],
    [
      /nvfp4 takes no --scale-type: its own is e4m3/,
      ['measure', '--format', 'nvfp4', '--scale-type', 'none'],
    ],
    [/--exponent-bits 1, not 5/, ['sweep', '--format', 'float', '--exponent-bits', '5', '--bits', '2:8']],
    [
      /--overflow infinity with 8 exponent bits alone; with 4/,
      ['measure', '--format', 'float', '--bits', '8', '--overflow', 'infinity'],
    ],
    [/int takes no --overflow: its own is saturate/, ['measure', '--overflow', 'infinity']],
    [/overflow is saturate or infinity, not “wrap”/, ['measure', '--format', 'e4m3', '--overflow', 'wrap']],
    [/no such file/, ['measure', 'nowhere.npy']],
    [/not a file|folder/, ['measure', '.']],
    [/did you mean “conv\.bias”/, ['measure', 'three.safetensors', '--tensor', 'conv.bia']],
    [/conv\.weight, conv\.bias, ids/, ['measure', 'three.safetensors', '--tensor', 'what']],
    [/3 tensors; choose one with --tensor: conv\.weight/, ['measure', 'three.safetensors']],
    [/I64/, ['measure', 'three.safetensors', '--tensor', 'ids']],
    [/has no flag --rounding/, ['inspect', 'one.npy', '--rounding', 'floor']],
    [/cut\.npy: .*cut short/, ['measure', 'cut.npy']],
    [/./, ['inspect', 'cut.safetensors']],
    [/./, ['inspect', 'notes.txt']],
    [/no \\x0asuch/, ['measure', 'three.safetensors', '--tensor', 'no \nsuch']],
  ])('%s: %j', async (what, words) => refused(what, ...words));

  it('of hostile files too', async () => {
    for (const { name, bytes } of hostileFiles().filter((_, i) => i % 9 === 0)) {
      const path = at(`hostile-${name.replace(/\W/g, '-')}.bin`);
      writeFileSync(path, bytes);
      await refused(/./, 'inspect', path);
    }
  });
});
