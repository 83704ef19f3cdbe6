import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import type { FactOf, Scope } from '../../model/snapshot.ts';
import type { Machine } from '../machine.ts';
import type { Listeners } from '../ports/listener.ts';
import type { Processes } from '../processes.ts';
import type { DpkgStatus } from './dpkg.ts';

/** A fact before it has its id. */
export type Unnumbered<S extends Scope> =
  FactOf<S> extends infer F ? (F extends unknown ? Omit<F, 'id'> : never) : never;

/** What one scope saw: the most relevant facts first, and why there may be more. */
export interface Observed<S extends Scope> {
  readonly facts: readonly Unnumbered<S>[];
  readonly unavailable?: readonly string[];
  /** Facts that the observer itself left out. */
  readonly more?: number;
}

/** What observers share, so that nothing is read twice. */
export interface Sources {
  readonly machine: Machine;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start, and whose disk matters. */
  readonly folder: string;
  /** Key of the hashes of files; absent: files have no hash. */
  readonly key?: string;
  readonly now: Date;
  listeners(): Promise<Listeners>;
  processes(): Promise<Processes>;
  /** Undefined where dpkg is not this box's package manager. */
  dpkg(): DpkgStatus | undefined;
  /** The cluster that the box names; absent: it is not to be asked. */
  cluster?(): Promise<ClusterObservation>;
  /** User names by number. */
  users(): ReadonlyMap<number, string>;
}

/** Looks at one scope. May throw: the scope is then unavailable, with the error as the reason. */
export type Observer<S extends Scope> = (sources: Sources) => Promise<Observed<S>>;
