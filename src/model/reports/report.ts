import type { ClusterGrant } from '../cluster/cluster-grant.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Finding } from '../finding.ts';
import type { CheckResult, PassSummary, StepOutcome } from '../outcome.ts';
import type { Place } from '../place.ts';
import type { PlanReport } from '../plan.ts';

/** The result of `runbook replay`: a summary of the pass; its events are the details. */
export interface ReplayReport {
  readonly file: string;
  readonly name: string;
  readonly box: string;
  readonly summary: PassSummary;
  readonly steps: readonly { readonly id: string; readonly title: string; readonly outcome: StepOutcome }[];
  /** --dry-run: the plan. */
  readonly plan?: PlanReport;
  /** --undo-on-failure: what was taken back after the failure. */
  readonly undone?: {
    /** In the order in which they were undone. */
    readonly steps: readonly string[];
    /** What this pass did and is still there. */
    readonly remaining: readonly string[];
    /** The step that ended it, and why. */
    readonly stoppedBy?: string;
    readonly because?: string;
  };
  /** The next command to run, one line; empty when done. */
  readonly next: string;
}

/** The result of `runbook verify`. */
export interface VerifyReport {
  readonly file: string;
  readonly box: string;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly verdict: 'pass' | 'fail' | 'unknown' | 'no-checks' | 'not-applicable';
    readonly checks: readonly CheckResult[];
    /** Why checks fail, the likeliest first. Absent: none fails, or nothing explains it. */
    readonly findings?: readonly Pick<Finding, 'code' | 'title' | 'remedy'>[];
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

/** The result of `runbook lint`. */
export interface LintReport {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: { readonly errors: number; readonly warnings: number };
}

/** The result of `runbook undo`. */
export interface UndoReport {
  readonly file: string;
  readonly box: string;
  readonly undone: readonly { readonly id: string; readonly title: string; readonly ms: number }[];
  /** Confirmed here, but without Undo. */
  readonly withoutUndo: readonly string[];
  /** With --dry-run: what would be undone, in that order. `recorded`: the document no longer has this Undo. */
  readonly would?: readonly {
    readonly id: string;
    readonly title: string;
    readonly recorded: boolean;
    readonly actions: readonly string[];
    /** Processes that would be ended, and objects in a cluster that would be deleted. */
    readonly processes: number;
    readonly objects: number;
  }[];
  readonly failed?: {
    readonly id: string;
    readonly title: string;
    readonly message: string;
    readonly remedy: string;
    /**
     * Place of the fence. If the journal recorded the Undo, place of the step. Undefined: neither is in the document.
     */
    readonly place?: Place;
    readonly outputTail: string;
    readonly wholeOutput?: { readonly lines: number; readonly command: string };
  };
}

/** The result of `runbook approve`. */
export interface ApproveReport {
  readonly file: string;
  readonly hash: string;
  readonly already: boolean;
  /** Number of fences that a pass would execute, by kind. */
  readonly fences: number;
  readonly shellChecks: number;
  /** The approval's name in `runbook approvals`, the box that it counts for, and what was approved, as text. */
  readonly id?: string;
  readonly box?: string;
  readonly shown?: string;
  /** With --context: the cluster approval, given instead of approving content. */
  readonly cluster?: ClusterGrant;
}

/** An approval as `runbook approvals` lists it. */
export interface ApprovalRow {
  readonly id: string;
  /** Of everything that it lets run. */
  readonly hash: string;
  /** `once`: for one start. `project`: whenever exactly this comes again in this project on this box. */
  readonly scope: 'once' | 'project';
  readonly state: 'valid' | 'used' | 'expired' | 'revoked';
  /** A step's id, or the document. */
  readonly what: string;
  readonly document: string;
  readonly box: string;
  readonly boxName: string;
  readonly how: string;
  readonly by: string;
  /** ISO 8601, as `until`. */
  readonly at: string;
  readonly until?: string;
  readonly client?: string;
  /** Milliseconds between question and answer. */
  readonly latencyMs?: number;
}

/** A time in which drafts run unasked, as `runbook approvals` and `status` list it. */
export interface LeaseRow {
  readonly id: string;
  readonly document: string;
  readonly box: string;
  readonly boxName: string;
  readonly client: string;
  readonly at: string;
  readonly until: string;
}

/** The result of `approvals list`. */
export interface ApprovalsReport {
  readonly approvals: readonly ApprovalRow[];
  readonly leases: readonly LeaseRow[];
}

/** The result of `approvals show`: with the text that was approved. */
export interface ApprovalReport extends ApprovalRow {
  readonly shown: string;
}

/** The result of `approvals revoke`. */
export interface RevokedReport {
  readonly revoked: readonly string[];
}

/** The result of `runbook resume`: the problems that an agent may work on again. */
export interface ResumeReport {
  readonly file: string;
  readonly resumed: readonly string[];
}

/** The result of `runbook init`. */
export interface InitReport {
  readonly files: readonly {
    readonly path: string;
    readonly action: 'created' | 'changed' | 'unchanged';
    /** What was written, in a few words. */
    readonly what?: string;
  }[];
  /** What the person does next. */
  readonly next?: string;
}

/** The result of `runbook facts`. */
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

/** The result of `runbook status`: the journal's content, without measuring the box. */
export interface StatusReport {
  readonly file: string;
  readonly box: string;
  readonly journal: string;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly status: 'confirmed' | 'failed' | 'interrupted' | 'undone' | 'edited' | 'new';
    readonly at?: string;
    /** ISO 8601: when a recorded pass last saw its checks pass. */
    readonly lastHeld?: string;
  }[];
  /** How often the Fix of each recorded problem fired here. */
  readonly problems: readonly {
    readonly id: string;
    readonly title: string;
    readonly times: number;
    readonly last?: string;
    /** It has not fired for 90 days. */
    readonly old: boolean;
  }[];
  readonly pass?: { readonly id: string; readonly ended: boolean };
  /** Leases that let an agent's drafts run unasked here, now. */
  readonly leases?: readonly LeaseRow[];
}

/** The current state of a box that was launched here. */
export interface BoxReport {
  readonly name: string;
  /** expired: its lifetime is over. left-over: the process that created it is gone. `box prune` removes both. */
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
  /** Proxy URLs of its ports. */
  readonly exposed: readonly { readonly port: number; readonly url: string }[];
}

/** The result of `box launch`, `status`, `stop` and `restart`. */
export interface OneBoxReport {
  readonly did: 'launched' | 'stopped' | 'restarted' | 'looked';
  readonly box: BoxReport;
  /** Remarks about how it was created, such as an image that was built. */
  readonly notes: readonly string[];
}

/** The result of `box list`. */
export interface BoxesReport {
  readonly boxes: readonly BoxReport[];
}

/** The result of `box destroy` and `box prune`. */
export interface RemovedBoxesReport {
  readonly removed: readonly { readonly name: string; readonly because: string }[];
}

/** The result of `box sync`. */
export interface SyncReport {
  readonly box: string;
  readonly to: string;
  readonly sent: number;
  readonly bytes: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly withheld: readonly string[];
  /** Names of the granted secrets, and the path of the file that holds them in the box. */
  readonly secrets?: { readonly path: string; readonly names: readonly string[] };
}

/** The result of `box expose` and `box unexpose`. */
export interface ExposeReport {
  readonly box: string;
  readonly exposed?: {
    readonly port: number;
    readonly url: string;
    readonly by: 'caddy' | 'published' | 'address';
  };
  readonly unexposed?: readonly string[];
}

/** The result of `box grant`. */
export interface GrantReport {
  readonly box: string;
  readonly secrets: readonly string[];
}

/** The result of `box logs`: text from the box, masked. */
export interface LogsReport {
  readonly box: string;
  readonly text: string;
}

/** The result of `runbook prove`. */
export interface ProveReport {
  readonly file: string;
  readonly name: string;
  readonly outcome: 'proven' | 'failed' | 'person' | 'aborted';
  /** Why it is not proven, one sentence each; empty if proven. */
  readonly reasons: readonly string[];
  readonly box: { readonly name: string; readonly image: string; readonly digest: string };
  /** Whether the box was kept for inspection. */
  readonly kept: boolean;
  readonly first?: PassSummary;
  /** All checks, evaluated after the first pass. */
  readonly checks?: VerifyReport['summary'];
  /** A second pass on the same box; it must find nothing to do. */
  readonly second?: PassSummary;
  /** The certificate as written into the document. */
  readonly certificate?: string;
  readonly notes: readonly string[];
}
