// Small .npy, .safetensors and .gguf files made in plain JavaScript, without the code under test.

/** @type {Record<string, number>} */
const SIZES = { F64: 8, F32: 4, F16: 2, BF16: 2, I8: 1, U8: 1, I16: 2, I32: 4 };
/** @type {Record<string, string>} */
const DESCR = { F64: 'f8', F32: 'f4', F16: 'f2', I8: 'i1', U8: 'u1', I16: 'i2', I32: 'i4' };

/**
 * The code of a number in a narrower binary float, rounded to nearest even.
 * @param {number} x
 * @param {number} exponentBits
 * @param {number} fractionBits
 */
function narrowFloat(x, exponentBits, fractionBits) {
  const bias = 2 ** (exponentBits - 1) - 1;
  const top = 2 ** exponentBits - 1;
  const sign = (x < 0 || Object.is(x, -0) ? 1 : 0) * 2 ** (exponentBits + fractionBits);
  const infinity = top * 2 ** fractionBits;
  if (Number.isNaN(x)) return infinity + 2 ** (fractionBits - 1);
  const a = Math.abs(x);
  if (a === 0) return sign;
  if (a === Infinity) return sign + infinity;
  let exponent = Math.floor(Math.log2(a));
  if (2 ** exponent > a) exponent -= 1;
  if (2 ** (exponent + 1) <= a) exponent += 1;
  exponent = Math.max(exponent, 1 - bias);
  const scaled = (a / 2 ** exponent) * 2 ** fractionBits;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0);
  // A carry out of the fraction moves the exponent up by itself; a denormal has no hidden bit.
  const code = (exponent + bias - 1) * 2 ** fractionBits + rounded;
  return sign + Math.min(code, infinity);
}

/** @param {string} dtype */
const bytesOf = (dtype) => SIZES[dtype] ?? 0;

/**
 * Values as the stored bytes of a dtype; floats round to nearest even, integers must be whole.
 * @param {string} dtype
 * @param {ArrayLike<number>} values
 */
export function encode(dtype, values, bigEndian = false) {
  const size = bytesOf(dtype);
  if (!size) throw new Error(`encode knows no ${dtype}`);
  const view = new DataView(new ArrayBuffer(size * values.length));
  for (let i = 0; i < values.length; i++) {
    const at = i * size;
    const x = values[i];
    if (dtype === 'F64') view.setFloat64(at, x, !bigEndian);
    else if (dtype === 'F32') view.setFloat32(at, x, !bigEndian);
    else if (dtype === 'F16') view.setUint16(at, narrowFloat(x, 5, 10), !bigEndian);
    else if (dtype === 'BF16') view.setUint16(at, narrowFloat(x, 8, 7), !bigEndian);
    else if (size === 1) view.setUint8(at, x);
    else if (size === 2) view.setInt16(at, x, !bigEndian);
    else view.setInt32(at, x, !bigEndian);
  }
  return new Uint8Array(view.buffer);
}

/** @param {(Uint8Array | string)[]} parts text as Latin-1 */
export function join(...parts) {
  const chunks = parts.map((part) =>
    typeof part === 'string' ? Uint8Array.from(part, (c) => c.charCodeAt(0)) : part,
  );
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/**
 * An unsigned integer in little-endian bytes.
 * @param {number | bigint} value
 * @param {number} size
 */
export function littleEndian(value, size) {
  return Uint8Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));
}

/**
 * A .npy file of any header and data.
 * @param {string} header
 * @param {Uint8Array} data
 */
export function npyRaw(header, data = new Uint8Array(0), version = 1) {
  return join(
    '\x93NUMPY',
    Uint8Array.of(version, 0),
    littleEndian(header.length, version === 1 ? 2 : 4),
    header,
    data,
  );
}

/**
 * The elements of `values` (row-major) in Fortran's order.
 * @param {number[]} shape
 * @param {ArrayLike<number>} values
 */
function columnMajor(shape, values) {
  const out = new Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let rest = i;
    let at = 0;
    const index = [...shape].reverse().map((length) => {
      const k = rest % length;
      rest = Math.floor(rest / length);
      return k;
    });
    for (const [axis, k] of index.entries()) at = at * shape[shape.length - 1 - axis] + k;
    out[at] = values[i];
  }
  return out;
}

/**
 * A .npy file as numpy.save writes it. `values` are row-major whatever `fortran` says.
 * @param {{ dtype?: string, shape?: number[], values: ArrayLike<number>, version?: 1 | 2 | 3,
 *   bigEndian?: boolean, fortran?: boolean }} array
 */
export function npyFile({ dtype = 'F32', shape, values, version = 1, bigEndian = false, fortran = false }) {
  const axes = shape ?? [values.length];
  const order = bytesOf(dtype) === 1 ? '|' : bigEndian ? '>' : '<';
  const tuple = `(${axes.join(', ')}${axes.length === 1 ? ',' : ''})`;
  const dict = `{'descr': '${order}${DESCR[dtype]}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const prefix = version === 1 ? 10 : 12;
  const header = dict.padEnd(Math.ceil((prefix + dict.length + 1) / 64) * 64 - prefix - 1) + '\n';
  return npyRaw(header, encode(dtype, fortran ? columnMajor(axes, values) : values, bigEndian), version);
}

/**
 * A .safetensors file of any header and data.
 * @param {string} header
 * @param {Uint8Array} data
 */
export function safetensorsRaw(header, data = new Uint8Array(0)) {
  const bytes = new TextEncoder().encode(header);
  return join(littleEndian(bytes.length, 8), bytes, data);
}

/**
 * A .safetensors file of tensors given by values, or by bytes for a dtype that encode() does not know.
 * @param {Record<string, { dtype?: string, shape?: number[], values?: ArrayLike<number>, bytes?: Uint8Array }>} tensors
 * @param {Record<string, string>} [metadata]
 */
export function safetensorsFile(tensors, metadata) {
  /** @type {[string, object][]} */
  const members = metadata ? [['__metadata__', metadata]] : [];
  const data = [];
  let at = 0;
  for (const [name, { dtype = 'F32', shape, values = [], bytes }] of Object.entries(tensors)) {
    const stored = bytes ?? encode(dtype, values);
    const end = at + stored.length;
    members.push([name, { dtype, shape: shape ?? [values.length], data_offsets: [at, end] }]);
    data.push(stored);
    at = end;
  }
  const header = `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  return safetensorsRaw(header.padEnd(Math.ceil(header.length / 8) * 8), join(...data));
}

/** GGUF's numbers of the types the tests write (ggml's docs/gguf.md). @type {Record<string, number>} */
const GGML = {
  ...{ F32: 0, F16: 1, BF16: 30, F64: 28, I8: 24, I16: 25, I32: 26, I64: 27, IQ2_XXS: 16 },
  ...{ Q4_0: 2, Q4_1: 3, Q5_0: 6, Q5_1: 7, Q8_0: 8, Q2_K: 10, Q3_K: 11, Q4_K: 12, Q5_K: 13, Q6_K: 14 },
  ...{ IQ4_NL: 20, IQ4_XS: 23, TQ1_0: 34, TQ2_0: 35, MXFP4: 39 },
};

/** @param {string} text as Latin-1 */
export const ggufText = (text) => join(littleEndian(text.length, 8), text);

/**
 * A metadata key of a GGUF file with the bytes of its value.
 * @param {string} key
 * @param {number} type
 * @param {Uint8Array} value
 */
export const ggufKey = (key, type, value) => join(ggufText(key), littleEndian(type, 4), value);

/**
 * An array among the metadata.
 * @param {number} type
 * @param {number | bigint} count
 * @param {Uint8Array} values
 */
export const ggufArray = (type, count, values = new Uint8Array(0)) =>
  join(littleEndian(type, 4), littleEndian(count, 8), values);

/**
 * What a GGUF file says of a tensor. `lengths` as it has them: the axis that changes fastest first.
 * @param {string} name
 * @param {(number | bigint)[]} lengths
 * @param {number | bigint} type
 * @param {number | bigint} offset
 */
export const ggufTensor = (name, lengths, type, offset) =>
  join(
    ggufText(name),
    littleEndian(lengths.length, 4),
    ...lengths.map((length) => littleEndian(length, 8)),
    littleEndian(type, 4),
    littleEndian(offset, 8),
  );

/**
 * A GGUF file of any parts; `data` begins at a multiple of `alignment`.
 * @param {{ keys?: Uint8Array[], tensors?: Uint8Array[], data?: Uint8Array, version?: number,
 *   tensorCount?: number | bigint, keyCount?: number | bigint, alignment?: number }} parts
 */
export function ggufRaw({ keys = [], tensors = [], data = new Uint8Array(0), version = 3, ...more }) {
  const { tensorCount = tensors.length, keyCount = keys.length, alignment = 32 } = more;
  const counts = [littleEndian(tensorCount, 8), littleEndian(keyCount, 8)];
  const head = join('GGUF', littleEndian(version, 4), ...counts, ...keys, ...tensors);
  return join(head, new Uint8Array(Math.ceil(head.length / alignment) * alignment - head.length), data);
}

/**
 * A GGUF file of tensors given by values, or by the bytes of a block type; shapes are row-major.
 * @param {Record<string, { dtype?: string, shape: number[], values?: ArrayLike<number>, bytes?: Uint8Array }>} tensors
 * @param {{ keys?: Uint8Array[], version?: number, alignment?: number }} [more]
 */
export function ggufFile(tensors, { keys = [], version = 3, alignment = 32 } = {}) {
  const infos = [];
  const data = [];
  let at = 0;
  for (const [name, { dtype = 'F32', shape, values = [], bytes }] of Object.entries(tensors)) {
    const stored = bytes ?? encode(dtype, values);
    const padding = new Uint8Array(Math.ceil(stored.length / alignment) * alignment - stored.length);
    infos.push(ggufTensor(name, [...shape].reverse(), GGML[dtype], at));
    data.push(stored, padding);
    at += stored.length + padding.length;
  }
  return ggufRaw({ keys, tensors: infos, data: join(...data), version, alignment });
}
