import type { ClusterGrant } from './cluster/cluster-grant.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { CheckResult, PassSummary, StepOutcome } from './outcome.ts';
import type { Place } from './place.ts';
import type { PlanReport } from './plan.ts';

/** The answer of `runbook replay`: the pass in one object (the events are the story). */
export interface ReplayReport {
  readonly file: string;
  readonly name: string;
  readonly box: string;
  readonly summary: PassSummary;
  readonly steps: readonly { readonly id: string; readonly title: string; readonly outcome: StepOutcome }[];
  /** --dry-run: what would be done. */
  readonly plan?: PlanReport;
  /** How to go on, one line; empty when done. */
  readonly next: string;
}

/** The answer of `runbook verify`. */
export interface VerifyReport {
  readonly file: string;
  readonly box: string;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly verdict: 'pass' | 'fail' | 'unknown' | 'no-checks' | 'not-applicable';
    readonly checks: readonly CheckResult[];
  }[];
  readonly endpoints: readonly {
    readonly name: string;
    readonly target: string;
    readonly result?: CheckResult;
  }[];
  readonly summary: {
    readonly pass: number;
    readonly fail: number;
    readonly unknown: number;
    readonly noChecks: number;
  };
}

/** The answer of `runbook lint`. */
export interface LintReport {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: { readonly errors: number; readonly warnings: number };
}

/** The answer of `runbook undo`. */
export interface UndoReport {
  readonly file: string;
  readonly box: string;
  readonly undone: readonly { readonly id: string; readonly title: string; readonly ms: number }[];
  /** Confirmed here, but without an Undo part. */
  readonly withoutUndo: readonly string[];
  readonly failed?: {
    readonly id: string;
    readonly title: string;
    readonly message: string;
    readonly remedy: string;
    /** The fence; the step, where its Undo is the one that the journal recorded; undefined: the document has neither. */
    readonly place?: Place;
    readonly outputTail: string;
  };
}

/** The answer of `runbook approve`. */
export interface ApproveReport {
  readonly file: string;
  readonly hash: string;
  readonly already: boolean;
  /** What a pass would execute: number of fences by kind. */
  readonly fences: number;
  readonly shellChecks: number;
  /** With --context: what was allowed instead of the document's content. */
  readonly cluster?: ClusterGrant;
}

/** The answer of `runbook resume`: the problems that an agent may go on with. */
export interface ResumeReport {
  readonly file: string;
  readonly resumed: readonly string[];
}

/** The answer of `runbook init`. */
export interface InitReport {
  readonly files: readonly { readonly path: string; readonly action: 'created' | 'changed' | 'unchanged' }[];
}

/** The answer of `runbook facts`. */
export interface FactsReport {
  readonly file: string;
  readonly facts: readonly {
    readonly name: string;
    readonly recorded: string;
    readonly measured?: string;
    readonly unit: string;
    readonly verdict: 'same' | 'changed' | 'unmeasured' | 'failed';
    readonly detail: string;
  }[];
  readonly written: boolean;
}

/** The answer of `runbook status`: what the journal knows, without asking the box anything. */
export interface StatusReport {
  readonly file: string;
  readonly box: string;
  readonly journal: string;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly status: 'confirmed' | 'failed' | 'interrupted' | 'undone' | 'edited' | 'new';
    readonly at?: string;
  }[];
  readonly pass?: { readonly id: string; readonly ended: boolean };
}

/** A box that was launched here, as it stands now. */
export interface BoxReport {
  readonly name: string;
  /** expired: its time is over. left-over: what made it is gone. Both are what `box prune` removes. */
  readonly status: 'running' | 'stopped' | 'half-made';
  readonly over?: 'expired' | 'left-over';
  readonly purpose: 'sandbox' | 'prove';
  readonly image: string;
  readonly imageId: string;
  readonly engine: string;
  readonly container: string;
  /** ISO 8601. */
  readonly made: string;
  readonly expires?: string;
  readonly ports: readonly { readonly inside: number; readonly host?: number }[];
  readonly address?: string;
  /** Names under which its ports are reached through the proxy. */
  readonly exposed: readonly { readonly port: number; readonly url: string }[];
}

/** The answer of `box launch`, `status`, `stop` and `restart`. */
export interface OneBoxReport {
  readonly did: 'launched' | 'stopped' | 'restarted' | 'looked';
  readonly box: BoxReport;
  /** What should be known of how it came about, such as an image that was built. */
  readonly notes: readonly string[];
}

/** The answer of `box list`. */
export interface BoxesReport {
  readonly boxes: readonly BoxReport[];
}

/** The answer of `box destroy` and `box prune`. */
export interface RemovedBoxesReport {
  readonly removed: readonly { readonly name: string; readonly because: string }[];
}

/** The answer of `box sync`. */
export interface SyncReport {
  readonly box: string;
  readonly to: string;
  readonly sent: number;
  readonly bytes: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly withheld: readonly string[];
  /** Names of the secrets that were given, by the file that holds them in the box. */
  readonly secrets?: { readonly path: string; readonly names: readonly string[] };
}

/** The answer of `box expose` and `box unexpose`. */
export interface ExposeReport {
  readonly box: string;
  readonly exposed?: {
    readonly port: number;
    readonly url: string;
    readonly by: 'caddy' | 'published' | 'address';
  };
  readonly unexposed?: readonly string[];
}

/** The answer of `box grant`. */
export interface GrantReport {
  readonly box: string;
  readonly secrets: readonly string[];
}

/** The answer of `box logs`: text of the box, masked. */
export interface LogsReport {
  readonly box: string;
  readonly text: string;
}

/** The answer of `runbook prove`. */
export interface ProveReport {
  readonly file: string;
  readonly name: string;
  readonly outcome: 'proven' | 'failed' | 'person' | 'aborted';
  /** Why it is not proven, a sentence each; none where it is. */
  readonly reasons: readonly string[];
  readonly box: { readonly name: string; readonly image: string; readonly digest: string };
  /** The box was kept for a look. */
  readonly kept: boolean;
  readonly first?: PassSummary;
  /** All checks, asked after the first pass. */
  readonly checks?: VerifyReport['summary'];
  /** The same document once more, on the box that the first pass left: nothing may be left to do. */
  readonly second?: PassSummary;
  /** Of what was proven, as written into the document. */
  readonly certificate?: string;
  readonly notes: readonly string[];
}
