/** The experiments, in the order of the page. A new one is a file and its row here. */
import { bestLevels } from './best-levels';
import { clip } from './clip';
import { entropy } from './entropy';
import type { Experiment } from './experiment';
import { noise } from './noise';
import { plane } from './plane';
import { sixDecibels } from './six-decibels';
import { staircase } from './staircase';

export const experiments: Experiment[] = [staircase, noise, sixDecibels, entropy, clip, bestLevels, plane];
