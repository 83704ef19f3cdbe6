import { z } from 'zod';
import { CAUSES } from '../model/finding.ts';
import { SCOPE_NAMES } from '../model/snapshot.ts';
import type { Hypothesis, PredictionRow } from './hypothesis.ts';

/** A fence as an agent gives it, before it stands in a document: language, text, attributes. */
export const DraftFence = z.object({
  lang: z.string(),
  text: z.string(),
  attributes: z.record(z.string(), z.string()).default({}),
});

export type DraftFence = z.infer<typeof DraftFence>;

/** All that a step does and how it is judged. Check lines are a fence of language `check`. */
export const StepBody = z.object({
  title: z.string(),
  why: z.string().default(''),
  run: z.array(DraftFence),
  verify: z.array(DraftFence).default([]),
  undo: z.array(DraftFence).default([]),
  /** The step that it comes after in the document; absent: the one applied before it. */
  after: z.string().optional(),
});

export type StepBody = z.infer<typeof StepBody>;

/**
 * Where a body came from. `step`: the document, unchanged. `draft`: a new step. `revision`: new text for a step.
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

/** A check of an attempt and its answer, as the journal keeps it. */
export const CheckRow = z.object({
  /** The check as written. */
  check: z.string(),
  /** The check in its wait form; absent: only `within` is taken off. Set where a shell check holds a wait. */
  form: z.string().optional(),
  verdict: z.enum(['pass', 'fail', 'unknown']),
  /** Class of what was observed: `refused`, `http-401`, `timeout`, … */
  class: z.string(),
  observed: z.string(),
  expected: z.string(),
  /** What was observed when waiting began, where it was waited for: shows whether the wait got anywhere. */
  observedFirst: z.string().optional(),
});

export type CheckRow = z.infer<typeof CheckRow>;

/** `Finding` of model/finding, as the journal keeps it. */
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

/** `Change` of model/change, as the journal keeps it. */
export const ChangeRow = z.object({
  scope: z.enum(SCOPE_NAMES),
  kind: z.enum(['added', 'removed', 'changed']),
  subject: z.string(),
  detail: z.string(),
  after: z.string(),
  evidence: z.array(z.string()),
});

export type ChangeRow = z.infer<typeof ChangeRow>;

/** What a guard says of an attempt before it runs. `ask`: only with a hypothesis. */
export type GuardVerdict =
  | { readonly verdict: 'pass' }
  | {
      readonly verdict: 'ask' | 'refuse';
      /** Permanent: the guard's name, such as `sleep-spiral`. */
      readonly code: string;
      /** What was seen and why it stops here, with the figures. */
      readonly reason: string;
      /** The attempts, evidence ids and figures that were used, one line each. */
      readonly evidence: readonly string[];
      /** What the agent can do instead. */
      readonly wayOn: string;
      /** A refusal that also stops a problem, or all work on the box, until a person says `runbook resume`. */
      readonly stops?: 'problem' | 'box';
      /** The problem that it concerns, by id. */
      readonly problem?: string;
    };

/** One attempt at a step, as rebuilt from the journal. Times are milliseconds since the epoch. */
export interface Attempt {
  /** Position in the journal. */
  readonly seq: number;
  readonly attempt: string;
  readonly job: string;
  readonly step: string;
  readonly box: string;
  readonly source: (typeof ATTEMPT_SOURCES)[number];
  readonly body: StepBody;
  /** Hash of the body's normal form, waits and sizes included: the same action has the same. */
  readonly form: string;
  /** Hash of the inputs that it ran with. */
  readonly inputs: string;
  readonly hypothesis?: Hypothesis | undefined;
  readonly prediction: readonly PredictionRow[];
  readonly status: AttemptStatus;
  readonly startedAt: number;
  /** Of the whole attempt, waiting for checks included. */
  readonly durationMs: number;
  /** Of its fences alone: when an action failed, that is when. */
  readonly actedMs: number;
  /** null: no exit code (a signal, a time limit, no fence). */
  readonly exitCode: number | null;
  readonly signal?: string | undefined;
  /** Last lines of output, masked. */
  readonly outputTail: string;
  readonly checks: readonly CheckRow[];
  /** From the mundane checklist that the server runs after every failure. */
  readonly findings: readonly FindingRow[];
  /** Items of that checklist that could not be looked at. */
  readonly unchecked: readonly string[];
  readonly changed: readonly ChangeRow[];
  /** Only failed and timed_out attempts have one. */
  readonly fingerprint?: string | undefined;
  /** The problem that it opened or was attached to. */
  readonly problem?: string;
  readonly undone: boolean;
  /** Its content stands in the document, or was left out by a save that the agent accepted. */
  readonly saved: boolean;
}

/** Only these touch problems and the counters of guards. */
export function hasFailed(attempt: Pick<Attempt, 'status'>): boolean {
  return attempt.status === 'failed' || attempt.status === 'timed_out';
}
