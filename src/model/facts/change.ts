import type { Scope } from './snapshot.ts';

/** One difference between two snapshots of a box. */
export interface Change {
  readonly scope: Scope;
  readonly kind: 'added' | 'removed' | 'changed';
  /** The subject without pids and times: `nginx`, `tcp 0.0.0.0:80`, `/etc/caddy/Caddyfile`. */
  readonly subject: string;
  /** One line for people: `1.22.1-9 → 1.24.0-1`. */
  readonly detail: string;
  /**
   * The state after the change, comparable as text; empty if the subject is gone. Two changes are equal if scope,
   * subject and this are equal.
   */
  readonly after: string;
  /** Evidence in the two snapshots. */
  readonly evidence: readonly string[];
}
