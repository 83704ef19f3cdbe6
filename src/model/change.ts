import type { Scope } from './snapshot.ts';

/** One difference between two snapshots of a box. */
export interface Change {
  readonly scope: Scope;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What it is about, without pids and times: `nginx`, `tcp 0.0.0.0:80`, `/etc/caddy/Caddyfile`. */
  readonly subject: string;
  /** One line for people: `1.22.1-9 → 1.24.0-1`. */
  readonly detail: string;
  /** The state afterwards, comparable as text; empty: gone. Two changes are the same if scope, subject and this are. */
  readonly after: string;
  /** Evidence in the two snapshots. */
  readonly evidence: readonly string[];
}
