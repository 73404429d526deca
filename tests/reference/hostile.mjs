// Files that must be answered with one sentence, and files that are odd but valid.
import { encode, join, littleEndian, npyFile, npyRaw, safetensorsFile, safetensorsRaw } from './files.mjs';

const zeros = (/** @type {number} */ bytes) => new Uint8Array(bytes);

const dict = (/** @type {string} */ descr, /** @type {string} */ shape, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

const tensor = (
  /** @type {string} */ name,
  /** @type {string} */ dtype,
  /** @type {string} */ shape,
  /** @type {string} */ offsets,
) => `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

const one = (
  /** @type {string} */ dtype,
  /** @type {string} */ shape,
  /** @type {string} */ offsets,
  bytes = 0,
) => safetensorsRaw(`{${tensor('w', dtype, shape, offsets)}}`, zeros(bytes));

/** A valid safetensors file that says its header has another length. */
const lying = (/** @type {number | bigint} */ length) => {
  const file = one('F32', '[2,3]', '[0,24]', 24);
  file.set(littleEndian(length, 8));
  return file;
};

/**
 * Malformed files and files of other kinds.
 * @returns {{ name: string, bytes: Uint8Array, why: string }[]}
 */
export function hostileFiles() {
  const goodNpy = npyFile({ shape: [3, 4], values: new Float32Array(12) });
  const goodSafetensors = safetensorsFile({ w: { shape: [2, 3], values: new Float32Array(6) } });
  const version4 = goodNpy.slice();
  version4[6] = 4;
  const longNpy = npyRaw(dict('<f4', '(2,)'), zeros(8), 2);
  longNpy.set(littleEndian(0x7fffffff, 4), 8);
  const a = tensor('a', 'U8', '[4]', '[0,4]');
  const deep = 100000;

  /** @type {[string, Uint8Array, string][]} */
  const npy = [
    ['magic-only', goodNpy.slice(0, 6), 'ends after the magic'],
    ['half-magic', goodNpy.slice(0, 3), 'ends inside the magic'],
    ['no-length', goodNpy.slice(0, 8), 'ends before the header length'],
    ['cut-header', goodNpy.slice(0, 40), 'ends inside the header'],
    ['no-data', goodNpy.slice(0, goodNpy.length - 48), 'ends after the header'],
    ['one-byte-short', goodNpy.slice(0, -1), 'lacks its last byte'],
    ['version-4', version4, 'version 4.0 does not exist'],
    ['header-2gb', longNpy, 'claims a header of 2 GB'],
    ['empty-header', npyRaw(''), 'the header is empty'],
    ['negative-axis', npyRaw(dict('<f4', '(-1,)'), zeros(8)), 'a negative axis'],
    ['huge-axis', npyRaw(dict('<f4', '(18446744073709551616,)'), zeros(8)), 'an axis of 2^64'],
    ['huge-product', npyRaw(dict('<f4', '(4294967296, 4294967296)'), zeros(8)), 'a product that wraps to 0'],
    ['huge-shape', npyRaw(dict('<f4', '(1000000, 1000000)'), zeros(8)), 'a shape of 4 TB in 8 bytes'],
    ['exponent-axis', npyRaw(dict('<f4', '(1e5,)'), zeros(8)), 'an axis written 1e5'],
    ['float-axis', npyRaw(dict('<f4', '(2.0,)'), zeros(8)), 'an axis that is not whole'],
    ['shape-number', npyRaw(dict('<f4', '(2)'), zeros(8)), 'the shape is no tuple'],
    ['deep-tuple', npyRaw(dict('<f4', '('.repeat(deep)), zeros(8), 2), 'brackets 100 000 deep'],
    ['many-axes', npyRaw(dict('<f4', `(${'1,'.repeat(10000)})`), zeros(4), 2), 'ten thousand axes'],
    ['key-missing', npyRaw("{'descr': '<f4', 'fortran_order': False}", zeros(8)), 'no shape'],
    [
      'key-twice',
      npyRaw("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", zeros(8)),
      'descr twice',
    ],
    [
      'records',
      npyRaw("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)}", zeros(8)),
      'a structured dtype',
    ],
    ['objects', npyRaw(dict('|O', '(2,)'), zeros(16)), 'pickled objects'],
    ['unknown-type', npyRaw(dict('<q9', '(2,)'), zeros(18)), 'a type that does not exist'],
    ['code', npyRaw("__import__('os').system('x')"), 'a header that is no dictionary'],
    ['text', join('1.0, 2.0, 3.0\n'), 'text named .npy'],
    ['empty', zeros(0), 'an empty file'],
  ];
  /** @type {[string, Uint8Array, string][]} */
  const safetensors = [
    ['empty', zeros(0), 'an empty file'],
    ['seven-bytes', goodSafetensors.slice(0, 7), 'ends inside the header length'],
    ['cut-header', goodSafetensors.slice(0, 30), 'ends inside the header'],
    ['one-byte-short', goodSafetensors.slice(0, -1), 'lacks its last byte'],
    ['one-byte-long', join(goodSafetensors, zeros(1)), 'one byte belongs to no tensor'],
    ['header-0', lying(0), 'a header of no bytes'],
    ['header-lies', lying(5000), 'a header longer than the file'],
    ['header-100mb', lying(100000001), 'a header beyond 100 MB'],
    ['header-max', lying(2n ** 64n - 1n), 'a header of 2^64 − 1 bytes'],
    ['array', safetensorsRaw('[1,2,3]'), 'a header that is an array'],
    ['deep-arrays', safetensorsRaw(`{"w":{"x":${'['.repeat(deep)}`), 'arrays 100 000 deep'],
    ['deep-objects', safetensorsRaw('{"w":'.repeat(deep)), 'objects 100 000 deep'],
    ['trailing-comma', safetensorsRaw(`{${a},}`, zeros(4)), 'a trailing comma'],
    ['not-utf8', join(littleEndian(9, 8), '{"\xff": 1}', zeros(4)), 'a name that is not UTF-8'],
    ['lone-surrogate', safetensorsRaw('{"\\ud800":{}}'), 'half of a surrogate pair'],
    ['name-twice', safetensorsRaw(`{${a},${tensor('a', 'U8', '[4]', '[4,8]')}}`, zeros(8)), 'a name twice'],
    ['unknown-dtype', one('F33', '[1]', '[0,4]', 4), 'a dtype that does not exist'],
    ['negative-offset', one('U8', '[1]', '[-1,0]', 1), 'a negative offset'],
    ['exponent-offset', one('U8', '[1]', '[0,1e5]', 1), 'an offset written 1e5'],
    ['huge-exponent', one('U8', '[1]', '[0,1e100000]', 1), 'an offset written 1e100000'],
    ['float-offset', one('U8', '[1]', '[0,1.0]', 1), 'an offset that is not whole'],
    ['offset-65-bits', one('U8', '[1]', '[0,18446744073709551616]', 1), 'an offset of 2^64'],
    ['offset-outside', one('U8', '[8]', '[0,8]', 4), 'a tensor beyond the file'],
    ['offset-backwards', one('U8', '[1]', '[1,0]', 1), 'an end before its begin'],
    ['one-offset', one('U8', '[1]', '[1]', 1), 'one offset instead of two'],
    ['size-lies', one('F32', '[2,3]', '[0,20]', 20), 'fewer bytes than the shape takes'],
    ['huge-shape', one('F32', '[1000000,1000000]', '[0,8]', 8), 'a shape of 4 TB in 8 bytes'],
    ['wrapping-shape', one('U8', '[4294967296,4294967296]', '[0,0]'), 'a product that wraps to 0'],
    [
      'overlap',
      safetensorsRaw(`{${a},${tensor('b', 'U8', '[4]', '[2,6]')}}`, zeros(6)),
      'overlapping tensors',
    ],
    [
      'hole',
      safetensorsRaw(`{${a},${tensor('b', 'U8', '[4]', '[6,10]')}}`, zeros(10)),
      'a hole between tensors',
    ],
    ['metadata', safetensorsRaw('{"__metadata__":{"a":1}}'), 'a number in the metadata'],
    ['no-dtype', safetensorsRaw('{"w":{"shape":[1],"data_offsets":[0,1]}}', zeros(1)), 'no dtype'],
    ['lfs', join('version https://git-lfs\noid sha256:00\nsize 1\n'), 'a Git LFS pointer'],
  ];
  return [
    ...npy.map(([name, bytes, why]) => ({ name: `${name}.npy`, bytes, why })),
    ...safetensors.map(([name, bytes, why]) => ({ name: `${name}.safetensors`, bytes, why })),
    { name: 'model.gguf', bytes: join('GGUF', littleEndian(3, 4), zeros(16)), why: 'a GGUF model' },
    { name: 'weights.npz', bytes: join('PK\x03\x04', zeros(40)), why: 'a zip archive' },
    { name: 'model.pt', bytes: join('\x80\x02\x8a\n', zeros(40)), why: 'a pickle' },
    {
      name: 'model.onnx',
      bytes: join('\x08\x07\x12\x07pytorch\x1a\x052.1.0', zeros(8)),
      why: 'an ONNX model',
    },
    { name: 'picture.png', bytes: join('\x89PNG\r\n\x1a\n', zeros(20)), why: 'a picture' },
    {
      name: 'noise.bin',
      bytes: Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 1) & 255),
      why: 'bytes of no kind',
    },
  ];
}

/**
 * Valid files whose weights have a defined, unusual answer.
 * @returns {{ name: string, bytes: Uint8Array, why: string, shape: number[], values: number[] }[]}
 */
export function oddFiles() {
  const odd = [
    { name: 'nan-only', shape: [4], values: [NaN, NaN, NaN, NaN], why: 'NaN only' },
    { name: 'infinite', shape: [3], values: [Infinity, -Infinity, 1], why: 'infinities beside a number' },
    { name: 'zero-elements', shape: [0, 7], values: [], why: 'no elements' },
    { name: 'constant', shape: [2, 3], values: Array(6).fill(0.5), why: 'one value' },
    { name: 'all-zero', shape: [8], values: Array(8).fill(0), why: 'zeros' },
    { name: 'one-element', shape: [1], values: [-3], why: 'one element' },
    { name: 'scalar', shape: [], values: [2], why: 'a scalar' },
    { name: 'denormal', shape: [3], values: [2 ** -149, -(2 ** -140), 2 ** -130], why: 'denormals' },
    { name: 'huge', shape: [2], values: [2 ** 127, -(2 ** 127)], why: 'squares beyond float32' },
  ];
  return odd.flatMap(({ name, shape, values, why }) => [
    { name: `${name}.npy`, shape, values, why, bytes: npyFile({ shape, values }) },
    {
      name: `${name}.safetensors`,
      shape,
      values,
      why,
      bytes: safetensorsFile({ w: { shape, bytes: encode('F32', values) } }),
    },
  ]);
}
