/** What a coder really wrote, as places on the plane. */
import type { Analysis, Wants } from '../core/report';
import { known } from './sweep';
import type { Place } from './plane-data';

/** Coded anew with every move of a slider, so only where that takes a moment. */
export const CODED: Wants['lengths'] = { coders: ['rans'], most: 2_000_000 };

export function lengthPlaces({ report, lengths = [] }: Analysis): Place[] {
  const { noise, quantizer } = report;
  if (!known(noise.snr_db)) return [];
  const snr = noise.snr_db;
  return lengths.map(({ bits_per_weight }) => ({
    name: 'rANS',
    bits: quantizer.bits,
    fixed: null,
    coded: bits_per_weight,
    snr,
  }));
}
