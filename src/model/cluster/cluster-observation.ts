import type { ClusterKind, NewClusterFact } from './cluster-facts.ts';

/** What was seen of a cluster at one moment, the most telling first; no fact has an id yet. */
export interface ClusterObservation {
  readonly facts: readonly NewClusterFact[];
  /** Facts beyond the bound of their kind. */
  readonly more: ReadonlyMap<ClusterKind, number>;
  /** What could not be seen, and why. Unknown is not the same as none. */
  readonly unavailable: readonly string[];
}
