/** One thing that is not as the runbook left it, or that nobody could tell. */
export interface DriftFinding {
  /** What told it: `steps`, `endpoints`, `facts`, a scope of a snapshot, `cluster`. */
  readonly source: string;
  /** What it is about: a step's id, a package, a path, a port, an object. */
  readonly subject: string;
  readonly kind: 'changed' | 'added' | 'removed' | 'failing' | 'unknown';
  /** One line for people: `1.22.1-9 → gone`, what was observed, why it is unknown. Masked. */
  readonly detail: string;
  /** The check that fails, as written. */
  readonly check?: string;
}

/** The answer of `runbook drift`. */
export interface DriftReport {
  readonly file: string;
  readonly box: string;
  /** ISO 8601. */
  readonly at: string;
  /** The confirmed pass with which the system is compared; absent: there is no baseline. */
  readonly since?: { readonly pass: string; readonly at: string };
  /** `--baseline`: the system as it is now was kept, and nothing was compared. */
  readonly kept?: true;
  readonly findings: readonly DriftFinding[];
  /** What was looked at and is as it was, by source. */
  readonly looked: readonly { readonly source: string; readonly count: number }[];
  /** What should be known: steps that were edited since, a baseline that was kept now. */
  readonly notes: readonly string[];
  readonly verdict: 'none' | 'drift' | 'unknown';
}
