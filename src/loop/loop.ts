import { z } from 'zod';
import { CAUSES, type Cause, type Evidence } from '../model/finding.ts';
import {
  ATTEMPT_SOURCES,
  ATTEMPT_STATUSES,
  type Attempt,
  ChangeRow,
  CheckRow,
  FindingRow,
  StepBody,
} from './attempt.ts';
import { Hypothesis, PredictionRow } from './hypothesis.ts';

/**
 * The journal's records of the agent loop. judge/loop-state rebuilds everything that the guards and the fold need from
 * them, so kill -9 at any point loses nothing. The journal adds a sequence number and a time.
 */
export const LoopEntry = z.discriminatedUnion('kind', [
  /** Written before the first fence runs. Without a matching end the attempt was interrupted. */
  z.object({
    kind: z.literal('attempt-started'),
    attempt: z.string(),
    job: z.string(),
    step: z.string(),
    box: z.string(),
    source: z.enum(ATTEMPT_SOURCES),
    body: StepBody,
    form: z.string(),
    inputs: z.string().default(''),
    hypothesis: Hypothesis.optional(),
    prediction: z.array(PredictionRow).default([]),
    edited: z.array(z.string()).optional(),
  }),
  z.object({
    kind: z.literal('attempt-ended'),
    attempt: z.string(),
    status: z.enum(ATTEMPT_STATUSES),
    durationMs: z.number(),
    actedMs: z.number(),
    exitCode: z.int().nullable(),
    signal: z.string().optional(),
    outputTail: z.string().default(''),
    checks: z.array(CheckRow).default([]),
    findings: z.array(FindingRow).default([]),
    unchecked: z.array(z.string()).default([]),
    changed: z.array(ChangeRow).default([]),
    fingerprint: z.string().optional(),
    prediction: z.array(PredictionRow).default([]),
  }),
  z.object({ kind: z.literal('attempt-undone'), attempt: z.string() }),
  /** An attempt that a guard blocked before it ran. */
  z.object({
    kind: z.literal('guard'),
    attempt: z.string(),
    step: z.string(),
    code: z.string(),
    verdict: z.enum(['ask', 'refuse']),
    reason: z.string(),
    evidence: z.array(z.string()),
    problem: z.string().optional(),
    stops: z.enum(['problem', 'box']).optional(),
    hypothesis: Hypothesis.optional(),
  }),
  /**
   * Evidence of model/finding. Guards know these kinds: `observation`, one per env_observe call, with data `{
   * findings, unchecked }`; `connect`, a row of the connection matrix; `limit`, `memory` and `disk`, facts of a
   * snapshot.
   */
  z.object({
    kind: z.literal('evidence'),
    evidence: z.object({
      id: z.string(),
      kind: z.string(),
      summary: z.string(),
      at: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  }),
  /** What the agent or a person decided about a problem. Effects of attempts are derived, not written. */
  z.object({
    kind: z.literal('problem'),
    problem: z.string(),
    move: z.discriminatedUnion('to', [
      z.object({
        to: z.literal('resolved'),
        why: z.string(),
        cause: z.enum(CAUSES).optional(),
        title: z.string().optional(),
        symptom: z.string().optional(),
        /** Restricts the fix to these attempts. */
        fix: z.array(z.string()).optional(),
        /** Check lines that detect the obstacle, as given when the problem was resolved. */
        verify: z.array(z.string()).optional(),
      }),
      /** Its Why, kept while something else is missing. Changes no state. */
      z.object({ to: z.literal('explained'), why: z.string(), cause: z.enum(CAUSES).optional() }),
      z.object({ to: z.literal('dropped'), reason: z.string() }),
      z.object({ to: z.literal('stopped'), question: z.string() }),
      /** `same_as`: from now on its fingerprint counts for the other problem. */
      z.object({ to: z.literal('merged'), into: z.string() }),
    ]),
  }),
  /** A person ran `runbook resume`. Without a problem: for every problem of the box. */
  z.object({ kind: z.literal('resume'), problem: z.string().optional() }),
  /** A save wrote these attempts and problems into the document, or left them out on purpose. */
  z.object({
    kind: z.literal('saved'),
    attempts: z.array(z.string()),
    problems: z.array(z.string()).default([]),
  }),
]);

export type LoopEntry = z.infer<typeof LoopEntry>;

/** A journal record; `at` is in milliseconds since the epoch. */
export type LoopRecord = LoopEntry & { readonly seq: number; readonly at: number };

export type ProblemState = 'open' | 'cleared' | 'resolved' | 'dropped' | 'stopped';

/**
 * A failure with one fingerprint on one box, since its first occurrence. Titles and step ids are not part of its key.
 */
export interface ProblemRecord {
  /** Derived from box and fingerprint, so that rebuilding from the journal gives the same id. */
  readonly id: string;
  readonly box: string;
  /** Its own fingerprint, those of problems merged into it, and those that show more or less of its cause. */
  readonly fingerprints: readonly string[];
  readonly state: ProblemState;
  /** Every step that failed with it, ordered by first failure. */
  readonly steps: readonly string[];
  /** The checks that failed at its last failure, in wait form. */
  readonly failedChecks: readonly string[];
  /** Attempts that failed with it, oldest first. */
  readonly failures: readonly string[];
  /** Its last failure: the script without numbers, the failed checks with their classes, and the findings. */
  readonly last: { readonly shape: string; readonly checks: string; readonly findings: readonly string[] };
  /**
   * Distinct rounds since the last resume. A round is everything that ran since the previous failure, including the
   * failing action, as one text of sorted forms. Three independent steps and a retry are one round; repeating the same
   * retry adds no round.
   */
  readonly rounds: readonly string[];
  /** Forms of what ran since its last failure: the start of the next round. */
  readonly since: readonly string[];
  /** The attempts that opened and that cleared the current occurrence of the problem. */
  readonly openedBy: string;
  readonly clearedBy?: string;
  /** Guards ignore attempts before this `seq`. */
  readonly countedFrom: number;
  /** It was resolved at least once. Its entry stays until it is resolved again. */
  readonly entry: boolean;
  /** Whether the latest resolution is in the document. */
  readonly written: boolean;
  readonly why?: string | undefined;
  readonly cause?: Cause | undefined;
  readonly title?: string | undefined;
  readonly symptom?: string | undefined;
  readonly fix?: readonly string[] | undefined;
  readonly verify?: readonly string[] | undefined;
  /** Why it was dropped, or what was asked of a person. */
  readonly reason?: string;
}

/** An attempt that a guard blocked. */
export type GuardRecord = Extract<LoopRecord, { kind: 'guard' }>;

/** The complete state of one box's agent loop: the input of the guards and the fold. Lists are oldest first. */
export interface LoopState {
  readonly attempts: readonly Attempt[];
  readonly problems: readonly ProblemRecord[];
  readonly evidence: readonly Evidence[];
  readonly guards: readonly GuardRecord[];
  /** `seq` of the last resume for all problems, where the box's own counter starts; 0 if missing. */
  readonly resumedAt: number;
}
