#!/usr/bin/env python3
"""The block formats of GGUF once more, from their definition, with NumPy: an oracle for src/quantizers/blocks.h.

  python3 tests/reference/blocks.py > tests/reference/blocks_golden.h

Source of the layouts, of the five exact encoders and of the searches that ours must not lose to: ggml's public
ggml-common.h and ggml-quants.c (github.com/ggml-org/llama.cpp, read at 01243c587fec), retold here; nothing is copied.
Arithmetic is float32 without fused multiply-add, sums of the searches are float64.
"""
import struct

import numpy as np

F = np.float32
np.seterr(all='ignore')

# ---- Weights: exactly the same in C++ (tests/core/blocks_weights.h) ----


class Random:
    """Knuth's 64-bit linear congruential generator; its top 16 bits."""

    def __init__(self, seed):
        self.state = seed

    def draw(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 48

    def normal(self):
        """The sum of twelve uniforms less its mean: exact in float32."""
        return F(sum(self.draw() for _ in range(12)) - 6 * 65535) * F(2**-16)

    def byte(self):
        return self.draw() >> 8


def laplace(r):
    a, b, c = r.normal(), r.normal(), r.normal()
    return c * np.sqrt(a * a + b * b)


def student(r):
    z, a, b, c, d = (r.normal() for _ in range(5))
    return z / np.sqrt((a * a + b * b + c * c + d * d) * F(0.25))


TENSORS = {
    'normal': lambda r, i: r.normal(),
    'laplace': lambda r, i: laplace(r),
    'student': lambda r, i: student(r),
    'outlier': lambda r, i: r.normal() * F(1000 if i % 256 == 37 else 1),
    'small': lambda r, i: r.normal() * F(2**-6),
    'shifted': lambda r, i: r.normal() + F(3),
}
COUNT = 4096


def tensor(name):
    r = Random(1 + list(TENSORS).index(name))
    return np.array([TENSORS[name](r, i) for i in range(COUNT)], F)


# ---- Layouts: which bits of the block are weight i's code ----

KVALUES = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]
FP4 = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]
BLOCK = {  # weights, bytes
    'q4_0': (32, 18), 'q4_1': (32, 20), 'q5_0': (32, 22), 'q5_1': (32, 24), 'q8_0': (32, 34),
    'q2_k': (256, 84), 'q3_k': (256, 110), 'q4_k': (256, 144), 'q5_k': (256, 176), 'q6_k': (256, 210),
    'iq4_nl': (32, 18), 'iq4_xs': (256, 136), 'tq1_0': (256, 54), 'tq2_0': (256, 66), 'mxfp4': (32, 17)}


def bits(byte, shift, count):
    return byte >> shift & ((1 << count) - 1)


def half(b, at):
    return F(np.frombuffer(bytes(b[at:at + 2]), '<f2')[0])


def six_pair(q, j):
    """Scale and min of part j of Q4_K and Q5_K, from their 12 bytes."""
    if j < 4:
        return q[j] & 63, q[j + 4] & 63
    return (q[j + 4] & 15) + 16 * (q[j - 4] >> 6), (q[j + 4] >> 4) + 16 * (q[j] >> 6)


def six_q3(q, j):
    low = q[j] & 15 if j < 8 else q[j - 8] >> 4
    return low + 16 * bits(q[8 + j % 4], 2 * (j // 4), 2) - 32


def nibble32(q, i):
    """A nibble of each 32 weights' 16 bytes: the first half low, the second half high."""
    block, i = divmod(i, 32)
    return bits(q[16 * block + i % 16], 0 if i < 16 else 4, 4)


def nibble64(q, i):
    block, i = divmod(i, 64)
    return bits(q[32 * block + i % 32], 0 if i < 32 else 4, 4)


def two128(q, i):
    block, i = divmod(i, 128)
    return bits(q[32 * block + i % 32], 2 * (i // 32), 2)


def trit(b, i):
    if i < 160:
        byte, place = b[i % 32], i // 32
    elif i < 240:
        byte, place = b[32 + (i - 160) % 16], (i - 160) // 16
    else:
        byte, place = b[48 + (i - 240) % 4], (i - 240) // 4
    return (byte * 3**place % 256) * 3 // 256


def value(name, b, i):
    """Weight i of block b (a list of bytes), each operation in float32 and in ggml's order."""
    if name == 'q4_0':
        return F(nibble32(b[2:], i) - 8) * half(b, 0)
    if name == 'q4_1':
        return F(nibble32(b[4:], i)) * half(b, 0) + half(b, 2)
    if name in ('q5_0', 'q5_1'):
        at = 2 if name == 'q5_0' else 4
        fifth = int.from_bytes(bytes(b[at:at + 4]), 'little') >> i & 1
        code = nibble32(b[at + 4:], i) + 16 * fifth
        return F(code - 16) * half(b, 0) if name == 'q5_0' else F(code) * half(b, 0) + half(b, 2)
    if name == 'q8_0':
        return F(struct.unpack('b', bytes([b[2 + i]]))[0]) * half(b, 0)
    if name == 'q2_k':
        s = b[i // 16]
        return half(b, 80) * F(s & 15) * F(two128(b[16:], i)) - half(b, 82) * F(s >> 4)
    if name == 'q3_k':
        code = two128(b[32:], i) - (0 if b[i % 32] >> (i // 32) & 1 else 4)
        return half(b, 108) * F(six_q3(b[96:], i // 16)) * F(code)
    if name in ('q4_k', 'q5_k'):
        scale, least = six_pair(b[4:], i // 32)
        code = nibble64(b[16:], i) if name == 'q4_k' else nibble64(b[48:], i) + 16 * (b[16 + i % 32] >> (i // 32) & 1)
        return half(b, 0) * F(scale) * F(code) - half(b, 2) * F(least)
    if name == 'q6_k':
        n, l = divmod(i, 128)
        low = bits(b[64 * n + l % 64], 4 * (l // 64), 4)
        code = low + 16 * bits(b[128 + 32 * n + l % 32], 2 * (l // 32), 2) - 32
        return half(b, 208) * F(struct.unpack('b', bytes([b[192 + i // 16]]))[0]) * F(code)
    if name == 'iq4_nl':
        return half(b, 0) * F(KVALUES[nibble32(b[2:], i)])
    if name == 'iq4_xs':
        p = i // 32
        s = bits(b[4 + p // 2], 4 * (p % 2), 4) + 16 * bits(b[2] + 256 * b[3], 2 * p, 2) - 32
        return half(b, 0) * F(s) * F(KVALUES[nibble32(b[8:], i)])
    if name == 'tq1_0':
        return F(trit(b, i) - 1) * half(b, 52)
    if name == 'tq2_0':
        return F(two128(b, i) - 1) * half(b, 64)
    if name == 'mxfp4':
        return F(FP4[nibble32(b[1:], i)]) * F(2.0**(b[0] - 128))
    raise KeyError(name)


def decode(name, data):
    weights, size = BLOCK[name]
    return np.array([value(name, list(data[at:at + size]), i) for at in range(0, len(data), size)
                     for i in range(weights)], F)


# ---- The exact encoders: rows of 32 weights (256 for ternary) to rows of bytes ----


def halves(v):
    return np.asarray(v, F).astype('<f2').reshape(-1, 1).view(np.uint8)


def inverse(d):
    """1/d, and 0 where d is 0 or 1/d overflows (there ggml's conversion to an integer is undefined)."""
    with_inf = F(1) / d
    return np.where(np.isfinite(with_inf), with_inf, F(0)).astype(F)


def extreme(x):
    """The first weight of the largest magnitude; +0 of zeros."""
    first = np.argmax(np.abs(x), axis=1)
    e = x[np.arange(len(x)), first]
    return np.where(e == 0, F(0), e)


def pack32(codes, fifth=False):
    q = codes.reshape(-1, 2, 16)
    low = (q[:, 0] & 15 | (q[:, 1] & 15) << 4).astype(np.uint8)
    if not fifth:
        return low
    return np.hstack([np.packbits(codes >> 4, axis=1, bitorder='little'), low])


def encode(name, x):
    x = x.reshape(-1, BLOCK[name][0])
    if name in ('q4_0', 'q5_0'):
        n = 16 if name == 'q4_0' else 32
        d = extreme(x) / F(-n // 2)
        codes = np.minimum(n - 1, np.trunc(x * inverse(d)[:, None] + F(n / 2 + 0.5))).astype(int)
        return np.hstack([halves(d), pack32(codes, n == 32)])
    if name in ('q4_1', 'q5_1'):
        n = 16 if name == 'q4_1' else 32
        rows = np.arange(len(x))
        low, high = x[rows, np.argmin(x, axis=1)], x[rows, np.argmax(x, axis=1)]
        d = (high - low) / F(n - 1)
        scaled = np.where(inverse(d)[:, None] == 0, F(0), (x - low[:, None]) * inverse(d)[:, None])
        codes = np.minimum(n - 1, np.trunc(scaled + F(0.5))).astype(int)
        return np.hstack([halves(d), halves(low), pack32(codes, n == 32)])
    if name == 'q8_0':
        d = np.abs(x).max(axis=1) / F(127)
        v = (x * inverse(d)[:, None]).astype(np.float64)
        codes = (np.sign(v) * np.floor(np.abs(v) + 0.5)).astype(np.int8)  # exact in float64
        return np.hstack([halves(d), codes.view(np.uint8)])
    if name in ('tq1_0', 'tq2_0'):
        d = np.abs(x).max(axis=1)
        v = (x * inverse(d)[:, None]).astype(np.float64)
        codes = (np.sign(v) * np.floor(np.abs(v) + 0.5)).astype(int) + 1
        rows = []
        for c in codes:
            if name == 'tq2_0':
                row = [sum(c[128 * n + m + 32 * k] << 2 * k for k in range(4)) for n in range(2) for m in range(32)]
            else:
                numbers = [sum(c[m + 32 * k] * 3**(4 - k) for k in range(5)) for m in range(32)]
                numbers += [sum(c[160 + m + 16 * k] * 3**(4 - k) for k in range(5)) for m in range(16)]
                numbers += [sum(c[240 + m + 4 * k] * 3**(4 - k) for k in range(4)) for m in range(4)]
                row = [-(-n * 256 // 243) for n in numbers]
            rows.append(row)
        return np.hstack([np.array(rows, np.uint8), halves(d)])
    if name == 'mxfp4':
        largest = np.abs(x).max(axis=1).astype(np.float64)
        e = np.maximum(0, np.frexp(largest)[1] - 1 - 2 + 127) * (largest > 0)
        scaled = x.astype(np.float64) / 2.0**(e - 128)[:, None]
        codes = np.argmin(np.abs(scaled[:, :, None] - np.array(FP4)), axis=2)  # the first of equals
        return np.hstack([e.astype(np.uint8)[:, None], pack32(codes)])
    raise KeyError(name)


# ---- The searches of ggml's quantize_row_*_ref: what they reconstruct ----


def nearest(v, low, high):
    return np.clip(np.rint(v), low, high)


def store_half(v):
    return np.asarray(v, F).astype(np.float16).astype(F)


def signed_steps(x, n, weight, tries):
    """make_qx_quants: steps from (n + 0.1·k)/extreme, the one of the most weighted gain."""
    e = extreme(x)[:, None]
    best, step = np.full(len(x), -1.0), np.zeros(len(x))
    for k in tries:
        l = nearest(-F(n + 0.1 * k) / e * x, -n, n - 1).astype(np.float64)
        lx, ll = (weight * x * l).sum(1), (weight * l * l).sum(1)
        better = (ll > 0) & ((k == 0) | (lx * lx > best * ll))
        step = np.where(better, lx / ll, step)
        best = np.where(better, lx * lx / ll, best)
    return np.where(np.abs(e[:, 0]) < 1e-15, 0, step).astype(F)


def q3_steps(x):
    """make_q3_quants: from −4/extreme, codes moved one at a time while the weighted gain grows."""
    e = extreme(x)[:, None]
    xd, w = x.astype(np.float64), x.astype(np.float64)**2
    l = nearest(F(-4) / e * x, -4, 3).astype(np.float64)
    lx, ll = (w * xd * l).sum(1), (w * l * l).sum(1)
    for _ in range(5):
        for i in range(x.shape[1]):
            wi, xi, li = w[:, i], xd[:, i], l[:, i]
            slx, sll = lx - wi * xi * li, ll - wi * li * li
            new = nearest(xi * sll / slx, -4, 3)
            nlx, nll = slx + wi * xi * new, sll + wi * new * new
            move = (slx > 0) & (new != li) & (nll > 0) & (nlx * nlx * ll > lx * lx * nll)
            l[:, i] = np.where(move, new, li)
            lx, ll = np.where(move, nlx, lx), np.where(move, nll, ll)
    return np.where((np.abs(e[:, 0]) >= 1e-15) & (ll > 0), lx / ll, 0).astype(F)


def affine_steps(x, n, w, first, delta, count, mad):
    """make_qkx2_quants: step and −offset, the offset at most 0, of the least weighted error."""
    w, xd = w.astype(np.float64), x.astype(np.float64)
    least, most = np.minimum(x.min(1), 0), x.max(1)
    span = (most - least)[:, None]
    size = np.abs if mad else np.square

    def error(scale, low, l):
        return (w * size(scale[:, None] * l + low[:, None] - xd)).sum(1)

    scale, low = (span[:, 0] / n).astype(np.float64), least.astype(np.float64)
    best = error(scale, low, nearest(F(n) / span * (x - least[:, None]), 0, n))
    sw, sx = w.sum(1), (w * xd).sum(1)
    for k in range(count + 1):
        l = nearest(F(first + delta * k + n) / span * (x - least[:, None]), 0, n).astype(np.float64)
        sl, sll, slx = (w * l).sum(1), (w * l * l).sum(1), (w * l * xd).sum(1)
        det = sw * sll - sl * sl
        a, b = (sw * slx - sx * sl) / det, (sll * sx - sl * slx) / det
        a, b = np.where(b > 0, slx / sll, a), np.where(b > 0, 0, b)
        now = error(a, b, l)
        better = (det > 0) & (now < best)
        scale, low, best = np.where(better, a, scale), np.where(better, b, low), np.where(better, now, best)
    flat = span[:, 0] == 0
    return np.where(flat, 0, scale).astype(F), np.where(flat, -least, -low).astype(F)


def search(name, x):
    """What the reference encoder's block decodes to."""
    if name == 'iq4_nl':
        errors = []
        for tries in (range(-7, 8), None):
            y = nonlinear(x.reshape(-1, 32), tries, None)
            errors.append((((y.ravel() - x.astype(np.float64))**2).mean(), y))
        return min(errors, key=lambda pair: pair[0])[1].ravel()
    blocks = x.reshape(-1, 256)
    part = 16 if name in ('q2_k', 'q3_k', 'q6_k') else 32
    x = blocks.reshape(-1, part)
    per = 256 // part
    if name == 'iq4_xs':
        return nonlinear(x, range(-7, 8), per).ravel()
    if name in ('q3_k', 'q6_k'):
        steps = (q3_steps(x) if name == 'q3_k' else signed_steps(x, 32, x.astype(np.float64)**2,
                                                                 [0] + [k for k in range(-9, 10) if k]))
        n, reach = (4, 32) if name == 'q3_k' else (32, 128)
        steps = steps.reshape(-1, per)
        iscale = F(-reach) / extreme(steps)[:, None]
        iscale = np.where(np.isfinite(iscale), iscale, F(0))
        d = store_half(np.where(iscale != 0, F(1) / iscale, 0))
        t = (d * nearest(iscale * steps, -reach, reach - 1)).astype(F).reshape(-1, 1)
        l = nearest(np.where(t != 0, x / t, -n if name == 'q3_k' else -n), -n, n - 1)
        return (t * l.astype(F)).ravel()
    n, reach = {'q2_k': (3, 15), 'q4_k': (15, 63), 'q5_k': (31, 63)}[name]
    if name == 'q2_k':
        a, b = affine_steps(x, 3, np.abs(x), -0.5, 0.1, 15, True)
    else:
        w = np.sqrt((x.astype(np.float64)**2).mean(1))[:, None] + np.abs(x)
        a, b = affine_steps(x, n, w, -1.0 if name == 'q4_k' else -0.5, 0.1, 20 if name == 'q4_k' else 15, False)
    a, b = a.reshape(-1, per), b.reshape(-1, per)

    def halve(v):
        most = np.maximum(v.max(1, keepdims=True), 0)
        whole = np.where(most > 0, nearest(F(reach) / most * v, 0, reach), 0).astype(F)
        return store_half(most / F(reach)) * whole

    t, m = halve(a).reshape(-1, 1), halve(b).reshape(-1, 1)
    l = nearest(np.where(t != 0, (x + m) / t, 0), 0, n).astype(F)
    return (t * l - m).ravel()


def nonlinear(x, tries, per):
    """quantize_row_iq4_nl_impl: steps from (k − 127)/extreme by the gain weighted with x²."""
    levels = np.array(KVALUES, np.float64)
    middles = (levels[1:] + levels[:-1]) / 2
    e = extreme(x).astype(np.float64)[:, None]
    xd = x.astype(np.float64)
    w = xd**2
    level = lambda v: levels[np.searchsorted(middles, v, side='right')]
    candidates = [(127 if tries else -127) / e] + [(k - 127) / e for k in tries or []]
    step, best = np.zeros(len(x)), np.full(len(x), -np.inf)
    for k, inv in enumerate(candidates):
        q = level(inv * xd)
        qx, qq = (w * q * xd).sum(1), (w * q * q).sum(1)
        better = (qq > 0) & ((k == 0) | (qx * qx > best * qq))
        step, best = np.where(better, qx / qq, step), np.where(better, qx * qx / qq, best)
    step = np.where(np.abs(e[:, 0]) < 1e-15, 0, step).astype(F)
    if per is None:
        inv = np.where(step != 0, 1 / step, 0)[:, None]
        return store_half(step)[:, None] * level(inv * xd).astype(F)
    step = step.reshape(-1, per)
    d = -extreme(step)[:, None] / F(32)
    l = nearest(np.where(d != 0, step / d, 0), -32, 31)
    t = (d * l).reshape(-1, 1)
    stored = (store_half(d) * l).astype(F).reshape(-1, 1)
    return stored * level(np.where(t != 0, xd / t, 0)).astype(F)


# ---- The table ----

EXACT = ['q4_0', 'q4_1', 'q5_0', 'q5_1', 'q8_0', 'tq1_0', 'tq2_0', 'mxfp4']
SEARCHED = ['q2_k', 'q3_k', 'q4_k', 'q5_k', 'q6_k', 'iq4_nl', 'iq4_xs']


def fnv(data):
    """FNV-1a, 64 bits."""
    h = 0xCBF29CE484222325
    for byte in bytes(data):
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def float_bits(x):
    b = x.astype('<f4').view('<u4')
    return np.where(np.isnan(x), np.uint32(0x7FC00000), b)


HOSTILE = [  # the weights of a block, repeated
    ('zeros', [0.0]),
    ('minus zero first', [-0.0, 0.0]),
    ('plus zero first', [0.0, -0.0, -0.0]),
    ('equal', [0.3]),
    ('equal, negative', [-2.5]),
    ('a tie, plus first', [1.0, -1.0, 0.25, -0.5]),
    ('a tie, minus first', [-1.0, 1.0, 0.25, -0.5]),
    ('largest', [3.4028234663852886e38, -3.4028234663852886e38, 1.0]),
    ('largest of one sign', [3.4028234663852886e38, 1e38, 1.0]),
    ('overflows a half', [1e6, -3e5, 2.0]),
    ('subnormal', [1.401298464324817e-45, -1e-40, 3e-41]),
    ('reciprocal just finite', [5e-38, -4e-38, 1e-38]),
    ('halves of a step', [127.0, 0.5, 1.5, -0.5, -2.5, 0.49999997, -126.5, 3.5]),
    ('an outlier', [0.01, -0.02, 0.015, 0.005] * 7 + [0.01, 20.0, -0.01, 0.02]),
    ('halfway of FP4', [4.0, 0.25, 0.75, -1.25, 1.75, -2.5, 3.5, -5.0, -0.25, 5.0, 6.0, -7.9]),
]


def hostile(values, n):
    return np.array([values[i % len(values)] for i in range(n)], F)


def main():
    print('#pragma once')
    print('// Written by tests/reference/blocks.py, which says the source; not by hand.')
    print('#include <cstdint>\n')
    print('namespace golden {\n')
    print('// Blocks of bytes; the FNV-1a hash of the float32 bits they decode to, NaN as 7FC00000, and every 17th.')
    print('struct Decoded {\n  const char* format;\n  const char* bytes;\n  std::uint64_t hash;\n'
          '  std::uint32_t values[16];\n};')
    print('inline constexpr Decoded kDecoded[] = {')
    for name, (weights, size) in BLOCK.items():
        r = Random(1000 + size)
        for kind in range(4):
            b = [r.byte() for _ in range(size)]
            if kind:  # scales of ordinary size, and at last an infinite one; any bytes at first
                for at in {'q2_k': [80, 82], 'q3_k': [108], 'q6_k': [208], 'tq1_0': [52], 'tq2_0': [64], 'mxfp4': [],
                           'q4_1': [0, 2], 'q5_1': [0, 2], 'q4_k': [0, 2], 'q5_k': [0, 2]}.get(name, [0]):
                    b[at + 1] = 0x7C if kind == 3 else b[at + 1] & 0x80 | 0x20 | b[at + 1] & 15
                    if kind == 3:
                        b[at] = 0
            y = decode(name, b)
            assert len(y) == weights
            shown = ', '.join(f'0x{v:X}' for v in float_bits(y)[::17])
            print(f'    {{"{name}", "{bytes(b).hex()}", 0x{fnv(float_bits(y).tobytes()):X},\n     {{{shown}}}}},')
    print('};\n')
    print('// A block of each hostile kind: its weights\' bits, repeated to the length, and the bytes.')
    print('struct Hostile {\n  const char* kind;\n  int count;\n  std::uint32_t weights[32];\n};')
    print('inline constexpr Hostile kHostile[] = {')
    for kind, values in HOSTILE:
        shown = ', '.join(f'0x{v:X}' for v in np.array(values, F).view(np.uint32))
        print(f'    {{"{kind}", {len(values)}, {{{shown}}}}},')
    print('};')
    print('// In the order of kHostile, one format after another.')
    print('struct Encoded {\n  const char* format;\n  const char* bytes[%d];\n};' % len(HOSTILE))
    print('inline constexpr Encoded kEncodedHostile[] = {')
    for name in EXACT:
        rows = [bytes(encode(name, hostile(v, BLOCK[name][0])).ravel()).hex() for _, v in HOSTILE]
        print(f'    {{"{name}",\n     {{' + ',\n      '.join(f'"{row}"' for row in rows) + '}},')
    print('};\n')
    print('// The hash of the bytes of whole tensors.')
    print('struct Whole {\n  const char* format;\n  const char* tensor;\n  std::uint64_t hash;\n};')
    print('inline constexpr Whole kEncoded[] = {')
    tensors = {name: tensor(name) for name in TENSORS}
    for name in EXACT:
        for what, x in tensors.items():
            print(f'    {{"{name}", "{what}", 0x{fnv(encode(name, x).tobytes()):X}}},')
    print('};\n')
    print('// The mean square error of ggml\'s reference search.')
    print('struct Searched {\n  const char* format;\n  const char* tensor;\n  double mse;\n};')
    print('inline constexpr Searched kSearched[] = {')
    for name in SEARCHED:
        for what, x in tensors.items():
            mse = ((search(name, x).astype(np.float64) - x)**2).mean()
            print(f'    {{"{name}", "{what}", {mse:.9g}}},')
    print('};\n')
    print('}  // namespace golden')


if __name__ == '__main__':
    main()
