"""The golden numbers of tests/core/grids_test.cpp, from the definitions alone: exact fractions and float32 by struct.

The dynamic map is bitsandbytes' create_dynamic_map(signed=True, max_exponent_bits=7, total_bits=8), read as exact
numbers; a weight's code is the nearest level by the midpoint in float32, a tie to the even code (dQuantize in
csrc/kernels.cu). Scales lose their mean, then blocks of 256 are divided by their largest magnitude
(functional.py, quantize_4bit with compress_statistics).
"""
import struct
from fractions import Fraction


def f32(x):
    return struct.unpack('<f', struct.pack('<f', float(x)))[0]


def bits(x):
    return struct.unpack('<I', struct.pack('<f', x))[0]


def fnv1a(values):
    h = 0x811c9dc5
    for x in values:
        for byte in struct.pack('<f', x):
            h = (h ^ byte) * 0x01000193 % 2 ** 32
    return h


def dynamic_map():
    data = [Fraction(0), Fraction(1)]
    for k in range(7):
        n = 2 ** k
        bounds = [Fraction(1, 10) + Fraction(9, 10) * i / n for i in range(n + 1)]
        for a, b in zip(bounds, bounds[1:]):
            mean = (a + b) / 2 * Fraction(10) ** (k - 6)
            data += [mean, -mean]
    return [f32(x) for x in sorted(data)]


def code(levels, x):
    best = 0
    for k in range(1, len(levels)):
        middle = f32(f32(levels[k - 1] + levels[k]) * 0.5)
        if x > middle or (x == middle and k % 2 == 0):
            best = k
    return best


def scales(n):
    out = []
    for i in range(n):
        h = (i * 2654435761 + 12345) % 2 ** 32
        out.append((1 + (h >> 8) % 4096) / 65536 * (8 if i % 97 == 0 else 1))
    return out


def double_quantized(x, levels):
    mean = f32(sum(map(Fraction, x)) / len(x))
    out = []
    for begin in range(0, len(x), 256):
        rest = [f32(s - mean) for s in x[begin:begin + 256]]
        absmax = max(map(abs, rest))
        reciprocal = f32(1 / absmax)
        out += [f32(f32(levels[code(levels, f32(r * reciprocal))] * absmax) + mean) for r in rest]
    return out


levels = dynamic_map()
assert len(levels) == 256
print('map:', f'0x{fnv1a(levels):08x}', [levels[k] for k in (0, 64, 126, 127, 128, 129, 200, 254, 255)])
out = double_quantized(scales(600), levels)
print('scales:', f'0x{fnv1a(out):08x}', [out[i] for i in range(0, 600, 60)])
