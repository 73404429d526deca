import { describe, expect, it } from 'vitest';
import { bytes, count, fixed, percent, shape, short, signed, significant } from '../../web/components/format';

describe('numbers as the page writes them', () => {
  it('fixed: digits after the point, a true minus, a dash for no number', () => {
    expect(fixed(10.284, 2)).toBe('10.28');
    expect(fixed(-0.5, 2)).toBe('−0.50');
    expect(fixed(-0.001, 2)).toBe('0.00');
    for (const nothing of [null, undefined, NaN, Infinity]) expect(fixed(nothing, 2)).toBe('–');
  });

  it('signed: the sign always', () => {
    expect([signed(6.02, 2), signed(-6.02, 2), signed(0, 2), signed(null, 2)]).toEqual([
      '+6.02',
      '−6.02',
      '+0.00',
      '–',
    ]);
  });

  it('significant: digits that count, over the next power too', () => {
    expect(significant(0.12345)).toBe('0.1235');
    expect(significant(123456, 3)).toBe('123456');
    expect(significant(9.99996)).toBe('10.00');
    expect(significant(1.2345e-7, 3)).toBe('1.23·10⁻⁷');
    expect(significant(-2e12, 2)).toBe('−2.0·10¹²');
    expect(significant(0)).toBe('0');
  });

  it('percent: only 0 is written 0', () => {
    expect([percent(0), percent(0.317), percent(0.000012), percent(1e-9), percent(1)]).toEqual([
      '0 %',
      '31.7 %',
      '0.0012 %',
      '< 0.0001 %',
      '100.0 %',
    ]);
  });

  it('bytes: three figures in decimal units', () => {
    expect([0, 999, 1000, 562500, 9996000, 8388608, 4.3e9].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '563 kB',
      '10.0 MB',
      '8.39 MB',
      '4.30 GB',
    ]);
  });

  it('counts and shapes', () => {
    expect([count(16777216), short(16777216), short(1000000), short(4096), short(200000), short(12)]).toEqual(
      ['16,777,216', '16.8 M', '1 M', '4.1 k', '200 k', '12'],
    );
    expect([shape([64, 128]), shape([])]).toEqual(['64 × 128', 'scalar']);
  });
});
