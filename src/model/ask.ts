/** A question of an agent in a list. */
export interface AskRow {
  /** Hash of what would run, as the agent's call had it. */
  readonly key: string;
  /** A step's id, or `all of AUTODOCK.md`. */
  readonly what: string;
  /** Name and version of the client as it says itself. */
  readonly client: string;
  /** ISO 8601. */
  readonly at: string;
  readonly state: 'waiting' | 'approved' | 'refused';
  /** Of a refusal. */
  readonly reason?: string;
}

/** A question with everything that a person needs to answer it. */
export interface AskDetail extends AskRow {
  /** Hash of what would run now. It differs from `key` if the document, a value or a file changed meanwhile. */
  readonly hash: string;
  readonly box: string;
  /** Everything that would run or be resolved. */
  readonly text: string;
  /** What differs from the newest approval for the same step; absent: nothing was approved for it. */
  readonly since?: { readonly at: string; readonly lines: readonly string[] };
  /** What guards said about this step, newest last. */
  readonly guards: readonly { readonly code: string; readonly verdict: string; readonly reason: string }[];
  /** How its last attempts ended, newest last. */
  readonly attempts: readonly {
    readonly attempt: string;
    readonly status: string;
    readonly findings: readonly string[];
  }[];
}

/** A problem that is stopped until a person answers. */
export interface Dossier {
  readonly problem: string;
  readonly title: string;
  /** In the agent's words; empty if a guard stopped it. */
  readonly question: string;
  readonly attempts: readonly {
    readonly attempt: string;
    readonly step: string;
    readonly status: string;
    readonly ms: number;
    readonly changed: readonly string[];
    readonly findings: readonly string[];
    readonly outputTail: string;
  }[];
  readonly guards: readonly string[];
}
