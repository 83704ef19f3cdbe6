import type { Action } from './action.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { ActReason, CheckResult, SkipReason } from './outcome.ts';
import type { Place } from './place.ts';
import type { Step } from './runbook.ts';

/** One step in pass order, with the hashes that the journal identifies it by. */
export interface PlanStep {
  readonly step: Step;
  /** sha256 of kind, interpreter, targets, mode, cwd and text of Run and Fix. */
  readonly actionHash: string;
  /** Ids of the steps that this one follows (explicit Needs, or the previous step). */
  readonly after: readonly string[];
  /** Only the explicit Needs: when one of them acts, this step runs again. */
  readonly rebuildAfter: readonly string[];
  /** Ids of in-pass problems checked before its actions, and between its actions and its Verify. */
  readonly obstaclesBefore: readonly string[];
  readonly obstaclesAfter: readonly string[];
  /** Declared inputs that the step refers to. */
  readonly inputs: readonly string[];
}

/** What a pass will process: pure data, computed from the runbook alone. */
export interface Plan {
  /** Steps in pass order, without problems. */
  readonly steps: readonly PlanStep[];
  /** Every problem by id, in-pass ones included, in document order. */
  readonly problems: readonly PlanStep[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The entry of one step in `runbook plan` and `--dry-run`. */
export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly place: Place;
  /** `ask`: depends on shell checks or values that are known only during a pass. `person`: a verdict is unknown. */
  readonly would: 'act' | 'skip' | 'ask' | 'person';
  readonly reason: ActReason | SkipReason | 'shell-checks' | 'unknown-verdict';
  /** Which check is satisfied, or what differs; one line. */
  readonly detail: string;
  readonly checks: readonly CheckResult[];
  /** What each fence would do, one line each, with values resolved and secrets masked. */
  readonly actions: readonly {
    readonly kind: Action['kind'];
    readonly summary: string;
    readonly text: string;
    readonly place: Place;
    /** What it destroys, one line for each command, masked; absent: nothing that is known. */
    readonly destroys?: readonly string[];
  }[];
  readonly needs: readonly string[];
}

/** A resolved input. Never contains a secret's value. */
export interface ResolvedInput {
  readonly name: string;
  readonly kind: 'variable' | 'secret';
  /** What its value must be, as written in the column Kind: `port(1024..)`. */
  readonly type?: string;
  /** Masked for secrets. Undefined: the value is missing. */
  readonly value?: string;
  /** `--input`, `environment`, `.env`, `--env-file`, `command`, `default`, `prompt`, `missing`, `unapproved`. */
  readonly source: string;
  readonly required: boolean;
}

/** The result of `runbook plan`. */
export interface PlanReport {
  readonly file: string;
  readonly name: string;
  readonly box: string;
  readonly resumed: boolean;
  readonly steps: readonly PlannedStep[];
  /** Reactive and in-pass problems, which act only if their obstacle is present. */
  readonly problems: readonly {
    readonly id: string;
    readonly title: string;
    readonly for?: string;
    readonly how: 'in-pass' | 'reactive';
  }[];
  /** What the document schedules; `runbook schedule install` installs it. */
  readonly schedule?: readonly { readonly name: string; readonly what: string; readonly when: string }[];
  readonly inputs: readonly ResolvedInput[];
  /** Preflight: what is missing (errors block a replay) and what may cause trouble (warnings do not block). */
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: {
    readonly act: number;
    readonly skip: number;
    readonly ask: number;
    readonly person: number;
    /** Commands that destroy something, in steps that would act. */
    readonly destroys?: number;
  };
}
