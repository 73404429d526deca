/** What the core answers, or why not. */
import { LabError } from './lab';
import type { Answer } from './module';

/** The value of an answer, or its sentence as a LabError. */
export function given<T extends object>(answer: Answer<T>): T {
  if ('error' in answer) throw new LabError((answer as { error: string }).error);
  return answer as T;
}
