/** What two boxes are compared by, in report order. */
export const PARITY_SCOPES = {
  system: 'operating system and architecture',
  packages: 'installed packages and their versions',
  services: 'services, their state and whether they start at boot',
  listeners: 'listening sockets and their owners',
  users: 'users, their groups and shells',
  files: 'files that the runbook writes: keyed hash of the content, mode, owner',
  facts: 'facts of the runbook, measured on each box',
  checks: 'Verify of every step of the runbook',
  endpoints: 'endpoints of the runbook, requested from each box',
  cluster: 'objects that the runbook applied to a cluster',
} as const;

export type ParityScope = keyof typeof PARITY_SCOPES;
export const PARITY_SCOPE_NAMES = Object.keys(PARITY_SCOPES) as readonly ParityScope[];

/** A property of a box that should be equal on both. */
export interface Trait {
  readonly scope: ParityScope;
  /** The subject, the same on both boxes: `nginx`, `tcp 0.0.0.0:80`. */
  readonly subject: string;
  /** Its state as readable, comparable text. Undefined: it could not be measured, for the given `reason`. */
  readonly state?: string;
  readonly reason?: string;
}

/** The measured properties of one box. */
export interface Projection {
  /** Display name. */
  readonly name: string;
  readonly traits: readonly Trait[];
  /** Scopes that could not be fully measured. A trait missing there may still exist. */
  readonly blind: readonly { readonly scope: ParityScope; readonly reason: string }[];
}

/** A declared, expected difference. */
export type Expectation =
  /** `a` on the first box corresponds to `b` on the second. */
  | { readonly kind: 'substitution'; readonly a: string; readonly b: string; readonly text: string }
  /** In this scope, subjects that match the pattern (`*` matches anything) may differ or exist on one box only. */
  | {
      readonly kind: 'scope';
      readonly scope: ParityScope;
      readonly pattern: string;
      readonly text: string;
    };

/** `equal`: measured on both boxes with the same result. Never used for unmeasured traits. */
export type ParityClass = 'equal' | 'expected' | 'differs' | 'unknown';

/** One trait on both boxes. An undefined side does not have it. */
export interface ParityRow {
  readonly scope: ParityScope;
  readonly subject: string;
  readonly class: ParityClass;
  readonly a?: string;
  readonly b?: string;
  /** The expectation that covers it, or why it is unknown. */
  readonly because?: string;
}

/** The result of `runbook parity`. */
export interface ParityReport {
  readonly a: string;
  readonly b: string;
  readonly file?: string;
  /** ISO 8601. */
  readonly at: string;
  /** Every row that is not equal, ordered by scope. */
  readonly rows: readonly ParityRow[];
  readonly counts: readonly {
    readonly scope: ParityScope;
    readonly equal: number;
    readonly expected: number;
    readonly differs: number;
    readonly unknown: number;
  }[];
  /** Expectations that matched nothing and may be misspelled. */
  readonly unused: readonly string[];
  readonly verdict: 'equal' | 'differs' | 'unknown';
  /** Path of the side-by-side page. */
  readonly html?: string;
}
