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
 * What the journal keeps of the agent's loop. With these lines alone judge/loop-state rebuilds everything that the
 * guards and the fold read, so that kill -9 between any two of them loses nothing. The journal adds number and time.
 */
export const LoopEntry = z.discriminatedUnion('kind', [
  /** Written before the first fence runs; without a later end the attempt was interrupted. */
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
  /** An attempt that a guard held back: it never ran. */
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
   * Evidence of model/finding. Guards know these kinds: `observation`, one for each env_observe, with data
   * `{ findings, unchecked }`; `connect`, a row of the connect matrix; `limit`, `memory` and `disk`, facts of a snapshot.
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
  /** What the agent or a person said of a problem; what attempts do to it is not written, it follows. */
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
        /** Narrows the fix to these attempts. */
        fix: z.array(z.string()).optional(),
        /** Check lines that tell whether the obstacle is there, as asked when it was resolved. */
        verify: z.array(z.string()).optional(),
      }),
      z.object({ to: z.literal('dropped'), reason: z.string() }),
      z.object({ to: z.literal('stopped'), question: z.string() }),
      /** `same_as`: from now on its fingerprint counts for the other problem. */
      z.object({ to: z.literal('merged'), into: z.string() }),
    ]),
  }),
  /** A person's `runbook resume`. Without a problem: every one of the box. */
  z.object({ kind: z.literal('resume'), problem: z.string().optional() }),
  /** A save has written these attempts and problems into the document, or folded them away. */
  z.object({
    kind: z.literal('saved'),
    attempts: z.array(z.string()),
    problems: z.array(z.string()).default([]),
  }),
]);

export type LoopEntry = z.infer<typeof LoopEntry>;

/** A line of the journal: `at` in milliseconds since the epoch. */
export type LoopRecord = LoopEntry & { readonly seq: number; readonly at: number };

export type ProblemState = 'open' | 'cleared' | 'resolved' | 'dropped' | 'stopped';

/** A failure with one fingerprint on one box, from its first appearance on. Titles and step ids play no part in its key. */
export interface ProblemRecord {
  /** Made from box and fingerprint, so that a rebuilt journal gives the same. */
  readonly id: string;
  readonly box: string;
  /** Its own, and those of problems merged into it. */
  readonly fingerprints: readonly string[];
  readonly state: ProblemState;
  /** Every step that failed with it, in order of first failure. */
  readonly steps: readonly string[];
  /** The checks that had failed at its last failure, in wait form. */
  readonly failedChecks: readonly string[];
  /** Attempts that failed with it, oldest first. */
  readonly failures: readonly string[];
  /**
   * Distinct rounds since the last resume: what was done since the failure before, the failing action included, as one
   * text of sorted forms. Three independent steps and a retry are one round; so is the same retry twice.
   */
  readonly rounds: readonly string[];
  /** Forms of what ran since its last failure: the beginning of the next round. */
  readonly since: readonly string[];
  /** Attempt that began this life of the problem, and the one that cleared it. */
  readonly openedBy: string;
  readonly clearedBy?: string;
  /** `seq` before which guards do not count. */
  readonly countedFrom: number;
  /** It was resolved once: its entry stays until it is resolved anew. */
  readonly entry: boolean;
  /** Its entry, as it was last resolved, stands in the document. */
  readonly written: boolean;
  readonly why?: string | undefined;
  readonly cause?: Cause | undefined;
  readonly title?: string | undefined;
  readonly symptom?: string | undefined;
  readonly fix?: readonly string[] | undefined;
  readonly verify?: readonly string[] | undefined;
  /** Why it was dropped, or what a person was asked. */
  readonly reason?: string;
}

/** An attempt that a guard held back. */
export type GuardRecord = Extract<LoopRecord, { kind: 'guard' }>;

/** Everything known of one box's agent loop: what guards and the fold are given. Oldest first. */
export interface LoopState {
  readonly attempts: readonly Attempt[];
  readonly problems: readonly ProblemRecord[];
  readonly evidence: readonly Evidence[];
  readonly guards: readonly GuardRecord[];
  /** `seq` of the last resume of all (0: none), from which the box's own counter runs. */
  readonly resumedAt: number;
}
