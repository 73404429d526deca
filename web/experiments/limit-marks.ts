/** The limit D(R) on a plane of bits and SNR: where no code gets, and its edge. */
import { svg } from 'lit';
import { rightOf, type Box } from '../components/chart/box';
import { along, type Label } from '../components/chart/labels';
import { polyline, type Point } from '../components/chart/paths';
import type { Ceiling } from './plane-data';

// Two limits nearer than this are drawn as one, in dB.
const APART_DB = 0.3;

export type Limits = Pick<Ceiling, 'gaussian' | 'shannon' | 'from'>;

export interface LimitPlane {
  /** The line of a limit that begins at so many dB. */
  line(zero: number): Point[];
  box: Box;
  inside(point: Point): boolean;
  em: number;
  /** Where along the lines their names may stand, as shares. */
  names: readonly number[];
  normalNames: readonly number[];
}

/** A limit of these weights is a wall with nothing beyond it; a normal law's, which others pass, is a line of theory. */
export function limitMarks({ gaussian, shannon, from }: Limits, plane: LimitPlane) {
  const { line, box, inside, em } = plane;
  const edge = line(from!);
  const apart = shannon !== null && gaussian !== null && Math.abs(shannon - gaussian) > APART_DB;
  const normal = apart ? line(gaussian) : [];
  const labels: Label[] = [
    {
      text: shannon === null ? ['D(R) of a normal law', 'D(R)'] : ['Shannon’s lower bound, D(R)', 'D(R)'],
      mark: shannon === null ? 'theory' : 'ink strong',
      at: along(edge, inside, em, [...plane.names], 'over'),
    },
  ];
  if (apart)
    labels.push({
      text: ['D(R) if they were normal', 'normal'],
      mark: 'theory',
      at: along(normal, inside, em, [...plane.normalNames], gaussian > shannon ? 'over' : 'under'),
    });
  if (shannon !== null)
    labels.push({
      text: ['Out of reach of any code of independent weights', 'Out of reach of any code', 'out of reach'],
      mark: 'ink',
      at: [1.5, 3].map((lines) => ({ x: box.x + 0.8 * em, y: box.y + lines * em })),
    });
  const beyond = `${polyline(edge)}L${rightOf(box)},${box.y - 9e3}L${box.x},${box.y - 9e3}Z`;
  return {
    edge,
    labels,
    under: svg`<path class="beyond" d=${shannon === null ? '' : beyond}></path>
      <path class="theory dashed" d=${polyline(normal)}></path>`,
    over: svg`<path class=${shannon === null ? 'theory dashed' : 'wall'} d=${polyline(edge)}></path>`,
  };
}
