import { z } from 'zod';

/** Parts that the answers of several tools have in common. */

const Verdict = z.enum(['pass', 'fail', 'unknown']);

/** One check and what was found. */
export const AnswerCheckRow = z.object({
  check: z.string(),
  verdict: Verdict,
  observed: z.string(),
  expected: z.string(),
});

/** One finding, citing evidence. */
export const AnswerFindingRow = z.object({
  code: z.string(),
  title: z.string(),
  evidence: z.array(z.string()).readonly(),
  remedy: z.string(),
});

/** One thing that differs on the box. */
export const AnswerChangeRow = z.object({
  scope: z.string(),
  kind: z.string(),
  subject: z.string(),
  detail: z.string(),
  evidence: z.array(z.string()).readonly().optional(),
});

/** A recorded problem: of the document with its Fix, of this box with the attempts that solved it. */
export const FixRow = z.object({
  problem: z.string(),
  title: z.string().optional(),
  for: z.string().optional(),
  why: z.string().optional(),
  fix: z.string().optional(),
  attempts: z.array(z.string()).readonly().optional(),
  from: z.string().optional(),
});
export type FixRow = z.infer<typeof FixRow>;

/** What a person was asked, and what came of it. */
export const AnswerApprovalRow = z.object({
  key: z.string().optional(),
  answer: z.string(),
  url: z.string().optional(),
  reason: z.string().optional(),
});

/** Why a guard held an attempt back. */
export const GuardRow = z.object({
  code: z.string(),
  verdict: z.enum(['ask', 'refuse']),
  reason: z.string(),
  evidence: z.array(z.string()).readonly(),
});

/** A step that is not written, and why. */
export const NotSavedRow = z.object({ step: z.string(), attempt: z.string(), reason: z.string() });
