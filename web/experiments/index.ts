/** The experiments, in the order of the page. A new one is a file and its row here; the later ones load on demand. */
import { entropy } from './entropy';
import type { Experiment, Later, Listed } from './experiment';
import { noise } from './noise';
import { sixDecibels } from './six-decibels';
import { staircase } from './staircase';

const later = (id: string, title: string, load: () => Promise<Experiment>): Later => ({ id, title, load });

export const experiments: Listed[] = [
  staircase,
  noise,
  sixDecibels,
  entropy,
  later('clip', 'Where to clip', async () => (await import('./clip')).clip),
  later('best-levels', 'The best levels', async () => (await import('./best-levels')).bestLevels),
  later('plane', 'Rate–distortion', async () => (await import('./plane')).plane),
  later('coded', 'What entropy buys', async () => (await import('./coded')).coded),
  later('zoo', 'Every format', async () => (await import('./zoo')).zoo),
  later('levels-line', 'The levels on the line', async () => (await import('./levels-line')).levelsLine),
  later('dither', 'Dither', async () => (await import('./dither')).dither),
  later('race', 'The race', async () => (await import('./race')).race),
];
