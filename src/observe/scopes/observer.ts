import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import type { FactOf, Scope } from '../../model/facts/snapshot.ts';
import type { Machine } from '../machine.ts';
import type { Listeners } from '../ports/listener.ts';
import type { Processes } from '../processes.ts';
import type { Services } from '../services.ts';
import type { DpkgStatus } from './dpkg.ts';

/** A fact without its id. */
export type Unnumbered<S extends Scope> =
  FactOf<S> extends infer F ? (F extends unknown ? Omit<F, 'id'> : never) : never;

/** Facts of one scope, the most relevant first, and why there may be more. */
export interface Observed<S extends Scope> {
  readonly facts: readonly Unnumbered<S>[];
  readonly unavailable?: readonly string[];
  /** Number of facts that the observer omitted. */
  readonly more?: number;
}

/** Shared by observers, so that nothing is read twice. */
export interface Sources {
  readonly machine: Machine;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start; its disk is measured. */
  readonly folder: string;
  /** Key for hashing files; files have no hash without it. */
  readonly key?: string;
  readonly now: Date;
  listeners(): Promise<Listeners>;
  processes(): Promise<Processes>;
  services(): Promise<Services>;
  /** Undefined if the box does not use dpkg. */
  dpkg(): DpkgStatus | undefined;
  /** The cluster of the box; absent if it may not be queried. */
  cluster?(): Promise<ClusterObservation>;
  /** User names by number. */
  users(): ReadonlyMap<number, string>;
}

/** Observes one scope. May throw: the scope is then unavailable, with the error as the reason. */
export type Observer<S extends Scope> = (sources: Sources) => Promise<Observed<S>>;
