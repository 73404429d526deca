// Files that must be answered with one sentence, and files that are odd but valid.
import {
  encode,
  ggufArray,
  ggufFile,
  ggufKey,
  ggufRaw,
  ggufTensor,
  ggufText,
  join,
  littleEndian,
  npyFile,
  npyRaw,
  safetensorsFile,
  safetensorsRaw,
} from './files.mjs';

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
    ...hostileGgufs().map(([name, bytes, why]) => ({ name: `${name}.gguf`, bytes, why })),
    { name: 'model.bin', bytes: join('lmgg', littleEndian(1, 4), zeros(16)), why: 'a model of before GGUF' },
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

/** @returns {[string, Uint8Array, string][]} */
function hostileGgufs() {
  const good = ggufFile({ w: { shape: [2, 3], values: new Float32Array(6) } });
  const huge = 2n ** 64n - 1n;
  const w = ggufTensor('w', [3], 0, 0);
  const alignment = (/** @type {number} */ value) => [
    ggufKey('general.alignment', 4, littleEndian(value, 4)),
  ];
  /** A file of one tensor. */
  const one = (
    /** @type {(number | bigint)[]} */ lengths,
    /** @type {number} */ type,
    /** @type {number | bigint} */ offset,
    bytes = 64,
  ) => ggufRaw({ tensors: [ggufTensor('w', lengths, type, offset)], data: zeros(bytes) });
  /** A file with one key. */
  const key = (/** @type {Uint8Array} */ bytes, more = {}) =>
    ggufRaw({ keys: [bytes], tensors: [w], data: zeros(12), ...more });
  const two = (/** @type {string} */ name, /** @type {number} */ offset) =>
    ggufRaw({
      tensors: [ggufTensor('a', [12], 0, 0), ggufTensor(name, [1], 0, offset)],
      data: zeros(128),
    });
  const bigEndian = good.slice();
  bigEndian.set([0, 0, 0, 3], 4);
  return [
    ['magic-only', good.slice(0, 4), 'ends after the mark'],
    ['half-magic', good.slice(0, 3), 'ends inside the mark'],
    ['no-version', good.slice(0, 6), 'ends inside the version'],
    ['no-counts', good.slice(0, 12), 'ends inside the counts'],
    ['cut-tensors', good.slice(0, 40), 'ends inside the tensors'],
    ['no-data', good.slice(0, -32), 'ends before the data'],
    ['cut-data', good.slice(0, -10), 'ends inside the data'],
    ['no-mark', zeros(64), 'zeros named .gguf'],
    ['version-0', ggufRaw({ version: 0, tensors: [w], data: zeros(12) }), 'version 0 does not exist'],
    ['version-1', ggufRaw({ version: 1, tensors: [w], data: zeros(12) }), 'version 1 counts otherwise'],
    ['version-4', ggufRaw({ version: 4, tensors: [w], data: zeros(12) }), 'version 4 does not exist'],
    ['big-endian', bigEndian, 'big-endian'],
    ['tensors-max', ggufRaw({ tensorCount: huge }), '2^64 − 1 tensors'],
    ['tensors-negative', ggufRaw({ tensorCount: 2n ** 63n }), 'a count that is negative when signed'],
    ['tensors-many', ggufRaw({ tensorCount: 5 }), 'five tensors announced, none there'],
    ['keys-max', ggufRaw({ keyCount: huge }), '2^64 − 1 metadata keys'],
    ['keys-many', ggufRaw({ keyCount: 2, data: zeros(32) }), 'two keys announced, zeros there'],
    ['key-length', key(join(littleEndian(huge, 8), 'k')), 'a key of 2^64 − 1 bytes'],
    ['key-twice', ggufRaw({ keys: [...alignment(32), ...alignment(64)] }), 'a key twice'],
    ['key-not-utf8', key(ggufKey('\xff\xfe', 0, zeros(1))), 'a key that is not UTF-8'],
    ['value-type', key(ggufKey('k', 13, zeros(8))), 'a type of value that does not exist'],
    ['value-type-max', key(ggufKey('k', 0xffffffff, zeros(8))), 'a type of value of 2^32 − 1'],
    ['string-length', key(ggufKey('k', 8, littleEndian(huge, 8))), 'a string of 2^64 − 1 bytes'],
    ['array-wraps', key(ggufKey('k', 9, ggufArray(10, 2n ** 61n + 1n, zeros(8)))), 'bytes that wrap to 8'],
    ['array-max', key(ggufKey('k', 9, ggufArray(8, huge))), '2^64 − 1 strings'],
    [
      'array-string',
      key(ggufKey('k', 9, ggufArray(8, 1, littleEndian(1n << 40n, 8)))),
      'a string of 1 TB in it',
    ],
    ['array-type', key(ggufKey('k', 9, ggufArray(77, 1))), 'an array of no type'],
    ['array-deep', key(ggufKey('k', 9, join(...Array(20000).fill(ggufArray(9, 1))))), 'arrays 20 000 deep'],
    ['alignment-0', key(alignment(0)[0]), 'an alignment of 0'],
    ['alignment-3', key(alignment(3)[0]), 'an alignment that is no power of two'],
    ['alignment-max', key(alignment(0xffffffff)[0]), 'an alignment of 2^32 − 1'],
    ['alignment-2gb', key(alignment(2 ** 31)[0]), 'an alignment beyond the file'],
    ['alignment-text', key(ggufKey('general.alignment', 8, ggufText('32'))), 'an alignment in words'],
    ['name-length', ggufRaw({ tensorCount: 1, data: littleEndian(huge, 8) }), 'a name of 2^64 − 1 bytes'],
    [
      'name-long',
      ggufRaw({ tensors: [ggufTensor('w'.repeat(5000), [1], 0, 0)], data: zeros(4) }),
      'a name of 5 KB',
    ],
    ['name-not-utf8', two('\xc3(', 64), 'a name that is not UTF-8'],
    ['name-twice', two('a', 64), 'a name twice'],
    ['overlap', two('b', 32), 'overlapping tensors'],
    ['same-place', two('b', 0), 'two tensors in one place'],
    ['axes-5', one([1, 1, 1, 1, 1], 0, 0), 'five axes'],
    [
      'axes-max',
      join(
        'GGUF',
        littleEndian(3, 4),
        littleEndian(1, 8),
        zeros(8),
        ggufText('w'),
        littleEndian(0xffffffff, 4),
        zeros(64),
      ),
      '2^32 − 1 axes',
    ],
    ['axis-max', one([huge], 0, 0), 'an axis of 2^64 − 1'],
    ['shape-wraps', one([2n ** 32n, 2n ** 32n], 0, 0), 'a product that wraps to 0'],
    ['shape-huge', one([1000000, 1000000], 0, 0), 'a shape of 4 TB in 64 bytes'],
    ['half-block', one([48], 2, 0), 'rows of one block and a half'],
    ['half-superblock', one([128, 2], 12, 0, 144), 'rows of half a block'],
    ['block-short', one([256], 12, 0, 143), 'a block that lacks its last byte'],
    ['offset-odd', one([3], 0, 4), 'an offset off the alignment'],
    ['offset-outside', one([3], 0, 64), 'an offset at the end'],
    ['offset-max', one([3], 0, huge - 31n), 'an offset of 2^64 − 32'],
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
    { name: `${name}.gguf`, shape, values, why, bytes: ggufFile({ w: { shape, values } }) },
  ]);
}
