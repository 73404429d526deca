"""Formats with levels, codes and scales of their own in NumPy, from their public definitions and not from the core's code.

Each is a function of the flat float32 weights that gives Q, the codes (numbered from the lowest level), the scale of
each weight, and what is stored. Weights that are not finite do not choose a scale; NaN becomes 0, ±∞ the end levels, in
GGUF's blocks both what a 0 in their place would become.

Sources: OCP Microscaling v1.0, OFP8 1.0; NVIDIA, arXiv 2509.25149 (NVFP4); Dettmers et al., arXiv 2305.14314 (NF4); Ma et
al., arXiv 2402.17764 (ternary); ggml's quantize_row_q*_ref (ggml-quants.c).
"""
import math

import numpy as np

from definitions import F32, db, segments, statistics

NF4 = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
       -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
       0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0]


def minifloat(exponent_bits, mantissa_bits, top):
    """All finite values, rising, zero once."""
    bias, steps, values = 2 ** (exponent_bits - 1) - 1, 2 ** mantissa_bits, []
    for code in range(2 ** (exponent_bits + mantissa_bits)):
        e, m = divmod(code, steps)
        values.append(math.ldexp(m if e == 0 else steps + m, max(e, 1) - bias - mantissa_bits))
    values = [v for v in values if v <= top]
    assert values[-1] == top
    return np.array([-v for v in reversed(values[1:])] + values)


E4M3, E5M2, E2M1 = minifloat(4, 3, 448), minifloat(5, 2, 57344), minifloat(2, 1, 6)
E3M2, E2M3, INT8 = minifloat(3, 2, 28), minifloat(2, 3, 7.5), np.arange(-127, 128) / 64


def nearest(levels, place):
    """The index of the nearest level; a tie to the level an even number of levels from zero."""
    middles = (levels[1:] + levels[:-1]) / 2
    above = np.searchsorted(middles, place, side='right')
    zero = len(levels) // 2
    tie = (above > 0) & (middles[np.maximum(above, 1) - 1] == place)
    return np.where(tie & ((above - zero) % 2 != 0), above - 1, above)


class Result:
    def __init__(self, q, k, scale, levels, bits, scales, top=None):
        self.q, self.k, self.scale, self.levels = q, k, scale, levels
        self.bits, self.scales = bits, scales  # all that is stored; how many scales
        self.top = top  # of the levels: what is beyond it and the scale is overload; None where nothing is


def blocks_of(count, size):
    return np.arange(count) // size


def of_blocks(x, owner, measure):
    """measure(finite weights) of each block."""
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    parts = np.split(x, starts[1:])
    return np.array([measure(p[np.isfinite(p)].astype(np.float64)) for p in parts])


def absmax(part):
    return np.abs(part).max(initial=0)


def absmean(part):
    return np.abs(part).mean() if part.size else 0


def floor_log2(value):
    return math.frexp(value)[1] - 1


def power_scales(reach, top, ceil):
    def scale(r):
        if r == 0:
            return 0.0
        e = floor_log2(r) - floor_log2(top)
        if ceil and top * 2.0 ** e < r:
            e += 1
        return 2.0 ** min(max(e, -127), 127)
    return np.array([scale(r) for r in reach]).astype(F32)


def nvidia_scales(reach, top):
    ideal = (reach / top).astype(F32)
    unit = ideal.max() / F32(448)
    return (E4M3[nearest(E4M3, (ideal / unit).astype(F32).astype(np.float64))].astype(F32) * unit).astype(F32)


def leveled(x, levels, owner, how, code_bits, measure=absmax, reciprocal=False):
    """Levels under a scale for each block."""
    levels = np.asarray(levels, np.float64)
    reach, top = of_blocks(x, owner, measure), np.abs(levels).max()
    n = len(reach)
    if how == 'float32':
        scales, stored = (reach / top).astype(F32), 32 * n
    elif how == 'float16':
        # The nearest half of the float32 scale, but no zero for a range above zero.
        half = (reach / top).astype(F32).astype(np.float16).astype(F32)
        scales, stored = np.where(reach > 0, np.maximum(half, F32(2.0 ** -24)), F32(0)), 16 * n
    elif how == 'e4m3':
        scales, stored = nvidia_scales(reach, top), 8 * n + 32
    else:
        scales, stored = power_scales(reach, top, how == 'e8m0-ceil'), 8 * n
    scale = scales[owner]
    with np.errstate(divide='ignore', invalid='ignore', over='ignore'):
        place = np.where(scale > 0, x * (F32(1) / scale) if reciprocal else x / scale, F32(0)).astype(F32)
    place[np.isnan(place)] = 0
    k = nearest(levels, place.astype(np.float64))
    q = (levels[k].astype(F32) * scale).astype(F32)
    q[np.isnan(x)] = 0
    return Result(q, k, scale, levels, code_bits * x.size + stored, n, None if how == 'float32' and measure is absmax else top)


def in_whole_blocks(x):
    y = np.where(np.isfinite(x), x, F32(0)).astype(F32)
    return np.concatenate([y, np.zeros(-x.size % 32, F32)]).reshape(-1, 32)


def finish(x, q, k, scale, levels, block_bytes):
    n, blocks = x.size, len(scale)
    q = q.astype(F32).reshape(-1)[:n].copy()
    q[np.isnan(x)] = 0
    return Result(q, k.reshape(-1)[:n].astype(np.int64), np.repeat(scale, 32)[:n], levels, 8 * block_bytes * blocks, blocks)


def inverse(d):
    return np.divide(F32(1), d, out=np.zeros_like(d), where=d != 0)


def q4_0(x):
    b = in_whole_blocks(x)
    extreme = b[np.arange(len(b)), np.abs(b).argmax(1)]
    d = (extreme / F32(-8)).astype(F32)
    k = np.minimum(15, np.trunc(b * inverse(d)[:, None] + F32(8.5)))
    half = d.astype(np.float16).astype(F32)
    return finish(x, (k - 8).astype(F32) * half[:, None], k, np.abs(half), np.arange(-8.0, 8), 18)


def q4_1(x):
    b = in_whole_blocks(x)
    low = b.min(1)
    d = ((b.max(1) - low) / F32(15)).astype(F32)
    k = np.minimum(15, np.trunc((b - low[:, None]) * inverse(d)[:, None] + F32(0.5))).astype(F32)
    half, least = d.astype(np.float16).astype(F32), low.astype(np.float16).astype(F32)
    return finish(x, k * half[:, None] + least[:, None], k, half, np.arange(0.0, 16), 20)


def q8_0(x):
    b = in_whole_blocks(x)
    d = (np.abs(b).max(1) / F32(127)).astype(F32)
    place = b * inverse(d)[:, None]
    # C's roundf: half away from zero.
    whole = np.trunc(place)
    k = whole + np.where(np.abs(place - whole) >= 0.5, np.sign(place), F32(0))
    half = d.astype(np.float16).astype(F32)
    return finish(x, k.astype(F32) * half[:, None], k + 128, half, np.arange(-128.0, 128), 34)


def segments_of(tensor, granularity):
    return segments(tensor.shape, tensor.x.size, granularity)


# What the command is asked, and the weights worked by definition.
FORMATS = {
    'nf4': ([], lambda t: leveled(t.x, NF4, blocks_of(t.x.size, 64), 'float32', 4, reciprocal=True)),
    'nf4 in groups': (['--format', 'nf4', '--granularity', 'group:48', '--scale-type', 'float16'],
                      lambda t: leveled(t.x, NF4, segments_of(t, 'group:48'), 'float16', 4, reciprocal=True)),
    'e4m3': ([], lambda t: leveled(t.x, E4M3, segments_of(t, 'tensor'), 'float32', 8)),
    'e5m2': ([], lambda t: leveled(t.x, E5M2, segments_of(t, 'tensor'), 'float32', 8)),
    'e2m1': ([], lambda t: leveled(t.x, E2M1, segments_of(t, 'tensor'), 'float32', 4)),
    'e2m1 in channels': (['--format', 'e2m1', '--granularity', 'channel', '--scale-type', 'float16'],
                         lambda t: leveled(t.x, E2M1, segments_of(t, 'channel'), 'float16', 4)),
    'ternary': ([], lambda t: leveled(t.x, [-1, 0, 1], segments_of(t, 'tensor'), 'float32', 1.6, absmean)),
    'mxfp8-e4m3': ([], lambda t: leveled(t.x, E4M3, blocks_of(t.x.size, 32), 'e8m0', 8)),
    'mxfp8-e5m2': ([], lambda t: leveled(t.x, E5M2, blocks_of(t.x.size, 32), 'e8m0', 8)),
    'mxfp6-e3m2': ([], lambda t: leveled(t.x, E3M2, blocks_of(t.x.size, 32), 'e8m0', 6)),
    'mxfp6-e2m3': ([], lambda t: leveled(t.x, E2M3, blocks_of(t.x.size, 32), 'e8m0', 6)),
    'mxfp4': ([], lambda t: leveled(t.x, E2M1, blocks_of(t.x.size, 32), 'e8m0', 4)),
    'mxfp4 ceil': (['--format', 'mxfp4', '--scale-type', 'e8m0-ceil'],
                   lambda t: leveled(t.x, E2M1, blocks_of(t.x.size, 32), 'e8m0-ceil', 4)),
    'mxint8': ([], lambda t: leveled(t.x, INT8, blocks_of(t.x.size, 32), 'e8m0', 8)),
    'nvfp4': ([], lambda t: leveled(t.x, E2M1, blocks_of(t.x.size, 16), 'e4m3', 4)),
    'q4_0': ([], lambda t: q4_0(t.x)),
    'q4_1': ([], lambda t: q4_1(t.x)),
    'q8_0': ([], lambda t: q8_0(t.x)),
}


def expected(tensor, z, codec):
    """What the Report must say."""
    finite = np.isfinite(tensor.x)
    x, q, k, scale = (a[finite] for a in (tensor.x, z.q, z.k, z.scale))
    x, q, scale = x.astype(np.float64), q.astype(np.float64), scale.astype(np.float64)
    n, size = x - q, np.abs(x - q)
    power, mse = np.mean(x * x), np.mean(n * n)
    counts = np.bincount(k, minlength=len(z.levels))
    p = counts[counts > 0] / counts.sum()
    # Each cell errs as a uniform one of its width; an outer cell counts as symmetric about its level.
    levels = z.levels
    middles = (levels[1:] + levels[:-1]) / 2
    widths = np.concatenate([[2 * (middles[0] - levels[0])], np.diff(middles), [2 * (levels[-1] - middles[-1])]])
    predicted = np.mean(scale ** 2) * np.sum(counts / counts.sum() * widths ** 2) / 12
    outside = np.abs(x) > (z.top * scale).astype(F32) if z.top else np.zeros(x.size, bool)
    return {
        'tensor': statistics(tensor),
        'quantizer': {'step': None, 'scales': z.scales, 'levels': len(levels),
                      'bits_per_weight': z.bits / tensor.x.size, 'bytes': math.ceil(z.bits / 8 - 1e-9)},
        'noise': {
            'mse': mse, 'exact': bool(np.all(n == 0)),
            'snr_db': db(power / mse) if mse > 0 and power > 0 else None,
            'max_error': size.max(), 'bound': None,
            'overload': None if codec else np.mean(outside),
            'overload_mse': None if codec else np.sum((n * n)[outside]) / x.size,
            'bias': n.mean(), 'variance': n.var(),
            'correlation': np.mean((n - n.mean()) * (x - x.mean())) / (n.std() * x.std())
            if n.std() > 0 and x.std() > 0 else None,
        },
        'entropy': {'bits': float(-np.sum(p * np.log2(p))), 'occupied_levels': len(p)},
        'prediction': {'mse': predicted if np.any(scale > 0) else None},
    }
