"""The quantizers and the Report in NumPy float64, from the definitions alone and not from the core's code.

A `tensor` here has x (float32, flat, in row-major order) and shape.
"""
import math

import numpy as np

F32 = np.float32
# Mean square of the noise over Δ², and its largest size over Δ: uniform on ±½, on [0, 1), and stochastic
# rounding's mean of f(1 − f) over a uniform f. A uniform dither left in has that law too; a triangular one adds
# its variance of 1/6 to 1/12 (Lipshitz, Wannamaker & Vanderkooy 1992); taken off again, either leaves a uniform
# error (Schuchman 1964).
MEAN_SQUARE = {'nearest': 1 / 12, 'half-away': 1 / 12, 'floor': 1 / 3, 'stochastic': 1 / 6, 'dither-uniform': 1 / 6,
               'dither-triangular': 1 / 4, 'subtractive-uniform': 1 / 12, 'subtractive-triangular': 1 / 12}
BOUND = {'nearest': 0.5, 'half-away': 0.5, 'floor': 1, 'stochastic': 1, 'dither-uniform': 1,
         'dither-triangular': 1.5, 'subtractive-uniform': 0.5, 'subtractive-triangular': 0.5}


def mix32(h):
    """Wellons' lowbias32 of uint64s that hold 32 bits."""
    h = (h ^ h >> 16) * 0x7FEB352D & 0xFFFFFFFF
    h = (h ^ h >> 15) * 0x846CA68B & 0xFFFFFFFF
    return h ^ h >> 16


def dither(rounding, seed, count):
    """The dither of the first `count` weights, in steps: one or the sum of two uniforms on multiples of 2⁻²⁴."""
    mask = (1 << 64) - 1
    z = seed + 0x9E3779B97F4A7C15 & mask  # SplitMix64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    z ^= z >> 31
    first, second = np.uint64(z & 0xFFFFFFFF), np.uint64(z >> 32)
    h = mix32(mix32(np.arange(count, dtype=np.uint64) ^ first) + second & np.uint64(0xFFFFFFFF))
    d = (h >> 8) / 2.0 ** 24 - 0.5
    if rounding.endswith('triangular'):
        d += (mix32(h + first & np.uint64(0xFFFFFFFF)) >> 8) / 2.0 ** 24 - 0.5
    return d.astype(F32)


def float_step(ideal, most):
    """Δ as float32: never 0 for a range above 0, never so large that `most` steps overflow."""
    if ideal == 0:
        return F32(0)
    with np.errstate(over='ignore'):
        step = min(F32(ideal), np.finfo(F32).max, F32(float(np.finfo(F32).max) / most))
        step = max(step, F32(2.0 ** -149))
        while not np.isfinite(F32(most) * step):
            step = np.nextafter(step, F32(0))
    return step


class Scale:
    """One scale: Δ, the lowest and highest whole code, the offset of the levels, and the granular region."""

    def __init__(self, fmt, bits, low, high, rounding):
        self.range_low, self.range_high = float(low), float(high)
        self.spread(fmt, bits, float(low), float(high))
        if 'dither' in rounding or 'subtractive' in rounding:
            # No dither may push a weight off the codes: they reach half a step beyond their ends.
            room = (0.5 - (1 if rounding.endswith('triangular') else 0.5)) * (self.step > 0)
            low = F32((self.low + self.offset - room) * float(self.step))
            high = F32((self.high + self.offset + room) * float(self.step))
            # But for a millionth, which the rounding of the step may be.
            if float(low) - self.range_low > abs(self.range_low) * 2.0 ** -20:
                self.range_low = float(low)
            if self.range_high - float(high) > abs(self.range_high) * 2.0 ** -20:
                self.range_high = float(high)
            self.range_high = max(self.range_low, self.range_high)

    def spread(self, fmt, bits, low, high):
        r = max(-low, high)
        self.offset = 0.0
        if fmt == 'midrise' or bits == 1 and fmt == 'int':
            half = 2 ** (bits - 1)
            self.offset, self.low, self.high = 0.5, -half, half - 1
            # One bit of int is the sign: levels ±range.
            self.step = float_step(2 * r if fmt == 'int' else r / half, half - 0.5)
        elif fmt == 'int':
            top = 2 ** (bits - 1) - 1
            self.low, self.high = -top, top
            self.step = float_step(r / top, top)
        else:
            top = 2 ** bits - 1
            farther = 1
            # Neither end of the levels may overflow: a step held to that moves none of them out.
            for _ in range(2):
                self.step = float_step((high - low) / top, farther)
                zero = 0 if self.step == 0 else int(np.rint(F32(-low / float(self.step))))
                self.low = -min(max(zero, 0), top)
                self.high = top + self.low
                farther = max(-self.low, self.high)


def find_range(x, fmt, rule):
    """The granular region of these finite weights: a float32 of theirs, or in float64 as typed or interpolated."""
    if x.size == 0:
        return 0.0, 0.0
    if rule == 'absmax':
        if fmt != 'uint':
            r = np.abs(x).max()
            return -r, r
        return min(x.min(), F32(0)), max(x.max(), F32(0))
    if rule.startswith('percentile:'):
        p = float(rule.split(':')[1])
        wide = x.astype(np.float64)
        if fmt != 'uint':
            r = np.percentile(np.abs(wide), p)
            return -r, r
        low, high = np.percentile(wide, [(100 - p) / 2, 100 - (100 - p) / 2])
        return min(low, 0.0), max(high, 0.0)
    r = float(rule)
    if fmt != 'uint':
        return -r, r
    return (-r if x.min() < 0 else 0.0), (r if x.max() > 0 else 0.0)


def segments(shape, count, granularity):
    """For each weight the number of its scale."""
    if granularity == 'tensor' or count == 0:
        return np.zeros(count, np.int64)
    if granularity == 'channel':
        return np.arange(count) // (count // shape[0] if shape else count)
    size, row = int(granularity.split(':')[1]), shape[-1] if shape else count
    per_row = -(-row // size)
    place = np.arange(count)
    return place // row * per_row + place % row // size


def codes_of(x, step, offset, rounding, d):
    """Whole codes before clamping. x, step and the dither d: float32 arrays."""
    with np.errstate(divide='ignore', invalid='ignore'):
        q = np.where(step > 0, x / step, F32(0)).astype(F32)
    if d is not None:
        q = q + d
    if rounding == 'nearest' or d is not None:
        return np.floor(q) if offset else np.rint(q)
    if rounding == 'half-away':
        if offset:
            return np.where(q < 0, np.ceil(q) - 1, np.floor(q))
        whole = np.trunc(q)
        return whole + np.where(np.abs(q - whole) >= 0.5, np.sign(q), 0)
    return np.floor(q - F32(offset))


class Quantized:
    """Weights through a quantizer: per finite weight its scale's numbers, code and reconstruction."""

    def __init__(self, tensor, fmt, bits, ranges, granularity, rounding, stochastic=None):
        x, owner = tensor.x, segments(tensor.shape, tensor.x.size, granularity)
        self.scales = [Scale(fmt, bits, low, high, rounding) for low, high in ranges]
        pick = lambda field, kind: np.array([getattr(s, field) for s in self.scales], kind)[owner]
        self.step, self.low, self.high = pick('step', F32), pick('low', np.int64), pick('high', np.int64)
        self.range_low, self.range_high = pick('range_low', float), pick('range_high', float)
        offset = self.scales[0].offset
        dithered = 'dither' in rounding or 'subtractive' in rounding
        d = np.where(self.step > 0, dither(rounding, 1, x.size), F32(0)) if dithered else None
        with np.errstate(invalid='ignore', over='ignore'):
            if stochastic is None:
                k = codes_of(x, self.step, offset, rounding, d)
            else:
                k = np.where(self.step > 0, np.rint(stochastic.astype(np.float64) / self.step - offset), 0)
            k = np.clip(k, self.low, self.high)
            k = np.where(np.isnan(k), 0, k)
            level = (k + offset).astype(F32)
            if rounding.startswith('subtractive'):
                level = level - d
            most = np.finfo(F32).max
            self.q = np.clip((level * self.step).astype(F32), -most, most)
        self.q[np.isnan(x)] = 0
        self.k = k.astype(np.int64)
        self.fmt, self.bits, self.rounding = fmt, bits, rounding


def all_ranges(tensor, fmt, rule, granularity):
    x, owner = tensor.x, segments(tensor.shape, tensor.x.size, granularity)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    return [find_range(part[np.isfinite(part)], fmt, rule) for part in np.split(x, starts[1:])]


# ---- The report ----

def db(ratio):
    return 10 * math.log10(ratio)


def statistics(tensor):
    x = tensor.x[np.isfinite(tensor.x)].astype(np.float64)
    report = dict(count=tensor.x.size, nonfinite=tensor.x.size - x.size, min=None, max=None, mean=None,
                  rms=None, std=None, kurtosis=None)
    if x.size:
        std, mean = x.std(), x.mean()
        report.update(min=x.min(), max=x.max(), mean=mean, rms=math.sqrt(np.mean(x * x)), std=std)
        if std > 0:
            report['kurtosis'] = np.mean(((x - mean) / std) ** 4)
    return report


def expected(tensor, quantized, h):
    """What the Report must say, given the differential entropy it states."""
    z = quantized
    finite = np.isfinite(tensor.x)
    x, q, k, step = (a[finite] for a in (tensor.x, z.q, z.k, z.step))
    x, q, step = x.astype(np.float64), q.astype(np.float64), step.astype(np.float64)
    inside = (x >= z.range_low[finite]) & (x <= z.range_high[finite])
    n, size = x - q, np.abs(x - q)
    scales, stored = z.scales, [s.step for s in z.scales]
    widest = float(max(stored))
    scale_bits = 32 + (z.bits if z.fmt == 'uint' else 0)
    all_bits = z.bits * tensor.x.size + scale_bits * len(scales)
    zero_point = None
    if len(scales) == 1 and scales[0].offset == 0:
        zero_point = -scales[0].low if z.fmt == 'uint' else 0
    stepped = step > 0
    steps = np.divide(size, step, out=np.zeros_like(size), where=stepped)
    power, mse, variance = np.mean(x * x), np.mean(n * n), n.var()
    positive = [float(s) for s in stored if s > 0]
    counts = np.unique(k - (z.low[finite] if z.fmt == 'uint' else 0), return_counts=True)[1]
    p = counts / counts.sum()
    predicted = np.mean(step * step) * MEAN_SQUARE[z.rounding]
    return {
        'tensor': statistics(tensor),
        'quantizer': {
            'step': widest, 'step_min': min(positive, default=widest), 'zero_point': zero_point,
            'range_low': min(0.0, float(min(s.range_low for s in scales))),
            'range_high': max(0.0, float(max(s.range_high for s in scales))),
            'scales': len(scales), 'levels': scales[0].high - scales[0].low + 1,
            'bits_per_weight': all_bits / tensor.x.size, 'bytes': math.ceil(all_bits / 8),
        },
        'noise': {
            'mse': mse, 'exact': bool(np.all(n == 0)),
            'snr_db': db(power / mse) if mse > 0 and power > 0 else None,
            'max_error': size.max(), 'bound': BOUND[z.rounding] * widest,
            'max_error_in_steps': steps.max(),
            'granular_max_error_in_steps': steps[inside].max(initial=0),
            'bound_in_steps': BOUND[z.rounding],
            'overload': np.mean(~inside), 'overload_mse': np.sum((n * n)[~inside]) / x.size,
            'bias': n.mean(), 'variance': variance,
            'correlation': np.mean((n - n.mean()) * (x - x.mean())) / (n.std() * x.std())
            if n.std() > 0 and x.std() > 0 else None,
        },
        'entropy': {'bits': float(-np.sum(p * np.log2(p))), 'occupied_levels': len(counts)},
        'prediction': {
            'mse': predicted if widest > 0 else None,
            'snr_db': db(power / predicted) if predicted > 0 and power > 0 else None,
            'entropy_bits': None if h is None or widest == 0 or x.std() == 0 else h - math.log2(widest),
        },
    }
