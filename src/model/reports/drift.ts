/** A difference from the state that the runbook left, or something that could not be compared. */
export interface DriftFinding {
  /** Where it was found: `steps`, `endpoints`, `facts`, a scope of a snapshot, `cluster`. */
  readonly source: string;
  /** A step's id, a package, a path, a port or an object. */
  readonly subject: string;
  readonly kind: 'changed' | 'added' | 'removed' | 'failing' | 'unknown';
  /** One line for people: `1.22.1-9 → gone`, the observation, or why it is unknown. Masked. */
  readonly detail: string;
  /** The check that fails, as written. */
  readonly check?: string;
  /** Why it fails, in one sentence, where the box shows it. Masked. */
  readonly cause?: string;
}

/** The result of `runbook drift`. */
export interface DriftReport {
  readonly file: string;
  readonly box: string;
  /** ISO 8601. */
  readonly at: string;
  /** The confirmed pass that the system is compared with. Absent: no baseline exists. */
  readonly since?: { readonly pass: string; readonly at: string };
  /** `--baseline`: the current state was stored as the baseline, and nothing was compared. */
  readonly kept?: true;
  readonly findings: readonly DriftFinding[];
  /** Numbers of compared items by source. */
  readonly looked: readonly { readonly source: string; readonly count: number }[];
  /** Remarks for the reader, such as steps that were edited since, or a baseline that was stored now. */
  readonly notes: readonly string[];
  readonly verdict: 'none' | 'drift' | 'unknown';
}
