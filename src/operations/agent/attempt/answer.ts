import { z } from 'zod';
import { matchSymptom } from '../../../judge/symptom.ts';
import { ATTEMPT_STATUSES, type Attempt } from '../../../loop/attempt.ts';
import { PredictionRow } from '../../../loop/hypothesis.ts';
import type { GuardRecord } from '../../../loop/loop.ts';
import { predictionHeld } from '../../../loop/prediction.ts';
import {
  AnswerApprovalRow,
  AnswerChangeRow,
  AnswerCheckRow,
  AnswerFindingRow,
  FixRow,
  GuardRow,
} from '../answer-rows.ts';
import { stillRuns } from '../follow-job.ts';
import type { Workspace } from '../workspace.ts';
import type { Denial } from './denial.ts';

/** The answer of apply_step, word for word as docs/agents.md gives it. */
export const AttemptAnswer = z.object({
  attempt: z.string(),
  step: z.string(),
  job: z.string().nullable(),
  status: z.enum(ATTEMPT_STATUSES),
  exit_code: z.int().nullable(),
  duration_ms: z.number(),
  output_tail: z.string(),
  output_bytes: z.number(),
  checks: z.array(AnswerCheckRow),
  findings: z.array(AnswerFindingRow),
  guard: GuardRow.optional(),
  approval: AnswerApprovalRow.optional(),
  known_fixes: z.array(FixRow),
  changed: z.array(AnswerChangeRow),
  problem: z.string().optional(),
  cleared: z.array(z.string()).optional(),
  prediction: z
    .object({ held: z.enum(['yes', 'no', 'unknown']), rows: z.array(PredictionRow).readonly() })
    .optional(),
  note: z.string().optional(),
  next: z.string(),
});

export type AttemptAnswer = z.infer<typeof AttemptAnswer>;

/** The answer about an attempt, from the journal alone: the same for every caller, and after any restart. */
export async function attemptAnswer(workspace: Workspace, id: string): Promise<AttemptAnswer> {
  const attempt = workspace.store.loop.attempts.find((each) => each.attempt === id)!;
  const note = workspace.store.jobs.find(({ job }) => job === attempt.job)?.ended?.summary;
  const cleared = workspace.store.loop.problems
    .filter((each) => each.clearedBy === id)
    .map((each) => each.id);
  return {
    attempt: attempt.attempt,
    step: attempt.step,
    job: attempt.job,
    status: attempt.status,
    exit_code: attempt.exitCode,
    duration_ms: attempt.durationMs,
    output_tail: attempt.outputTail,
    output_bytes: (await workspace.store.jobBytes(attempt.job)) ?? Buffer.byteLength(attempt.outputTail),
    checks: AnswerCheckRow.array().parse(attempt.checks),
    findings: AnswerFindingRow.array().parse(attempt.findings),
    known_fixes: await knownFixes(workspace, attempt),
    changed: attempt.changed
      .filter(({ scope }) => scope !== 'processes')
      .map(({ scope, kind, subject, detail }) => ({ scope, kind, subject, detail })),
    ...(attempt.problem === undefined ? {} : { problem: attempt.problem }),
    ...(cleared.length > 0 ? { cleared } : {}),
    ...(attempt.hypothesis
      ? { prediction: { held: predictionHeld(attempt.prediction), rows: attempt.prediction } }
      : {}),
    ...(note === undefined || note === '' ? {} : { note }),
    next: nextOf(attempt, cleared),
  };
}

/** An attempt that a guard held back. */
export function guardAnswer(
  { attempt, step, code, verdict, reason, evidence, problem }: GuardRecord,
  nextStep: string,
): AttemptAnswer {
  return {
    ...NOT_RUN,
    attempt,
    step,
    status: 'refused',
    guard: { code, verdict, reason, evidence },
    ...(problem === undefined ? {} : { problem }),
    next: nextStep,
  };
}

/** An attempt for which a person is needed first. */
export function approvalAnswer(
  step: string,
  key: string,
  { answer: said, url, reason }: Omit<Denial, 'allowed'>,
  { file, remark }: { readonly file: string; readonly remark: string | undefined },
): AttemptAnswer {
  const command = `runbook approve ${file} --step ${step}`;
  const words = {
    open: 'The person has been asked. Call again with the same arguments once they have answered',
    no: 'The person said no. Do something else, or ask them what they would accept',
    'nobody-asked': 'No person can be asked from here',
    'too-fast':
      'The answer came faster than a person can read what would run, so it does not count. Call again with the same arguments',
    'on-page': `The person decides in their browser, at ${url}. Tell them, and call again with the same arguments: that call waits for the answer`,
  };
  const refused = `The person refused exactly this: ${JSON.stringify(reason)}. Do what they ask for, or something else.`;
  return {
    ...NOT_RUN,
    attempt: '',
    step,
    status: 'needs_approval',
    approval: { key, answer: said, url, reason },
    next:
      reason !== undefined
        ? refused
        : `${words[said]}. A person can approve this content on a terminal with: ${command} — then call apply_step again with the same arguments. Never run that command yourself.${remark === undefined ? '' : ` ${remark}`}`,
  };
}

/** The part of an answer that is the same as long as nothing has run. */
export const NOT_RUN = {
  job: null,
  exit_code: null,
  duration_ms: 0,
  output_tail: '',
  output_bytes: 0,
  checks: [],
  findings: [],
  known_fixes: [],
  changed: [],
};

/** Recorded problems whose Symptom is in the output; then what solved the same failure before. */
async function knownFixes({ document, store }: Workspace, attempt: Attempt): Promise<FixRow[]> {
  if (attempt.status !== 'failed' && attempt.status !== 'timed_out') return [];
  const text = [attempt.outputTail, ...attempt.checks.map(({ observed }) => observed)].join('\n');
  const written: FixRow[] = [];
  for (const step of document.runbook.steps.filter(({ kind }) => kind === 'problem')) {
    const matches = await Promise.all(step.symptoms.map((each) => matchSymptom(each, text)));
    if (!matches.includes(true)) continue;
    const fix = step.actions.map((each) => each.text.trimEnd()).join('\n') || step.fixText;
    written.push({ problem: step.id, title: step.title, why: step.why, fix });
  }
  const before = store.loop.problems.filter(
    (each) =>
      each.state === 'resolved' &&
      attempt.fingerprint !== undefined &&
      each.fingerprints.includes(attempt.fingerprint),
  );
  return [
    ...written,
    ...before.map(({ id, title, why, fix }) => ({
      problem: id,
      title,
      why,
      ...(fix && { attempts: [...fix] }),
    })),
  ];
}

function nextOf(attempt: Attempt, cleared: readonly string[]): string {
  switch (attempt.status) {
    case 'succeeded':
      return cleared.length > 0
        ? `This cleared ${cleared.join(', ')}: call problem_resolve with its Why, then env_save.`
        : attempt.body.verify.length === 0
          ? 'It ran, but a step without a Verify is not saved. Revise it: {step, draft} with verify lines that fail before and pass after.'
          : 'Continue with the next step, or call env_save.';
    case 'skipped':
      return 'It did not run, because its Verify already passes. If it must run on a clean box, choose a Verify that fails before it.';
    case 'failed':
    case 'timed_out':
      return attempt.findings.length > 0
        ? `Read findings[0] first: ${attempt.findings[0]!.remedy} env_observe shows the current state of the box.`
        : 'Call env_observe before you change anything, and find_fix with the error.';
    case 'running':
      return stillRuns(attempt.job);
    case 'interrupted':
      return 'The server was killed while it ran. Call env_observe, then apply it again.';
    case 'cancelled':
      return 'It was canceled, and its processes were killed.';
    case 'refused':
    case 'needs_approval':
      return '';
  }
}
