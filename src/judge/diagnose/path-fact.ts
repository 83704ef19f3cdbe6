import type { PathFact } from '../../model/facts/path-fact.ts';
import type { FailureContext } from './failure-context.ts';

/** What was measured of a path that a line names. */
export function pathFact({ input }: FailureContext, path: string | undefined): PathFact | undefined {
  return path === undefined ? undefined : input.paths?.find(({ named }) => named === path);
}
