/**
 * The causes that an explanation can name, from ordinary to exotic, as in docs/agents.md. Every hypothesis and every
 * finding names one. Guards compare them to see whether an ordinary cause is still unresolved.
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

/** One small observation that can be quoted. Findings and hypotheses cite it by id. */
export interface Evidence {
  /** `ev-…`: unique for the box, never reused. */
  readonly id: string;
  /** The kind of observation: `listener`, `package`, `exit`, `output`, `check`, … */
  readonly kind: string;
  /** One line for people, masked. */
  readonly summary: string;
  /** When it was observed (ISO 8601), so that a guard can require evidence newer than the failure. */
  readonly at: string;
  /** The observation as data, masked. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An ordinary explanation that the evidence supports. */
export interface Finding {
  /** Permanent and kebab-case, such as `port-taken`; the list is docs/diagnosis.md. */
  readonly code: string;
  /** What is wrong, in one sentence, with names, pids and numbers. */
  readonly title: string;
  /** Ids of the supporting evidence; never empty. */
  readonly evidence: readonly string[];
  /** What to do about it, one sentence. */
  readonly remedy: string;
  /**
   * The subject without pids and times, such as `port 80`, `/etc/caddy/Caddyfile`, `db.internal`. Part of the
   * fingerprint.
   */
  readonly subject?: string;
  /** The cause that it belongs to. */
  readonly cause: Cause;
  /** Rank by likelihood; the smallest is shown first. */
  readonly rank: number;
}
