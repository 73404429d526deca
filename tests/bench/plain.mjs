// The same work in plain JavaScript, as one would write it with care: one pass over a Float32Array, the
// arithmetic of the core to the bit (float32 quotient, half to even, float32 product, sums in double).

// Adding and taking this away rounds a double of ordinary size to a whole number, half to even.
const toWhole = 1.5 * 2 ** 52;

/** Σx², Σn, Σn², Σxn and the largest |n| of round to nearest with levels −top … top. */
export function plainNoise(x, step, top) {
  let xx = 0;
  let n = 0;
  let nn = 0;
  let xn = 0;
  let max = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    let k = Math.fround(value / step) + toWhole - toWhole;
    if (k > top) k = top;
    else if (k < -top) k = -top;
    const noise = value - Math.fround(k * step);
    const size = Math.abs(noise);
    xx += value * value;
    n += noise;
    nn += noise * noise;
    xn += value * noise;
    if (size > max) max = size;
  }
  return { xx, n, nn, xn, max };
}

/** The Report's numbers of noise and entropy, noise and counts in one pass. `mean` and `std` are of the weights. */
export function plainReport(x, step, top, { mean, std, rms }) {
  const counts = new Uint32Array(2 * top + 1);
  let n = 0;
  let nn = 0;
  let xn = 0;
  let max = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    let k = Math.fround(value / step) + toWhole - toWhole;
    if (k > top) k = top;
    else if (k < -top) k = -top;
    counts[k + top]++;
    const noise = value - Math.fround(k * step);
    const size = Math.abs(noise);
    n += noise;
    nn += noise * noise;
    xn += value * noise;
    if (size > max) max = size;
  }
  const count = x.length;
  const mse = nn / count;
  const bias = n / count;
  let bits = 0;
  for (const c of counts) if (c > 0) bits -= (c / count) * Math.log2(c / count);
  return {
    mse,
    snr_db: 10 * Math.log10((rms * rms) / mse),
    max_error: max,
    bias,
    correlation: (xn / count - mean * bias) / (std * Math.sqrt(mse - bias * bias)),
    bits,
  };
}
