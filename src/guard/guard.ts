import type { ATTEMPT_SOURCES, GuardVerdict, StepBody } from '../loop/attempt.ts';
import type { Hypothesis, PredictionRow } from '../loop/hypothesis.ts';
import type { LoopState } from '../loop/loop.ts';
import type { Check } from '../model/check.ts';
import type { DemandUnderLimits } from './demand.ts';

/** The attempt that is about to run, with everything that a guard needs. */
export interface NewAttempt {
  readonly step: string;
  readonly source: (typeof ATTEMPT_SOURCES)[number];
  readonly body: StepBody;
  /** Hash of the inputs. */
  readonly inputs: string;
  readonly hypothesis?: Hypothesis | undefined;
  /** The hypothesis' prediction, evaluated before the attempt. A line that is not a typed check has no `before`. */
  readonly prediction: readonly PredictionRow[];
  /** The step's parsed checks in the last journaled version and now. Absent: the step is new or unchanged. */
  readonly checks?: { readonly before: readonly Check[]; readonly after: readonly Check[] };
  /** Changes on the box since the last failure, made by anyone, one line each. Absent: not measured. */
  readonly changedSince?: readonly string[];
  /** Files that the step reads in which only numbers have changed since then. */
  readonly numbersSince?: readonly string[];
  /** What it requests of a cluster, and the limits there. Absent: it applies nothing, or the limits cannot be read. */
  readonly demands?: readonly DemandUnderLimits[];
}

/** The complete input of a guard. `now` is in milliseconds since the epoch, so guards do not read a clock. */
export interface GuardInput {
  readonly attempt: NewAttempt;
  readonly loop: LoopState;
  readonly now: number;
}

/** A reason to stop before acting. Pure. */
export interface Guard {
  readonly code: string;
  readonly judge: (input: GuardInput) => GuardVerdict;
}

/** No objection. */
export const PASS: GuardVerdict = { verdict: 'pass' };
