import { z } from 'zod';
import { EXIT } from '../../../model/diagnostic.ts';
import type { CheckResult } from '../../../model/outcome.ts';
import type { PlanStep } from '../../../model/plan.ts';
import { findApproval } from '../../approval/approval.ts';
import { refuseErrors } from '../../document/document.ts';
import { type CheckQuestion, evaluateOnce } from '../../pass/checks.ts';
import { openPreview } from '../../pass/preview.ts';
import { type OnVerified, recordVerify } from '../../pass/record-verify.ts';
import { openSession } from '../../session/session.ts';
import { AnswerCheckRow } from '../answer-rows.ts';
import { unknownStep } from '../attempt/target.ts';
import { evaluateLines, readProbeLines } from '../probe-lines.ts';
import { type AgentContext, defineTool } from '../tool.ts';
import { withSteps } from '../working.ts';
import {
  documentedStep,
  knownIds,
  openWorkspace,
  provenSteps,
  type Workspace,
  withoutOutput,
} from '../workspace.ts';

/** Asks typed checks once; runs no code and changes no problem. */
export const verifyTool = defineTool({
  dotted: 'verify',
  title: 'Evaluate the checks',
  description:
    'Evaluates the typed checks of the steps, saved or not, once and without waiting (verify). Changes nothing. probes: your own check lines. Only apply_step and replay run shell checks. unknown is never a pass.',
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: true },
  input: z.object({
    steps: z.array(z.string()).max(200).optional().describe('ids; default all'),
    probes: z.array(z.string().max(2_000)).max(50).optional().describe('check lines'),
    box: z.string().optional(),
  }),
  output: z.object({
    summary: z.record(z.string(), z.number()),
    steps: z.array(z.object({ step: z.string(), verdict: z.string(), checks: z.array(AnswerCheckRow) })),
    probes: z.array(AnswerCheckRow),
    next: z.string(),
  }),
  run: async (context, { steps, probes, box }) => {
    const workspace = await openWorkspace(context, box);
    const unknown = steps?.find((id) => !knownIds(workspace).includes(id));
    if (unknown !== undefined) throw unknownStep(workspace, unknown);
    const read = readProbeLines(probes ?? []);
    for (const each of read) if ('diagnostics' in each) refuseErrors(each.diagnostics, EXIT.usage);
    const onlyProbes = steps === undefined && read.length > 0;
    const { asked, verdicts, summary } = await ask(context, workspace, read, onlyProbes ? [] : steps);
    return {
      summary,
      steps: verdicts.map(({ step, verdict, checks }) => ({ step, verdict, checks: checks.map(shown) })),
      probes: asked.map(shown),
      next:
        summary.fail > 0
          ? 'A check fails. Call env_observe, then apply_step for the step that failed.'
          : summary.unknown > 0
            ? 'Nothing fails, but some checks could not be run here. apply_step and replay run shell checks.'
            : '',
    };
  },
});

interface Verdicts {
  readonly asked: readonly CheckResult[];
  readonly verdicts: readonly { step: string; verdict: string; checks: readonly CheckResult[] }[];
  /** Checks by verdict. */
  readonly summary: { readonly pass: number; readonly fail: number; readonly unknown: number };
}

async function ask(
  context: AgentContext,
  workspace: Workspace,
  probes: ReturnType<typeof readProbeLines>,
  only: readonly string[] | undefined,
): Promise<Verdicts> {
  const prepared = withSteps(workspace.document, provenSteps(workspace));
  const operation = withoutOutput(context);
  const asWritten = withSteps(workspace.document, []);
  const flags = { yes: false, input: {} };
  const checksApproved = (await findApproval(context, asWritten, flags)) !== undefined;
  const session = await openSession(operation, prepared, { input: {} }, { checksApproved });
  try {
    const preview = await openPreview(operation, session);
    const asking = { pass: preview.pass, state: { variables: new Map() }, signal: context.signal };
    const asked = await evaluateLines(probes, asking);
    const judge = async (step: PlanStep) => {
      const { id } = step.step;
      const ofModel = !checksApproved || documentedStep(workspace, id) === undefined;
      const questions = preview.questions(step, { ofModel }).filter(({ kind }) => kind !== 'output');
      const checks = await evaluateOnce(questions.map(typed));
      return { step: id, verdict: verdictOf(checks), checks };
    };
    const planned = prepared.plan.steps.filter(({ step }) => only === undefined || only.includes(step.id));
    // An agent's own check lines are not of the document.
    if (planned.length === 0) return { asked, verdicts: [], summary: summaryOf(asked) };
    const verifyAll = async (onVerified: OnVerified) => {
      const verdicts: Verdicts['verdicts'][number][] = [];
      for (const each of planned) {
        const found = await judge(each);
        onVerified(found.step, found.verdict, found.checks);
        verdicts.push(found);
      }
      return { asked, verdicts, summary: summaryOf([...asked, ...verdicts.flatMap(({ checks }) => checks)]) };
    };
    // A server that may only read leaves no record of a pass.
    return context.readOnly ? await verifyAll(() => {}) : await recordVerify(operation, session, verifyAll);
  } finally {
    await session.box.close();
  }
}

function summaryOf(rows: readonly CheckResult[]): Verdicts['summary'] {
  const count = (verdict: string) => rows.filter((each) => each.verdict === verdict).length;
  return { pass: count('pass'), fail: count('fail'), unknown: count('unknown') };
}

/** A shell check is named, not run. */
function typed(question: CheckQuestion): CheckQuestion {
  if (question.kind !== 'shell') return question;
  const observed = 'not run: a shell check is code, which only apply_step and replay run';
  return {
    ...question,
    ask: async () => ({ verdict: 'unknown', observed, expected: 'exit 0', class: 'not-asked' }),
  };
}

function verdictOf(checks: readonly CheckResult[]): string {
  if (checks.length === 0) return 'no-checks';
  if (checks.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return checks.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'pass';
}

function shown({ check, verdict, observed, expected }: CheckResult) {
  return { check, verdict, observed, expected };
}
