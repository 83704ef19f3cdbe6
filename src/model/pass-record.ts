import type { BoxOutcome, CheckResult, PassEvent } from './outcome.ts';

/** Version of the stored form. A reader skips lines of a type that it does not know. */
export const RECORD_SCHEMA = 1;

/** Who started a pass. */
export type StartedBy =
  | { readonly kind: 'person'; readonly name: string }
  | { readonly kind: 'agent'; readonly name: string }
  | { readonly kind: 'schedule'; readonly name: string };

/** `within` of the boxes of a fleet begins with it. The passes of one run have the same. */
export const FLEET = 'fleet ';

/** The first line of a record. */
export interface RecordHead {
  readonly record: typeof RECORD_SCHEMA;
  /** Sorts by time: `2026-11-28T10-15-00-3f90`. */
  readonly id: string;
  /** `replay`, `undo`, `verify`, `apply_step`, … */
  readonly verb: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly file: string;
  readonly name: string;
  readonly box: string;
  /** Hash of the document's content that runs or judges; see docs/journal.md. */
  readonly document: string;
  readonly by: StartedBy;
  /** What a pass is part of: `prove`, the fault of `chaos`, or a run of a fleet: `fleet hosts.yaml, TIME`. */
  readonly within?: string;
  /** By whose word it may run: `terminal`, `approved`, `yes`, `elicitation`, `lease`, `sandbox`. Absent: nothing may run. */
  readonly allowed?: string;
  readonly version: string;
  readonly process: { readonly pid: number; readonly start: string; readonly boot: string };
}

/** What is recorded beyond the events of a pass. */
export type RecordNote =
  /** Output that was left out between what precedes and what follows, in UTF-16 code units. */
  | { readonly type: 'output-omitted'; readonly step: string; readonly characters: number }
  | { readonly type: 'undone'; readonly step: string; readonly ms: number }
  | { readonly type: 'undo-failed'; readonly step: string; readonly message: string }
  /** The checks of a step or an endpoint, as `verify` found them. */
  | {
      readonly type: 'verified';
      readonly step: string;
      readonly verdict: string;
      readonly checks: readonly CheckResult[];
    }
  /** An attempt of an agent that did not start: what a guard said, or how a person answered. */
  | {
      readonly type: 'held-back';
      readonly step: string;
      readonly by: 'guard' | 'approval';
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: 'findings';
      readonly step: string;
      readonly findings: readonly {
        readonly code: string;
        readonly title: string;
        readonly remedy: string;
      }[];
    };

/** The last line of a record. A record without one belongs to a pass that runs, or that was killed. */
export interface RecordEnd {
  readonly type: 'record-ended';
  readonly at: string;
  readonly outcome: RecordedOutcome;
  readonly ms: number;
}

/** How a recorded pass ended. `refused`: an agent's attempt that did not start. */
export type RecordedOutcome = Exclude<BoxOutcome, 'not-started'>;

/** One line after the head; `ms` is the time since the head. */
export type RecordLine = (PassEvent | RecordNote | RecordEnd) & { readonly ms?: number };

/** One pass in a list. */
export interface PassEntry {
  readonly id: string;
  readonly verb: string;
  readonly at: string;
  readonly name: string;
  readonly box: string;
  readonly by: StartedBy;
  readonly within?: string;
  /** `running`, or `interrupted`: its process is gone and wrote no end. */
  readonly outcome: BoxOutcome | 'running' | 'interrupted';
  readonly ms?: number;
  readonly bytes: number;
}

/** What a pass says about steps and problems, so that readers need not read its whole record. */
export interface PassDigest extends PassEntry {
  /** Ids of steps whose checks passed, or that acted and have none. */
  readonly held: readonly string[];
  readonly failed: readonly string[];
  readonly acted: readonly string[];
  readonly fired: readonly { readonly problem: string; readonly step: string }[];
}

/** The result of `runbook history`. */
export interface HistoryReport {
  readonly file: string;
  readonly passes: readonly PassEntry[];
  /** With an id: that pass in detail. */
  readonly pass?: PassDetail;
  /** With --prune: ids that were removed. */
  readonly pruned?: readonly string[];
}

/** One pass with its steps. */
export interface PassDetail extends PassEntry {
  readonly version: string;
  readonly document: string;
  readonly allowed?: string;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    /** As in `StepOutcome`; `undone`; `running`; or `interrupted` where the record ends in the middle of it. */
    readonly outcome: string;
    readonly ms: number;
    /** Of them, milliseconds in which its checks were waited for. */
    readonly waitedMs: number;
    readonly fixes: readonly string[];
    /** What a guard, a check or an error said. */
    readonly message: string;
    readonly outputLines: number;
    /** Checks that did not pass, as expected and observed. */
    readonly missed: readonly string[];
  }[];
}

/** The result of `runbook logs`. */
export interface OutputReport {
  readonly pass: string;
  readonly step?: string;
  readonly text: string;
}
