#!/usr/bin/env python3
"""Recomputes every field of the command's Report in float64 with NumPy, from the definitions alone.

  python3 tests/reference/recompute.py [dist/cli/halfstep.mjs]

Makes tensors and files itself, asks the command about them, and compares: numbers to a relative 1e-6,
entropies to 1e-6 bit, counts and reconstructed weights exactly. Ends with 'N passed, N failed'.
"""
import itertools
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np

sys.dont_write_bytecode = True
import zoo_definitions as zoo
from definitions import F32, Quantized, all_ranges, expected, find_range, statistics

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMMAND = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, 'dist/cli/halfstep.mjs')


# ---- Comparing ----

class Tally:
    passed = failed = 0

    def check(self, what, good, told):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f'FAILED {what}: {told}', flush=True)


tally = Tally()
EXACT = {'count', 'nonfinite', 'scales', 'levels', 'occupied_levels', 'exact', 'zero_point', 'bytes', 'min', 'max',
         'step', 'step_min', 'range_low', 'range_high', 'bound_in_steps'}


def agrees(field, got, want, noise_std, noise_mse):
    if want is None or got is None:
        return got is want
    if field in EXACT:
        return got == want
    floor = 1e-300
    if field == 'bias':
        floor = 1e-6 * noise_std
    elif field == 'variance':
        floor = 1e-24 * noise_mse  # constant noise has that of its roundings
    elif field == 'overload_mse':
        floor = 1e-9 * noise_mse
    elif field == 'correlation':
        floor = 1e-6
    elif field in ('bits', 'entropy_bits', 'snr_db'):
        floor = 1e-6 if field != 'snr_db' else 4.4e-6  # a relative 1e-6 of power, in dB
    return abs(got - want) <= max(1e-6 * abs(want), floor)


def compare(what, report, want, several):
    noise = want['noise']
    for section, fields in want.items():
        for field, value in fields.items():
            if (section, field) == ('prediction', 'entropy_bits') and several:
                continue  # an estimate from a sample; its own test is below
            if field == 'mean' and value is not None:
                good = abs(report[section][field] - value) <= 1e-6 * max(abs(value), 1e-6 * want['tensor']['rms'])
            elif field == 'correlation' and (noise['variance'] or 0) <= 1e-24 * (noise['mse'] or 0):
                continue  # constant noise: rounding decides
            else:
                good = agrees(field, report[section][field], value, math.sqrt(noise['variance'] or 0), noise['mse'])
            tally.check(f'{what} {section}.{field}', good, f'{report[section][field]} instead of {value}')


# ---- Tensors ----

class Tensor:
    def __init__(self, label, path, name, x, shape, smooth=False):
        self.label, self.path, self.name = label, path, name
        self.x, self.shape, self.smooth = np.ascontiguousarray(x, F32).reshape(-1), list(shape), smooth

    def arguments(self):
        return [self.path] + (['--tensor', self.name] if self.name else [])


def to_bf16(x):
    """The upper 16 bits of float32, rounded to nearest even."""
    bits = x.astype(F32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def write_safetensors(path, parts):
    header, data = {}, b''
    for name, dtype, shape, raw in parts:
        header[name] = {'dtype': dtype, 'shape': list(shape), 'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


def make_tensors(folder):
    random = np.random.default_rng(20240607)
    normal = random.standard_normal
    made = []

    def npy(label, array, smooth=False):
        path = os.path.join(folder, label + '.npy')
        np.save(path, array)
        with np.errstate(over='ignore'):
            made.append(Tensor(label, path, None, array.astype(F32), array.shape, smooth))

    outlier = random.laplace(size=(64, 48, 3)).astype(F32) * F32(0.02)
    outlier[5, 7, 1] = 3.5
    sprinkled = normal((40, 100)).astype(F32)
    sprinkled.flat[::37], sprinkled.flat[5::211], sprinkled.flat[9::307] = np.nan, np.inf, -np.inf
    sprinkled[3] = np.nan
    hot = normal((24, 129)).astype(F32) * np.exp(normal((24, 1))).astype(F32)
    hot[4], hot[9] = 0, hot[9] * 20
    npy('normal', (normal((96, 128)) * 0.05).astype(F32), True)
    npy('laplace-outlier', outlier)
    npy('uniform-positive', random.uniform(0.25, 1.75, 9001).astype(F32), True)
    npy('negative', -random.gamma(2, 0.3, (77, 31)).astype(F32))
    npy('constant', np.full((10, 33), 0.1, F32))
    npy('negative-constant', np.full(70, -3.7, F32))
    npy('zeros', np.zeros((6, 40), F32))
    npy('denormal', (normal(3000) * 3e-43).astype(F32))
    npy('huge', (normal((20, 50)) * 2e37).astype(F32))
    npy('ties', (random.integers(-2000, 2001, (50, 64)) * 0.5).astype(F32))
    npy('one', np.array([-0.7], F32))
    npy('scalar', np.array(2.5, F32))
    npy('sprinkled', sprinkled)
    npy('hot-channels', hot)
    npy('fortran', np.asfortranarray(normal((13, 7, 33)).astype(F32)))
    npy('big-endian', normal((21, 65)).astype('>f4'))
    npy('fortran-big-endian-f64', np.asfortranarray((normal((31, 19)) * 1e-3).astype('>f8')))
    npy('f64-overflow', np.concatenate([normal(500), [1e300, -1e300, 1e-320]]))
    npy('offset', (normal(4000) * 1e-2 + 10).astype(F32))
    npy('far', (np.random.default_rng(9).standard_normal(4000) * 1e-3 + 1000).astype(F32))
    npy('one-negative', np.append(np.random.default_rng(8).exponential(1, 10000), -9).astype(F32))
    npy('wide', np.random.default_rng(7).uniform(-2.5e38, 2.5e38, (30, 41)).astype(F32))
    npy('large', random.standard_normal(1 << 22, dtype=F32).reshape(1 << 11, -1), True)

    path = os.path.join(folder, 'types.safetensors')
    half, whole = (normal((40, 70)) * 0.3).astype(np.float16), random.integers(-128, 128, (16, 80))
    brain = to_bf16(normal((30, 90)) * 0.1)
    typed = [
        ('layers.0.half', 'F16', half, half),
        ('layers.0.brain', 'BF16', brain, (brain.astype(np.uint32) << 16).view(F32)),
        ('double', 'F64', normal((9, 300)), None),
        ('signed', 'I8', whole.astype(np.int8), None),
        ('unsigned', 'U8', (whole + 128).astype(np.uint8), None),
        ('short', 'I16', random.integers(-32768, 32768, 2222).astype(np.int16), None),
        ('long', 'I32', random.integers(-2 ** 31, 2 ** 31, (11, 101)).astype(np.int32), None),
    ]
    write_safetensors(path, [(name, dtype, raw.shape, raw.tobytes()) for name, dtype, raw, _ in typed])
    for name, dtype, raw, decoded in typed:
        value = (raw if decoded is None else decoded).astype(F32)
        made.append(Tensor(dtype, path, name, value, raw.shape))
    return made


# ---- Asking the command ----

def ask(*arguments):
    done = subprocess.run(['node', COMMAND, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f'exit status {done.returncode}: {done.stderr.strip()}')
    return done.stdout


def reconstruct(tensor, folder, label, *flags):
    out = os.path.join(folder, f'out-{label}.npy')
    ask('quantize', *tensor.arguments(), *flags, '-o', out)
    return np.load(out)


def same_bits(a, b):
    a, b = np.ascontiguousarray(a, F32).reshape(-1), np.ascontiguousarray(b, F32).reshape(-1)
    return a.size == b.size and np.array_equal(a.view(np.uint32), b.view(np.uint32))


def check_sweep(tensor, fmt, rule, granularity, rounding):
    what = f'{tensor.label} {fmt} {rule} {granularity} {rounding}'
    bits = '8' if tensor.x.size > 1 << 20 else '1:16'
    flags = ['--format', fmt, '--range', rule, '--granularity', granularity, '--rounding', rounding]
    reports = json.loads(ask('sweep', *tensor.arguments(), *flags, '--bits', bits, '--json'))
    ranges = all_ranges(tensor, fmt, rule, granularity)
    for report in reports:
        b = report['quantizer']['bits']
        z = Quantized(tensor, fmt, b, ranges, granularity, rounding)
        want = expected(tensor, z, report['entropy']['differential_bits'])
        compare(f'{what} {b} bits', report, want, len(z.scales) > 1)


def check_quantize(tensor, folder, fmt, bits, rule, granularity, rounding):
    what = f'{tensor.label} {fmt} {bits} bits {rule} {granularity} {rounding}'
    flags = ['--format', fmt, '--bits', str(bits), '--range', rule, '--granularity', granularity]
    out = reconstruct(tensor, folder, what.replace(' ', '-').replace(':', ''), *flags, '--rounding', rounding)
    ranges = all_ranges(tensor, fmt, rule, granularity)
    z = Quantized(tensor, fmt, bits, ranges, granularity, rounding)
    tally.check(f'{what} quantize shape', list(out.shape) == tensor.shape, f'{out.shape}')
    # −0 and 0 are one value: k = 0 has no sign.
    good = same_bits(out + F32(0), z.q + F32(0))
    tally.check(f'{what} quantize', good, f'{np.count_nonzero(out.reshape(-1) != z.q)} weights differ')


def check_zoo(tensor, folder, name):
    """A format with levels or blocks of its own: every weight to the bit, and the Report."""
    flags, work = zoo.FORMATS[name]
    flags, what = flags or ['--format', name], f'{tensor.label} {name}'
    z = work(tensor)
    out = reconstruct(tensor, folder, what.replace(' ', '-'), *flags)
    good = same_bits(out + F32(0), z.q + F32(0))
    tally.check(f'{what} quantize', good, f'{np.count_nonzero(out.reshape(-1) != z.q)} weights differ')
    report = json.loads(ask('measure', *tensor.arguments(), *flags, '--json'))
    compare(what, report, zoo.expected(tensor, z, name.startswith('q')), True)


def check_stochastic(tensor, folder, fmt, bits, granularity):
    """Each code is one of the two beside x/Δ, above with the frequency of its distance; the Report fits them."""
    what = f'{tensor.label} {fmt} {bits} bits {granularity} stochastic'
    flags = ['--format', fmt, '--bits', str(bits), '--granularity', granularity, '--rounding', 'stochastic',
             '--rounding-seed', '7']
    out = reconstruct(tensor, folder, what.replace(' ', '-').replace(':', ''), *flags).reshape(-1)
    report = json.loads(ask('measure', *tensor.arguments(), *flags, '--json'))
    ranges = all_ranges(tensor, fmt, 'absmax', granularity)
    z = Quantized(tensor, fmt, bits, ranges, granularity, 'stochastic', stochastic=out)
    tally.check(f'{what} levels', same_bits(out + F32(0), z.q + F32(0)), 'a value is no level')
    finite = np.isfinite(tensor.x) & (z.step > 0)
    place = (tensor.x[finite] / z.step[finite]).astype(F32) - F32(z.scales[0].offset)
    below = np.clip(np.floor(place), z.low[finite], z.high[finite])
    above = np.clip(np.floor(place) + 1, z.low[finite], z.high[finite])
    k = z.k[finite]
    tally.check(f'{what} neighbours', bool(np.all((k == below) | (k == above))), 'a code is no neighbour')
    chance = (place - np.floor(place)).astype(np.float64)[above > below]
    spread = math.sqrt(np.sum(chance * (1 - chance)) + 1e-9)
    excess = (np.sum((k - below)[above > below]) - chance.sum()) / spread
    tally.check(f'{what} frequency', abs(excess) < 5, f'{excess:.1f} standard deviations off')
    compare(what, report, expected(tensor, z, report['entropy']['differential_bits']), len(z.scales) > 1)


def check_mse(tensor, fmt, bits):
    """The mse range is as good as the best of a fine scan, and the Report fits it."""
    what = f'{tensor.label} {fmt} {bits} bits mse'
    flags = ['--format', fmt, '--bits', str(bits), '--range', 'mse', '--json']
    report = json.loads(ask('measure', *tensor.arguments(), *flags))
    finite = tensor.x[np.isfinite(tensor.x)]
    part = Tensor('', '', None, finite, [finite.size])
    low, high = map(float, find_range(finite, fmt, 'absmax'))
    factors = np.concatenate([np.geomspace(2.0 ** -12, 1, 400), np.linspace(0.002, 1, 500)])

    def ends_error(a, b):
        z = Quantized(part, fmt, bits, [(low * a, high * b)], 'tensor', 'nearest')
        return np.mean((finite.astype(np.float64) - z.q) ** 2)

    def error(factor):
        return ends_error(factor, factor)

    best = min(map(error, factors))
    if fmt == 'uint':
        ends = np.linspace(0, 1, 15)
        best = min([best] + [ends_error(a, b) for a in ends for b in ends if a * low < b * high])
    got = report['noise']['mse']
    tally.check(f'{what} search', got <= best * 1.001, f'{got} where a scan finds {best}')
    chosen = (report['quantizer']['range_low'], report['quantizer']['range_high'])
    z = Quantized(tensor, fmt, bits, [chosen], 'tensor', 'nearest')
    compare(what, report, expected(tensor, z, report['entropy']['differential_bits']), False)


def check_extract(tensor, folder):
    out = os.path.join(folder, f'extract-{tensor.label}.npy')
    ask('extract', *tensor.arguments(), '-o', out)
    array = np.load(out)
    same = same_bits(np.nan_to_num(array, nan=-7), np.nan_to_num(tensor.x, nan=-7))
    tally.check(f'{tensor.label} extract', list(array.shape) == tensor.shape and same, 'the values differ')


def check_inspect(path, tensors):
    for row, tensor in itertools.zip_longest(json.loads(ask('inspect', path, '--json')), tensors):
        for field, want in statistics(tensor).items():
            good = agrees(field, row[field], want, 0, 0) or (
                field == 'mean' and abs(row[field] - want) <= 1e-12 * statistics(tensor)['rms'])
            tally.check(f'{tensor.label} inspect {field}', good, f'{row[field]} instead of {want}')
        tally.check(f'{tensor.label} inspect shape', row['shape'] == tensor.shape, f'{row["shape"]}')


def vasicek(x):
    """m-spacing estimate of h in bits, for a rough agreement."""
    x, n = np.sort(x.astype(np.float64)), x.size
    m = int(math.sqrt(n))
    harmonic = lambda k: math.log(k) - 1 / (2 * k)  # ψ(k) to second order
    gaps = np.maximum(x[m:] - x[:-m], 1e-300)
    return (np.mean(np.log(gaps)) + harmonic(n + 1) - harmonic(m)) / math.log(2)


def check_h(tensor):
    report = json.loads(ask('measure', *tensor.arguments(), '--bits', '6', '--granularity', 'channel', '--json'))
    h, want = report['entropy']['differential_bits'], vasicek(tensor.x)
    tally.check(f'{tensor.label} h', abs(h - want) < 0.05, f'{h} instead of about {want}')
    # With many scales x/Δ has its own h; where rows are short, their ends are atoms and it has none.
    h = report['prediction']['entropy_bits']
    if len(tensor.shape) == 2 and tensor.shape[1] > 1000:
        ranges = all_ranges(tensor, 'int', 'absmax', 'channel')
        want = vasicek(tensor.x / Quantized(tensor, 'int', 6, ranges, 'channel', 'nearest').step)
        tally.check(f'{tensor.label} h of x/Δ', h is not None and abs(h - want) < 0.05, f'{h} instead of about {want}')


def check_nothing(folder):
    """No weight, and no finite one: every number without meaning is null, and nothing is made up."""
    for label, array in (('empty', np.zeros((0, 3), F32)), ('all-nan', np.full((2, 5), np.nan, F32))):
        path = os.path.join(folder, label + '.npy')
        np.save(path, array)
        for fmt in ('int', 'uint', 'midrise'):
            report = json.loads(ask('measure', path, '--format', fmt, '--json'))
            what = f'{label} {fmt}'
            tally.check(f'{what} count', report['tensor']['count'] == array.size, str(report['tensor']))
            tally.check(f'{what} nonfinite', report['tensor']['nonfinite'] == array.size, str(report['tensor']))
            for section, field in (('tensor', 'min'), ('tensor', 'rms'), ('tensor', 'kurtosis'), ('noise', 'mse'),
                                   ('noise', 'snr_db'), ('noise', 'max_error'), ('noise', 'overload'),
                                   ('noise', 'bias'), ('entropy', 'bits'), ('prediction', 'mse'),
                                   ('prediction', 'snr_db'), ('prediction', 'entropy_bits')):
                value = report[section][field]
                tally.check(f'{what} {section}.{field}', value is None, f'{value} instead of null')


def jobs(tensors, folder):
    granularities = ['tensor', 'channel', 'group:32']
    roundings = ['nearest', 'dither-uniform', 'half-away', 'dither-triangular', 'nearest', 'subtractive-uniform', 'floor',
                 'subtractive-triangular']
    for i, tensor in enumerate(tensors):
        if tensor.x.size > 1 << 20:
            # The kernels of large tensors: one scale is enough to reach them.
            for fmt in ('int', 'uint', 'midrise'):
                yield check_sweep, tensor, fmt, 'absmax', 'tensor', 'nearest'
            yield check_h, tensor
            continue
        spread = F32(np.abs(tensor.x[np.isfinite(tensor.x)]).max())
        number = repr(float(spread * F32(0.4))) if spread > 0 else '1.5'
        turn = i
        for fmt in ('int', 'uint', 'midrise'):
            rules = ('absmax', 'percentile:99.9', number)
            for rule in (rules[turn % 3], rules[(turn // 3 + 1) % 3]):
                choice = granularities[turn % 3], roundings[turn // 3 % 8]
                yield check_sweep, tensor, fmt, rule, *choice
                turn += 1
            bits = (1, 2, 3, 4, 8, 12, 16)[(i + len(fmt)) % 7]
            yield check_quantize, tensor, folder, fmt, bits, 'absmax', granularities[(turn + 1) % 3], roundings[turn % 8]
        yield check_extract, tensor, folder
        if tensor.smooth:
            yield check_h, tensor
    by_label = {tensor.label: tensor for tensor in tensors}
    for label, fmt, bits, granularity in (('normal', 'int', 4, 'tensor'), ('normal', 'midrise', 3, 'group:32'),
                                          ('hot-channels', 'uint', 5, 'channel'), ('sprinkled', 'int', 2, 'channel'),
                                          ('F16', 'int', 8, 'group:32'), ('ties', 'uint', 3, 'tensor')):
        yield check_stochastic, by_label[label], folder, fmt, bits, granularity
    for label in ('normal', 'laplace-outlier', 'uniform-positive', 'sprinkled', 'one-negative', 'wide'):
        for fmt, bits in (('int', 1), ('int', 3), ('int', 4), ('uint', 2), ('uint', 4), ('midrise', 2), ('int', 8)):
            yield check_mse, by_label[label], fmt, bits
    for i, name in enumerate(zoo.FORMATS):
        yield check_zoo, by_label['normal'], folder, name
        others = ('sprinkled', 'laplace-outlier', 'uniform-positive', 'hot-channels', 'ties', 'offset', 'zeros')
        yield check_zoo, by_label[others[i % len(others)]], folder, name
    for path in {tensor.path: None for tensor in tensors}:
        yield check_inspect, path, [tensor for tensor in tensors if tensor.path == path]
    yield check_nothing, folder


def attempt(job):
    check, *arguments = job
    try:
        check(*arguments)
    except Exception as error:  # a crash of one case is one failure
        label = ' '.join(a.label if isinstance(a, Tensor) else str(a) for a in arguments)
        tally.check(f'{check.__name__} {label}', False, f'{type(error).__name__}: {error}')


def main():
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(attempt, jobs(make_tensors(folder), folder)))
    print(f'{tally.passed} passed, {tally.failed} failed')
    sys.exit(1 if tally.failed or not tally.passed else 0)


if __name__ == '__main__':
    main()
