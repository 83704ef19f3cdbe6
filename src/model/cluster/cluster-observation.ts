import type { ClusterKind, NewClusterFact } from './cluster-facts.ts';

/** A cluster at one moment, most relevant facts first. The facts have no ids yet. */
export interface ClusterObservation {
  readonly facts: readonly NewClusterFact[];
  /** How many facts of each kind were omitted. */
  readonly more: ReadonlyMap<ClusterKind, number>;
  /** What could not be read, and why. Unknown is not the same as absent. */
  readonly unavailable: readonly string[];
}
