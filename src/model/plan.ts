import type { Action } from './action.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { ActReason, CheckResult, SkipReason } from './outcome.ts';
import type { Place } from './place.ts';
import type { Step } from './runbook.ts';

/** One step in the order of the pass, with the hashes that the journal knows it by. */
export interface PlanStep {
  readonly step: Step;
  /** sha256 of kind, interpreter, targets, mode, cwd and text of Run and Fix. */
  readonly actionHash: string;
  /** Steps that this one comes after (explicit Needs, or the one before). */
  readonly after: readonly string[];
  /** Only the explicit Needs: when one of them acts, this step acts again. */
  readonly rebuildAfter: readonly string[];
  /** Ids of in-pass problems asked ahead of its actions, and between its actions and its Verify. */
  readonly obstaclesBefore: readonly string[];
  readonly obstaclesAfter: readonly string[];
  /** Declared inputs named anywhere in the step. */
  readonly inputs: readonly string[];
}

/** What a pass would walk: pure data, computed from the runbook alone. */
export interface Plan {
  /** Steps in walking order (problems are not among them). */
  readonly steps: readonly PlanStep[];
  /** Every problem by id, in-pass ones included, in document order. */
  readonly problems: readonly PlanStep[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What `runbook plan` and `--dry-run` say of one step. */
export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly place: Place;
  /** `ask`: it depends on shell checks or values that only a pass can know; `person`: an unknown verdict. */
  readonly would: 'act' | 'skip' | 'ask' | 'person';
  readonly reason: ActReason | SkipReason | 'shell-checks' | 'unknown-verdict';
  /** Which check satisfied it, or what differs; one line. */
  readonly detail: string;
  readonly checks: readonly CheckResult[];
  /** What each fence would do, one line each, values resolved and secrets masked. */
  readonly actions: readonly {
    readonly kind: Action['kind'];
    readonly summary: string;
    readonly text: string;
    readonly place: Place;
  }[];
  readonly needs: readonly string[];
}

/** An input as resolved; a secret's value is never here. */
export interface ResolvedInput {
  readonly name: string;
  readonly kind: 'variable' | 'secret';
  /** Masked for secrets; undefined: missing. */
  readonly value?: string;
  /** `--input`, `environment`, `.env`, `--env-file`, `command`, `default`, `prompt`, `missing`. */
  readonly source: string;
  readonly required: boolean;
}

/** The answer of `runbook plan`. */
export interface PlanReport {
  readonly file: string;
  readonly name: string;
  readonly box: string;
  readonly resumed: boolean;
  readonly steps: readonly PlannedStep[];
  /** Reactive and in-pass problems, which act only when their obstacle is there. */
  readonly problems: readonly {
    readonly id: string;
    readonly title: string;
    readonly for?: string;
    readonly how: 'in-pass' | 'reactive';
  }[];
  readonly inputs: readonly ResolvedInput[];
  /** Preflight: what is missing (errors stop a replay) and what may hurt (warnings do not). */
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: {
    readonly act: number;
    readonly skip: number;
    readonly ask: number;
    readonly person: number;
  };
}
