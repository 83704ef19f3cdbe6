/**
 * The kinds of cause that an explanation can name, mundane to exotic; the words of docs/agents.md. A hypothesis
 * names one, and so does every finding: that is how a guard sees that the mundane one still stands.
 */
export const CAUSES = [
  'binary',
  'config',
  'credentials',
  'port',
  'quota',
  'resources',
  'dependency',
  'timing',
  'network',
  'platform',
  'other',
] as const;

export type Cause = (typeof CAUSES)[number];

/** One thing that was measured or printed, small enough to quote. Findings cite it by id, and so must hypotheses. */
export interface Evidence {
  /** `ev-…`: unique over a box's life, never used again for another observation. */
  readonly id: string;
  /** What was looked at: `listener`, `package`, `exit`, `output`, `check`, … */
  readonly kind: string;
  /** One line for people, masked. */
  readonly summary: string;
  /** When it was observed (ISO 8601), so that a guard can ask for evidence younger than the failure. */
  readonly at: string;
  /** The same as data, masked. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A mundane explanation that the evidence supports. */
export interface Finding {
  /** Permanent and kebab-case, such as `port-taken`; the list is docs/diagnosis.md. */
  readonly code: string;
  /** What is the case, one sentence, with names, pids and numbers. */
  readonly title: string;
  /** Ids of the evidence that it rests on; never empty. */
  readonly evidence: readonly string[];
  /** What to do about it, one sentence. */
  readonly remedy: string;
  /** What it is about, without pids and times, such as `port 80`, `/etc/caddy/Caddyfile`, `db.internal`. Part of the fingerprint. */
  readonly subject?: string;
  /** The cause that it is an instance of. */
  readonly cause: Cause;
  /** Position in the order of likelihood: the smallest is shown first. */
  readonly rank: number;
}
