/** What two boxes are compared by, in the order of reports. */
export const PARITY_SCOPES = {
  system: 'operating system and architecture',
  packages: 'installed packages and their versions',
  services: 'services, their state and whether they start at boot',
  listeners: 'listening sockets and their owners',
  users: 'users, their groups and shells',
  files: 'files that the runbook writes: keyed hash of the content, mode, owner',
  facts: 'facts of the runbook, measured on each box',
  checks: 'every step of the runbook: whether its Verify holds',
  endpoints: 'endpoints of the runbook, asked on each box',
  cluster: 'objects that the runbook applied to a cluster',
} as const;

export type ParityScope = keyof typeof PARITY_SCOPES;
export const PARITY_SCOPE_NAMES = Object.keys(PARITY_SCOPES) as readonly ParityScope[];

/** One thing of a box that the other should have alike. */
export interface Trait {
  readonly scope: ParityScope;
  /** What it is about, the same on both boxes: `nginx`, `tcp 0.0.0.0:80`. */
  readonly subject: string;
  /** Its state, comparable as text and readable. Undefined: it could not be measured, `reason` says why. */
  readonly state?: string;
  readonly reason?: string;
}

/** What one box is, as far as it was measured. */
export interface Projection {
  /** For people. */
  readonly name: string;
  readonly traits: readonly Trait[];
  /** Scopes that were not measured, wholly or in part: what is missing there may be there all the same. */
  readonly blind: readonly { readonly scope: ParityScope; readonly reason: string }[];
}

/** A difference that was declared beforehand. */
export type Expectation =
  /** Where the first box says `a`, the second says `b`. */
  | { readonly kind: 'substitution'; readonly a: string; readonly b: string; readonly text: string }
  /** Of a scope, what fits the pattern (`*`: anything) may differ, or be on one box only. */
  | {
      readonly kind: 'scope';
      readonly scope: ParityScope;
      readonly pattern: string;
      readonly text: string;
    };

/** `equal`: measured on both and alike. Unmeasured is never equal. */
export type ParityClass = 'equal' | 'expected' | 'differs' | 'unknown';

/** One trait on both boxes. A side that is undefined has no such thing. */
export interface ParityRow {
  readonly scope: ParityScope;
  readonly subject: string;
  readonly class: ParityClass;
  readonly a?: string;
  readonly b?: string;
  /** The declared difference that covers it, or why it is unknown. */
  readonly because?: string;
}

/** The answer of `runbook parity`. */
export interface ParityReport {
  readonly a: string;
  readonly b: string;
  readonly file?: string;
  /** ISO 8601. */
  readonly at: string;
  /** Everything that is not equal, in the order of scopes. */
  readonly rows: readonly ParityRow[];
  readonly counts: readonly {
    readonly scope: ParityScope;
    readonly equal: number;
    readonly expected: number;
    readonly differs: number;
    readonly unknown: number;
  }[];
  /** Declared differences that nothing made use of: perhaps misspelt. */
  readonly unused: readonly string[];
  readonly verdict: 'equal' | 'differs' | 'unknown';
  /** Where the side-by-side page was written. */
  readonly html?: string;
}
