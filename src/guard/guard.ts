import type { ATTEMPT_SOURCES, GuardVerdict, StepBody } from '../loop/attempt.ts';
import type { Hypothesis, PredictionRow } from '../loop/hypothesis.ts';
import type { LoopState } from '../loop/loop.ts';
import type { Check } from '../model/check.ts';
import type { DemandUnderLimits } from './demand.ts';

/** What is about to run, with all that a guard may ask of it. */
export interface NewAttempt {
  readonly step: string;
  readonly source: (typeof ATTEMPT_SOURCES)[number];
  readonly body: StepBody;
  /** Hash of the inputs. */
  readonly inputs: string;
  readonly hypothesis?: Hypothesis | undefined;
  /** The hypothesis' prediction, asked before the attempt; a line that is no typed check has no `before`. */
  readonly prediction: readonly PredictionRow[];
  /** The step's checks in the last journaled version and now, parsed; absent: it is new, or has not changed. */
  readonly checks?: { readonly before: readonly Check[]; readonly after: readonly Check[] };
  /** What differs on the box from the last failure, whoever did it, one line each; absent: not measured. */
  readonly changedSince?: readonly string[];
  /** What it asks of a cluster, and the limits there; absent: it applies nothing, or they cannot be read. */
  readonly demands?: readonly DemandUnderLimits[];
}

/** Everything a guard looks at. `now` is in milliseconds since the epoch: no guard reads a clock. */
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

/** Nothing to say. */
export const PASS: GuardVerdict = { verdict: 'pass' };
