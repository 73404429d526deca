#!/usr/bin/env python3
"""Golden vectors of the formats with scales in blocks, with NumPy, from their public definitions alone.

  python3 tests/reference/zoo_golden.py > tests/reference/zoo_golden.h

Sources:
  mx*         OCP Microscaling Formats (MX) Specification v1.0: the elements of section 5.3, E8M0 of 5.4, and the
              conversion of 6.3, X = 2^(floor(log2 max|v|) - emax), elements to nearest even and saturated.
  mxfp8       elements of OCP 8-bit Floating Point Specification (OFP8) 1.0.
  *-ceil      the same with the least power of two under which nothing is clipped.
  nvfp4       NVIDIA, "Pretraining Large Language Models with NVFP4", arXiv 2509.25149: blocks of 16, an E4M3 scale
              amax/6 over the tensor's amax/(6*448), to nearest even.
  nf4         Dettmers et al., "QLoRA", arXiv 2305.14314: the levels of appendix E, blocks of 64, scale absmax; a weight
              times the float32 reciprocal of the scale, as in bitsandbytes.
  nf4-double  its double quantization as bitsandbytes has it, once codes are chosen under the absmax (quantize_4bit,
              compress_statistics): the scales less their mean, blocks of 256 of them over their absmax, each the
              nearest of create_dynamic_map(signed=True, max_exponent_bits=7, total_bits=8).

Values are worked in float64, where all of them are exact but for one quotient and one product, which are rounded to
float32 where the definition stores or divides float32. Where a choice hangs on rounding, the script stops.
"""
import math
from fractions import Fraction

import numpy as np

F = np.float32


def bits(x):
    return [int(b) for b in np.asarray(x, F).view(np.uint32)]


# ---- Elements: values of the codes without sign, and how many codes there are in all ----


def minifloat(exponent_bits, mantissa_bits, bias, finite):
    steps = 1 << mantissa_bits
    values = []
    for code in range(finite):
        e, m = divmod(code, steps)
        values.append(math.ldexp(m if e == 0 else steps + m, max(e, 1) - bias - mantissa_bits))
    return values


E4M3 = minifloat(4, 3, 7, 127)  # 127 is NaN
E5M2 = minifloat(5, 2, 15, 124)  # 124 is infinity
E3M2 = minifloat(3, 2, 3, 32)
E2M3 = minifloat(2, 3, 1, 32)
E2M1 = minifloat(2, 1, 1, 8)
assert (E4M3[-1], E5M2[-1], E3M2[-1], E2M3[-1], E2M1) == (448, 57344, 28, 7.5, [0, .5, 1, 1.5, 2, 3, 4, 6])


def nearest_even(values, a):
    """The code of the nearest value, a tie to the even code, beyond the last the last."""
    a = min(a, values[-1])
    return min(range(len(values)), key=lambda k: (abs(Fraction(values[k]) - Fraction(a)), k % 2))


def signed(code, negative, sign):
    """A zero's sign is not kept: it has one level."""
    return code | sign if negative and code else code


# ---- Weights ----


class Random:
    """Knuth's 64-bit linear congruential generator; its top 16 bits."""

    def __init__(self, seed):
        self.state = seed

    def normal(self):
        total = -6 * 65535
        for _ in range(12):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
            total += self.state >> 48
        return total / 65536


def mx_weights():
    r = Random(1)
    ties = [k / 8 for k in range(-16, 16)]
    ties[0], ties[31] = -7, 3.5
    outlier = [r.normal() for _ in range(32)]
    outlier[11] = -1000.0
    tops = [448, 464, 480, 57344, 61440, 65535, 28, 30, 7.5, 7.75, 6, 7, 5, 3.5, 1.75, .75]  # ends, and ties beyond
    blocks = [
        [r.normal() for _ in range(32)],
        ties,
        outlier,
        [math.ldexp(t, -k) * (-1) ** k for k, t in enumerate(tops + tops[::-1])],
        [4.0] + [4 - k * 2**-5 for k in range(31)],  # the largest a power of two
        [float(np.nextafter(F(4), F(0)))] + [k / 8 - 2 for k in range(31)],  # and a float32 below it
        [0.0] * 32,
        [math.ldexp(k - 11, -149) for k in range(32)],  # denormal
        [math.ldexp(r.normal(), 124) for _ in range(32)],
        [-0.3] * 32,
        [1.0, -0.0] + [math.ldexp(1, -k) for k in range(30)],
    ]
    x = np.array(sum(blocks, []), F)
    return np.concatenate([x, F([r.normal() for _ in range(5)])])  # a last block that is short


def nv_weights():
    """The largest 2688 t with t = 3/1024, so that all scales are exact."""
    t, r = 3 / 1024, Random(2)
    blocks = [
        [2688 * t] + [t * 448 * k / 8 for k in range(15)],  # ties of E2M1 under the scale 448
        [-6 * 17 * t] + [r.normal() * .1 for _ in range(15)],  # 17 lies half-way between 16 and 18
        [6 * 19 * t] + [t * 20 * (k - 8) / 4 for k in range(15)],  # 19 between 18 and 20
        [6 * 2**-10 * t] + [2**-13 * t] * 15,  # half the least E4M3: a tie to zero
        [6 * 1.5 * 2**-9 * t] + [t * k * 2**-10 for k in range(15)],  # between 1 and 2 of its least
        [0.0] * 16,
        [r.normal() for _ in range(16)],
        [r.normal() * 2**-6 for _ in range(16)],
        [-0.2] * 7,
    ]
    return np.array(sum(blocks, []), F)


def nf_weights(blocks):
    r = Random(3)
    x = [r.normal() * 2.0 ** (b % 7 - 3) for b in range(blocks) for _ in range(64)]
    x[64 * 2:64 * 3] = [0.0] * 64
    x[64 * 3 + 5] = 1000.0
    return np.array(x + [0.25, -0.5, 0.125], F)


# ---- Formats: (scale, code, value) of each weight ----


def parts(x, size):
    return [x[i:i + size].astype(np.float64) for i in range(0, len(x), size)]


def mx(x, values, emax, ceil=False, whole=False):
    scales, codes, q = [], [], []
    for block in parts(x, 32):
        amax = max(map(abs, block))
        e = math.frexp(amax)[1] - 1 - emax if amax else -127
        if ceil and amax and math.ldexp(values[-1], e) < amax:
            e += 1
        e = min(max(e, -127), 127)
        scales.append(math.ldexp(1, e) if amax else 0)
        for v in block:
            place = math.ldexp(v, -e)
            code = nearest_even(values, abs(place))
            value = math.copysign(math.ldexp(values[code], e), v) + 0.0
            assert Fraction(value) == Fraction(float(F(value))), 'rounded'
            codes.append((-code if v < 0 else code) & 255 if whole else signed(code, v < 0, sign_bit(values)))
            q.append(value if code else 0)
    return scales, codes, q


def sign_bit(values):
    return 1 << (len(values) - 1).bit_length()


def nvfp4(x):
    unit = max(map(abs, x.astype(np.float64))) / (6 * 448)
    assert unit == float(F(unit))
    scales, codes, q = [], [], []
    for block in parts(x, 16):
        ideal = max(map(abs, block)) / 6 / unit
        here = nearest_even(E4M3, ideal)
        for near in (ideal * (1 - 2**-21), ideal * (1 + 2**-21)):
            # An exact tie or a clear choice.
            assert nearest_even(E4M3, near) == here or Fraction(ideal).denominator < 2**20, ideal
        scale = E4M3[here] * unit
        scales.append(scale)
        for v in block:
            place = abs(v) / scale if scale else 0
            code = nearest_even(E2M1, place)
            codes.append(signed(code, v < 0, 8))
            q.append(math.copysign(E2M1[code] * scale, v) if code else 0)
    assert all(Fraction(v) == Fraction(float(F(v))) for v in q), 'rounded'
    return scales, codes, q


NF4 = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
       -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
       0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0]


def normal_float(x, chosen, scales):
    codes, q = [], []
    for block, own, scale in zip(parts(x, 64), chosen, scales):
        for v in block:
            place = float(F(v) * (F(1) / own)) if own else 0
            off = sorted(abs(place - level) for level in NF4)
            assert off[1] - off[0] > 1e-6, 'nearly a tie'
            code = min(range(16), key=lambda k: abs(place - NF4[k]))
            codes.append(code)
            q.append(F(NF4[code]) * F(scale) + F(0))
    return [float(s) for s in scales], codes, q


def absmax(x):
    return [F(max(map(abs, block))) for block in parts(x, 64)]


def dynamic_map():
    data = [Fraction(0), Fraction(1)]
    for k in range(7):
        n = 2**k
        for i in range(n):
            middle = Fraction(1, 10) + Fraction(9, 10) * Fraction(2 * i + 1, 2 * n)
            data += [middle * Fraction(10)**(k - 6), -middle * Fraction(10)**(k - 6)]
    return [float(F(float(v))) for v in sorted(data)]


def double_quantized(scales):
    levels, out = dynamic_map(), []
    mean = F(float(sum(Fraction(float(s)) for s in scales) / len(scales)))
    for begin in range(0, len(scales), 256):
        rest = [F(s - mean) for s in scales[begin:begin + 256]]
        most = max(map(abs, rest))
        for value in rest:
            place = float(value) / float(most)
            off = sorted(abs(place - level) for level in levels)
            assert off[1] - off[0] > 1e-7, 'nearly a tie'
            level = min(levels, key=lambda y: abs(place - y))
            out.append(max(F(F(F(level) * most) + mean), F(0)))
    return out


# ---- The header ----


def words(values, digits):
    return ', '.join(f'0x{v:0{digits}x}' for v in values)


def fnv1a(values):
    h = 0xCBF29CE484222325
    for byte in np.asarray(values, F).tobytes():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def array(name, kind, values, digits):
    rows = [words(values[i:i + 12], digits) for i in range(0, len(values), 12)]
    print(f'inline constexpr std::{kind} {name}[] = {{\n    ' + ',\n    '.join(rows) + '};')


INT8 = [k / 64 for k in range(128)]
mx_x, nv_x, nf_x = mx_weights(), nv_weights(), nf_weights(5)
FORMATS = [
    ('mxfp8-e4m3', 'e8m0', 'mx', mx(mx_x, E4M3, 8)), ('mxfp8-e4m3', 'e8m0-ceil', 'mx', mx(mx_x, E4M3, 8, True)),
    ('mxfp8-e5m2', 'e8m0', 'mx', mx(mx_x, E5M2, 15)), ('mxfp8-e5m2', 'e8m0-ceil', 'mx', mx(mx_x, E5M2, 15, True)),
    ('mxfp6-e3m2', 'e8m0', 'mx', mx(mx_x, E3M2, 4)), ('mxfp6-e3m2', 'e8m0-ceil', 'mx', mx(mx_x, E3M2, 4, True)),
    ('mxfp6-e2m3', 'e8m0', 'mx', mx(mx_x, E2M3, 2)), ('mxfp6-e2m3', 'e8m0-ceil', 'mx', mx(mx_x, E2M3, 2, True)),
    ('mxfp4', 'e8m0', 'mx', mx(mx_x, E2M1, 2)), ('mxfp4', 'e8m0-ceil', 'mx', mx(mx_x, E2M1, 2, True)),
    ('mxint8', 'e8m0', 'mx', mx(mx_x, INT8, 0, whole=True)),
    ('mxint8', 'e8m0-ceil', 'mx', mx(mx_x, INT8, 0, True, True)),
    ('nvfp4', 'e4m3', 'nv', nvfp4(nv_x)),
    ('nf4', 'float32', 'nf', normal_float(nf_x, absmax(nf_x), absmax(nf_x))),
    ('nf4-double', 'nested', 'nf', normal_float(nf_x, absmax(nf_x), double_quantized(absmax(nf_x)))),
]

print('#pragma once')
print('// Written by tests/reference/zoo_golden.py, which names the sources. Floats are their bits.')
print('// clang-format off')
print('#include <cstdint>\n#include <span>\n#include <string_view>\n')
print('namespace zoo_golden {\n')
for name, x in (('mx', mx_x), ('nv', nv_x), ('nf', nf_x)):
    array(f'k_{name}', 'uint32_t', bits(x), 8)
rows = []
for number, (name, scale, x, (scales, codes, q)) in enumerate(FORMATS):
    array(f'kScales{number}', 'uint32_t', bits(scales), 8)
    array(f'kCodes{number}', 'uint8_t', codes, 2)
    rows.append(f'    {{"{name}", "{scale}", k_{x}, kScales{number}, kCodes{number}, 0x{fnv1a(q):016x}u}},')
print('\n// A format, how its scales are stored, weights, the scale of each block, the code of each weight as its standard')
print('// has it, and the FNV-1a hash of their values.')
print('struct Row {\n  std::string_view format, scale;\n  std::span<const std::uint32_t> x, scales;')
print('  std::span<const std::uint8_t> codes;\n  std::uint64_t values;\n};')
print('inline constexpr Row kRows[] = {\n' + '\n'.join(rows) + '\n};\n')
print('}  // namespace zoo_golden')
