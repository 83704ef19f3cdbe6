import type { Check, Verdict } from './check.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Place } from './place.ts';

/** A check and its verdict. */
export interface CheckResult extends Verdict {
  /** The check as written. */
  readonly check: string;
  readonly kind: Check['kind'] | 'file' | 'cluster' | 'background';
  readonly place: Place;
  /** Milliseconds spent waiting for it. */
  readonly waitedMs: number;
}

/** Why a step was not run; the words are those of docs/format.md's table. */
export type SkipReason =
  /** Confirmed by the journal, and all of its checks (if any) pass. */
  | 'confirmed'
  /** Never ran here, but its checks pass. */
  | 'found'
  /** Its When does not hold. */
  | 'not-applicable'
  /** excludeFromRunAll, --from, --only. */
  | 'not-selected'
  /** A problem whose obstacle is absent, or that no failure matched. */
  | 'no-symptom'
  /** The person declined (loose documents ask block by block). */
  | 'declined';

/** Why a step runs. */
export type ActReason =
  | 'new'
  | 'edited'
  | 'inputs-changed'
  | 'failed-before'
  | 'interrupted'
  | 'needs-acted'
  | 'drifted'
  | 'forced'
  | 'state-needed'
  | 'obstacle';

/** What went wrong, with everything that a person needs to continue. */
export interface Failure {
  /**
   * `exit`, `timeout`, `checks`, `aborted`, `disconnected`, `unstartable`, `file`, `unsupported`, `unknown-verdict`,
   * `input`, `interactive` (no terminal), `not-accepted` (by `--accept`).
   */
  readonly kind: string;
  readonly message: string;
  readonly remedy: string;
  readonly place: Place;
  readonly exitCode?: number;
  /** Last lines of output, masked. */
  readonly outputTail: string;
  /** If there was more: how many lines, and the command that prints them. */
  readonly wholeOutput?: { readonly lines: number; readonly command: string };
  readonly checks: readonly CheckResult[];
  /** Ordinary explanations, most likely first (docs/diagnosis.md); absent if empty. */
  readonly findings?: readonly { readonly code: string; readonly title: string; readonly remedy: string }[];
  /** Recorded problems whose Symptom matches. */
  readonly knownProblems: readonly {
    readonly id: string;
    readonly title: string;
    readonly place: Place;
    readonly fix: string;
    readonly applied: boolean;
  }[];
}

/** Failures that do not reflect on the step: it was stopped, or the connection to the box was lost. */
export function isInterruption({ kind }: Pick<Failure, 'kind'>): boolean {
  return kind === 'aborted' || kind === 'disconnected';
}

/** How one step ended in this pass. */
export type StepOutcome =
  | {
      readonly kind: 'acted';
      readonly reason: ActReason;
      readonly ms: number;
      readonly checks: readonly CheckResult[];
      readonly fixes: readonly string[];
    }
  | {
      readonly kind: 'skipped';
      readonly reason: SkipReason;
      readonly ms: number;
      readonly checks: readonly CheckResult[];
      readonly detail: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: ActReason;
      readonly ms: number;
      readonly failure: Failure;
      readonly fixes: readonly string[];
    }
  /** A person must decide: unknown verdicts, or an interactive step without a terminal. */
  | { readonly kind: 'person'; readonly ms: number; readonly failure: Failure }
  /** A step that it depends on has failed, or the pass was stopped. */
  | { readonly kind: 'not-reached'; readonly because: string };

/** Totals of a pass. */
export interface PassSummary {
  readonly outcome: 'done' | 'failed' | 'person' | 'aborted';
  readonly acted: number;
  readonly skipped: number;
  readonly failed: number;
  /** Steps that wait for a person; not counted as failed. */
  readonly person: number;
  readonly notReached: number;
  /** Steps that were stopped in the middle; not counted as failed. */
  readonly interrupted?: number;
  /** Fixes applied, reactive and in-pass. */
  readonly fixes: number;
  readonly ms: number;
  readonly resumed: boolean;
}

/**
 * One event. The terminal, `--json`, JUnit and the MCP server all read this stream. Text is masked. In a fleet, the
 * events of a box's pass carry the name of the target.
 */
export type RunEvent = (PassEvent & { readonly target?: string }) | FleetEvent;

/** Events of a fleet as a whole; see docs/fleets.md. */
type FleetEvent =
  | {
      readonly type: 'fleet-started';
      readonly at: string;
      readonly file: string;
      readonly name: string;
      /** In the order of the inventory, which is the order of starting. */
      readonly targets: readonly string[];
      readonly steps: number;
      readonly forks: number;
      readonly canary: number;
    }
  | { readonly type: 'box-started'; readonly at: string; readonly target: string }
  | {
      readonly type: 'box-finished';
      readonly at: string;
      readonly target: string;
      readonly outcome: BoxOutcome;
      readonly ms: number;
      /** One line: what ran, what failed, or why it could not start. */
      readonly message: string;
    }
  | {
      readonly type: 'fleet-finished';
      readonly at: string;
      readonly summary: FleetSummary;
      readonly next: string;
    };

/** The outcome on one box: that of its pass, `refused` before a pass started, or not started. */
export type BoxOutcome = PassSummary['outcome'] | 'refused' | 'not-started';

/** Totals of a fleet. */
export interface FleetSummary {
  readonly outcome: PassSummary['outcome'];
  readonly boxes: Readonly<Record<BoxOutcome, number>>;
  readonly ms: number;
  /** Why some boxes were not started. */
  readonly because?: string;
}

/** One event of a pass. */
export type PassEvent =
  | {
      readonly type: 'pass-started';
      readonly at: string;
      readonly pass: string;
      readonly file: string;
      readonly name: string;
      readonly box: string;
      readonly resumed: boolean;
      readonly steps: readonly {
        readonly id: string;
        readonly title: string;
        readonly kind: 'step' | 'problem';
      }[];
    }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }
  | {
      readonly type: 'step-started';
      readonly at: string;
      readonly step: string;
      readonly title: string;
      readonly reason: ActReason;
    }
  | { readonly type: 'output'; readonly step: string; readonly text: string }
  | {
      readonly type: 'check';
      readonly step: string;
      readonly phase: 'before' | 'after';
      readonly result: CheckResult;
    }
  | {
      readonly type: 'fix-started';
      readonly step: string;
      readonly problem: string;
      readonly title: string;
      readonly how: 'reactive' | 'in-pass';
    }
  | {
      readonly type: 'fix-finished';
      readonly step: string;
      readonly problem: string;
      readonly cleared: boolean;
      readonly message: string;
    }
  | {
      readonly type: 'step-finished';
      readonly at: string;
      readonly step: string;
      readonly title: string;
      readonly outcome: StepOutcome;
    }
  | {
      readonly type: 'pass-finished';
      readonly at: string;
      readonly summary: PassSummary;
      readonly next: string;
      /** What the document offers now; only if the pass is done. */
      readonly endpoints?: readonly { readonly name: string; readonly target: string }[];
    };
