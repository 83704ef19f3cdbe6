import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import type { Snapshot } from '../model/facts/snapshot.ts';
import type { CheckResult, Failure } from '../model/outcome.ts';
import type { PlanStep } from '../model/plan.ts';
import type { VerifyReport } from '../model/reports/report.ts';
import type { Step } from '../model/runbook.ts';
import { findApproval } from './approval/approval.ts';
import type { ApprovedClosure } from './approval/approved-closure.ts';
import { refuseUnknownId } from './document/known-id.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { type CheckQuestion, evaluateOnce, questionOf } from './pass/checks.ts';
import { openPreview, type Preview } from './pass/preview.ts';
import { type OnVerified, recordVerify } from './pass/record-verify.ts';
import { openSession, type Prepared, prepare, type Session } from './session/session.ts';
import { sessionFlags } from './session/session-flags.ts';

const input = z.object({
  ...sessionFlags,
  only: z.string().optional().describe('verify only this step').meta({ placeholder: 'ID' }),
});

/** Runs every check and changes nothing: reports whether the box still matches the runbook. */
export const verify = defineOperation({
  description:
    'Runs the Verify of every step, including file fences and endpoints, once and without waiting. Shell checks are code:\n' +
    'they run only if the content is approved (or with --yes), and are unknown otherwise.',
  examples: ['runbook verify', 'runbook verify AUTODOCK.md --only start-caddy --json'],
  input,
  run: async (context, flags): Promise<VerifyReport> => {
    const prepared = await prepare(context, flags);
    const ids = prepared.plan.steps.map(({ step }) => step.id);
    refuseUnknownId('only', flags.only, prepared.runbook.file, ids);
    const approved = await findApproval(context, prepared, flags);
    return await verifyPrepared(context, prepared, flags, approved);
  },
  exit: ({ summary }) => (summary.fail > 0 ? EXIT.different : summary.unknown > 0 ? EXIT.person : EXIT.done),
});

/** The same for a document that was read, and perhaps approved, before. */
export async function verifyPrepared(
  context: OperationContext,
  prepared: Prepared,
  flags: z.infer<typeof input>,
  approved: ApprovedClosure | undefined,
): Promise<VerifyReport> {
  const session = await openSession(context, prepared, flags, { approved });
  try {
    const only = flags.only === undefined ? undefined : new Set([flags.only]);
    const preview = await openPreview(context, session);
    return await recordVerify(context, session, (onVerified) =>
      verifySession(preview, session, only, { endpoints: only === undefined, onVerified }),
    );
  } finally {
    await session.box.close();
  }
}

/** Checks the steps of a session, or some of them, and the endpoints; changes nothing. */
export async function verifySession(
  preview: Preview,
  session: Session,
  steps: ReadonlySet<string> | undefined,
  {
    endpoints: includeEndpoints = true,
    onVerified = () => {},
  }: { readonly endpoints?: boolean; readonly onVerified?: OnVerified } = {},
): Promise<VerifyReport> {
  const verified: VerifyReport['steps'][number][] = [];
  const explain = explainerOf(preview.pass);
  for (const planned of session.plan.steps) {
    if (steps !== undefined && !steps.has(planned.step.id)) continue;
    const step = await verifyStep(preview, planned, { approved: session.approved !== undefined, explain });
    onVerified(step.id, step.verdict, step.checks);
    verified.push(step);
  }
  const endpoints = includeEndpoints ? await verifyEndpoints(preview, session) : [];
  for (const { name, result } of endpoints) if (result) onVerified(name, result.verdict, [result]);
  const verdicts = [
    ...verified.map((step) => step.verdict),
    ...endpoints.flatMap((each) => (each.result ? [each.result.verdict] : [])),
  ];
  const count = (verdict: string) => verdicts.filter((each) => each === verdict).length;
  return {
    file: session.runbook.file,
    box: session.box.identity.name,
    steps: verified,
    endpoints,
    summary: {
      pass: count('pass'),
      fail: count('fail'),
      unknown: count('unknown'),
      noChecks: count('no-checks'),
    },
  };
}

async function verifyStep(
  preview: Preview,
  planned: PlanStep,
  { approved, explain }: { readonly approved: boolean; readonly explain: Explain },
): Promise<VerifyReport['steps'][number]> {
  const { id, title, when } = planned.step;
  const whenResults = await evaluateAll(
    when.map((check) => questionOf(check, preview.asking(planned))),
    approved,
  );
  if (whenResults.some((each) => each.verdict === 'fail'))
    return { id, title, verdict: 'not-applicable', checks: whenResults };
  const checks = await evaluateAll(
    preview.questions(planned).filter((question) => question.kind !== 'output'),
    approved,
  );
  const verdict = verdictOf(checks);
  const findings = verdict === 'fail' ? await explain(planned.step, checks) : [];
  return { id, title, verdict, checks, ...(findings.length > 0 && { findings }) };
}

type Explain = (step: Step, checks: readonly CheckResult[]) => Promise<NonNullable<Failure['findings']>>;

/** Says why checks of a step fail, joined with the facts of the box, which is observed once for all steps. */
function explainerOf(pass: Preview['pass']): Explain {
  let snapshot: Promise<Snapshot> | undefined;
  return async (step, checks) => {
    const { explainFailure, observeForFailure } = await import('./diagnosis/explain-failure.ts');
    snapshot ??= observeForFailure(pass.box);
    const failed = checks.filter(({ verdict }) => verdict === 'fail');
    return await explainFailure({ pass, step, checks: failed, snapshot: await snapshot });
  };
}

function verdictOf(checks: readonly CheckResult[]): VerifyReport['steps'][number]['verdict'] {
  if (checks.length === 0) return 'no-checks';
  if (checks.some((each) => each.verdict === 'fail')) return 'fail';
  return checks.some((each) => each.verdict === 'unknown') ? 'unknown' : 'pass';
}

/** Typed probes are always evaluated. Shell checks are code, so they run only if a person approved it. */
async function evaluateAll(questions: readonly CheckQuestion[], approved: boolean): Promise<CheckResult[]> {
  return evaluateOnce(
    questions.map((question) => (question.kind === 'shell' && !approved ? notApproved(question) : question)),
  );
}

function notApproved(question: CheckQuestion): CheckQuestion {
  const observed = 'not run: shell checks are code, and this content is not approved';
  return {
    ...question,
    ask: async () => ({ verdict: 'unknown', observed, expected: 'exit 0', class: 'not-approved' }),
  };
}

async function verifyEndpoints(
  preview: Preview,
  { runbook, plan }: Session,
): Promise<VerifyReport['endpoints'][number][]> {
  const last = plan.steps.at(-1);
  const results: VerifyReport['endpoints'][number][] = [];
  for (const { name, target, check } of runbook.endpoints) {
    const state = last ? preview.pass.state.after(last.step.id) : { variables: new Map() };
    const asking = { pass: preview.pass, state, signal: preview.pass.signal };
    const [result] = check ? await evaluateOnce([questionOf(check, asking)]) : [];
    results.push({ name, target, ...(result ? { result } : {}) });
  }
  return results;
}
