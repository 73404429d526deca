/** The experiments, in the order of the page. A new one is a file and its row here; the later ones load on demand. */
import type { Experiment, Later, Listed } from './experiment';
import { staircase } from './staircase';

const later = (id: string, title: string, load: () => Promise<Experiment>): Later => ({ id, title, load });

export const experiments: Listed[] = [
  staircase,
  later('noise', 'Noise', async () => (await import('./noise')).noise),
  later('six-decibels', 'Six decibels', async () => (await import('./six-decibels')).sixDecibels),
  later('entropy', 'Entropy', async () => (await import('./entropy')).entropy),
  later('clip', 'Clipping', async () => (await import('./clip')).clip),
  later('best-levels', 'Best levels', async () => (await import('./best-levels')).bestLevels),
  later('plane', 'Rate–distortion', async () => (await import('./plane')).plane),
  later('coded', 'Coding', async () => (await import('./coded')).coded),
  later('zoo', 'Formats', async () => (await import('./zoo')).zoo),
  later('levels-line', 'Levels', async () => (await import('./levels-line')).levelsLine),
  later('dither', 'Dither', async () => (await import('./dither')).dither),
  later('outliers', 'Outliers', async () => (await import('./outliers')).outliers),
  later('race', 'Race', async () => (await import('./race')).race),
];
