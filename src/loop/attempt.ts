import { z } from 'zod';
import { SCOPE_NAMES } from '../model/facts/snapshot.ts';
import { CAUSES } from '../model/finding.ts';
import type { Hypothesis, PredictionRow } from './hypothesis.ts';

/** A fence as an agent submits it, before it is in a document: language, text, attributes. */
export const DraftFence = z.object({
  lang: z.string(),
  text: z.string(),
  attributes: z.record(z.string(), z.string()).default({}),
});

export type DraftFence = z.infer<typeof DraftFence>;

/** A step's actions and checks. Check lines are a fence with the language `check`. */
export const StepBody = z.object({
  title: z.string(),
  why: z.string().default(''),
  run: z.array(DraftFence),
  verify: z.array(DraftFence).default([]),
  undo: z.array(DraftFence).default([]),
  /** The step that this one follows in the document. Absent: the step that was applied before it. */
  after: z.string().optional(),
});

export type StepBody = z.infer<typeof StepBody>;

/**
 * Where a body came from. `step`: the document, unchanged. `draft`: a new step. `revision`: new text for an existing
 * step.
 */
export const ATTEMPT_SOURCES = ['step', 'draft', 'revision'] as const;

export const ATTEMPT_STATUSES = [
  'succeeded',
  'failed',
  'refused',
  'needs_approval',
  'running',
  'skipped',
  'timed_out',
  'cancelled',
  'interrupted',
] as const;

export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** A check of an attempt with its verdict, as stored in the journal. */
export const CheckRow = z.object({
  /** The check as written. */
  check: z.string(),
  /** The check in its wait form, set where a shell check contains a wait. Absent: the check without `within`. */
  form: z.string().optional(),
  verdict: z.enum(['pass', 'fail', 'unknown']),
  /** Class of what was observed: `refused`, `http-401`, `timeout`, … */
  class: z.string(),
  observed: z.string(),
  expected: z.string(),
  /** What was observed when waiting started, for checks that wait. Shows whether the wait made progress. */
  observedFirst: z.string().optional(),
  /** Its verdict before the step acted, where it was evaluated then. */
  before: z.enum(['pass', 'fail', 'unknown']).optional(),
});

export type CheckRow = z.infer<typeof CheckRow>;

/** `Finding` of model/finding, as stored in the journal. */
export const FindingRow = z.object({
  code: z.string(),
  title: z.string(),
  evidence: z.array(z.string()),
  remedy: z.string(),
  subject: z.string().optional(),
  cause: z.enum(CAUSES),
  rank: z.number(),
});

export type FindingRow = z.infer<typeof FindingRow>;

/** `Change` of model/change, as stored in the journal. */
export const ChangeRow = z.object({
  scope: z.enum(SCOPE_NAMES),
  kind: z.enum(['added', 'removed', 'changed']),
  subject: z.string(),
  detail: z.string(),
  after: z.string(),
  evidence: z.array(z.string()),
});

export type ChangeRow = z.infer<typeof ChangeRow>;

/** What a guard decides about an attempt before it runs. `ask`: it may run only with a hypothesis. */
export type GuardVerdict =
  | { readonly verdict: 'pass' }
  | {
      readonly verdict: 'ask' | 'refuse';
      /** Permanent: the guard's name, such as `sleep-spiral`. */
      readonly code: string;
      /** What was found and why the attempt is stopped, with the figures. */
      readonly reason: string;
      /** The attempts, evidence ids and figures behind the decision, one line each. */
      readonly evidence: readonly string[];
      /** What the agent can do instead. */
      readonly nextStep: string;
      /** Set on a refusal that also stops a problem, or all work on the box, until a person runs `runbook resume`. */
      readonly stops?: 'problem' | 'box';
      /** Id of the problem that the decision is about. */
      readonly problem?: string;
    };

/** One attempt at a step, rebuilt from the journal. Times are milliseconds since the epoch. */
export interface Attempt {
  /** Position in the journal. */
  readonly seq: number;
  readonly attempt: string;
  readonly job: string;
  readonly step: string;
  readonly box: string;
  readonly source: (typeof ATTEMPT_SOURCES)[number];
  readonly body: StepBody;
  /** Hash of the body's normal form, including waits and sizes. Equal for equal actions. */
  readonly form: string;
  /** Hash of the inputs of the run. */
  readonly inputs: string;
  readonly hypothesis?: Hypothesis | undefined;
  readonly prediction: readonly PredictionRow[];
  /** Files that it reads in which only numbers had changed since the failure before. */
  readonly edited?: readonly string[] | undefined;
  readonly status: AttemptStatus;
  readonly startedAt: number;
  /** Of the whole attempt, including the time spent waiting for checks. */
  readonly durationMs: number;
  /** Of its fences only: if an action failed, the time until it failed. */
  readonly actedMs: number;
  /** null without an exit code (signal, time limit, no fence). */
  readonly exitCode: number | null;
  readonly signal?: string | undefined;
  /** Last lines of output, masked. */
  readonly outputTail: string;
  readonly checks: readonly CheckRow[];
  /** From the list of ordinary causes that the server checks after every failure. */
  readonly findings: readonly FindingRow[];
  /** Items of that list that could not be checked. */
  readonly unchecked: readonly string[];
  readonly changed: readonly ChangeRow[];
  /** Only on failed and timed-out attempts. */
  readonly fingerprint?: string | undefined;
  /** The problem that it opened or was assigned to. */
  readonly problem?: string;
  readonly undone: boolean;
  /** Whether its content is in the document, or was left out by a save that the agent accepted. */
  readonly saved: boolean;
}

/** Whether the attempt counts for problems and guards. */
export function hasFailed(attempt: Pick<Attempt, 'status'>): boolean {
  return attempt.status === 'failed' || attempt.status === 'timed_out';
}
