import { z } from 'zod';
import { actionKind } from '../actions/all.ts';
import type { Action } from '../model/action.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { PlannedStep, PlanReport, PlanStep } from '../model/plan.ts';
import { decideFromChecks, decideFromJournal } from '../plan/decide.ts';
import { destructiveLines } from '../plan/destructive.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { evaluateOnce, questionOf, tally } from './pass/checks.ts';
import { openPreview, type Preview } from './pass/preview.ts';
import { withheldIn } from './pass/state.ts';
import { isStateNeeded } from './pass/state-needed.ts';
import { selection } from './pass/walk.ts';
import { preflightDiagnostics } from './preflight/preflight.ts';
import { openSession, prepare, type Session } from './session/session.ts';
import { boxFlag, fileFlag, inputFlags } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  ...boxFlag,
  ...inputFlags,
  loose: z.boolean().default(false).describe('use the shell fences of an ordinary markdown file as steps'),
  force: z.boolean().default(false).describe('plan as if nothing were satisfied'),
});

/** Shows what a pass would do, without running code of the document. */
export const plan = defineOperation({
  description:
    'Lists the steps in order: which would act and why, and which are satisfied and by which check, with resolved values\n' +
    '(secrets masked), and what is missing. Evaluates typed probes; runs no code of the document.',
  examples: ['runbook plan', 'runbook plan AUTODOCK.md --json'],
  input,
  run: async (context, flags) => {
    const prepared = await prepare(context, flags);
    const session = await openSession(context, prepared, flags);
    try {
      return await planSession(context, session, flags);
    } finally {
      await session.box.close();
    }
  },
  exit: (report: PlanReport) =>
    report.diagnostics.some((each) => each.severity === 'error') ? EXIT.person : EXIT.done,
});

/** The plan of an open session. */
export async function planSession(
  context: OperationContext,
  session: Session,
  options: { force: boolean; only?: string | undefined; from?: string | undefined },
): Promise<PlanReport> {
  const preview = await openPreview(context, session);
  const acting = new Set<string>();
  const selected = selection(session.plan, options);
  const steps: PlannedStep[] = [];
  for (const planned of session.plan.steps) {
    const step = await planStep(preview, planned, { acting, selected, forced: options.force });
    if (step.would === 'act') acting.add(step.id);
    steps.push(step);
  }
  const mayAct = steps.filter(({ would }) => would === 'act' || would === 'ask');
  const destroys = mayAct.flatMap(({ actions }) => actions.flatMap((each) => each.destroys ?? [])).length;
  const count = (would: PlannedStep['would']) => steps.filter((step) => step.would === would).length;
  return {
    file: session.runbook.file,
    name: session.runbook.name,
    box: session.box.identity.name,
    resumed: preview.journal.lastPass !== undefined && preview.journal.lastPass.ended !== 'done',
    steps,
    problems: session.plan.problems.map(({ step }) => ({
      id: step.id,
      title: step.title,
      how: step.section === 'steps' ? 'in-pass' : 'reactive',
      ...(step.for === undefined ? {} : { for: step.for }),
    })),
    ...(session.runbook.schedule.length > 0
      ? { schedule: session.runbook.schedule.map(({ name, what, when }) => ({ name, what, when })) }
      : {}),
    inputs: session.inputs,
    diagnostics: [
      ...preview.journal.diagnostics,
      ...(await preflightDiagnostics(context, session, selected)),
    ],
    summary: {
      ...{ act: count('act'), skip: count('skip'), ask: count('ask'), person: count('person') },
      ...(destroys > 0 ? { destroys } : {}),
    },
  };
}

async function planStep(
  preview: Preview,
  planned: PlanStep,
  {
    acting,
    selected,
    forced,
  }: { acting: ReadonlySet<string>; selected: ReadonlySet<string>; forced: boolean },
): Promise<PlannedStep> {
  const { step } = planned;
  const describe = (
    would: PlannedStep['would'],
    reason: PlannedStep['reason'],
    detail: string,
    checks: PlannedStep['checks'] = [],
  ): PlannedStep => ({
    id: step.id,
    title: step.title,
    place: step.place,
    would,
    reason,
    detail,
    checks,
    actions: step.actions.map((action) => describeAction(action, preview, planned)),
    needs: planned.after,
  });
  if (!selected.has(step.id))
    return describe('skip', 'not-selected', step.excluded ? 'excludeFromRunAll' : '');
  const asking = preview.asking(planned);
  const when = await evaluateOnce(
    step.when.filter((check) => check.kind === 'probe').map((check) => questionOf(check, asking)),
  );
  const unmet = when.find((check) => check.verdict === 'fail');
  if (unmet) return describe('skip', 'not-applicable', `When: ${unmet.check}: ${unmet.observed}`, when);
  if (when.some((check) => check.verdict === 'unknown'))
    return describe('person', 'unknown-verdict', 'its When could not be evaluated', when);

  const memory = preview.memory(planned);
  const needsActed = planned.rebuildAfter.some(
    (id) => acting.has(id) || (preview.journal.memory.get(id)?.actedSeq ?? 0) > (memory?.confirmedSeq ?? 0),
  );
  const decision = decideFromJournal({
    memory,
    actionHash: planned.actionHash,
    inputsHash: preview.pass.inputsHashOf(planned),
    needsActed,
    forced,
  });
  if (decision.kind === 'act') return describe('act', decision.reason, '');

  const judged = [step.verify, step.actions.filter(({ kind }) => kind !== 'shell')];
  const withheld = withheldIn(preview.pass.state.before(planned), judged);
  if (withheld.length > 0)
    return describe('ask', 'shell-checks', `it uses ${withheld.join(', ')}, which only a pass can provide`);

  const questions = preview.questions(planned).filter((question) => !question.after);
  const typed = questions.filter((question) => question.kind !== 'shell');
  const checks = await evaluateOnce(typed);
  const failing = checks.find((check) => check.verdict !== 'pass');
  const shellDecides = typed.length < questions.length && !checks.some((check) => check.verdict === 'fail');
  if (shellDecides)
    return describe('ask', 'shell-checks', 'its shell checks decide, and a plan runs no code', checks);
  const verdict = decideFromChecks(decision.confirmed, tally(questions, checks));
  const detail = failing
    ? `${failing.check}: ${failing.observed}`
    : (checks[0]?.check ?? (decision.confirmed ? 'confirmed by the journal' : ''));
  if (verdict.kind === 'skip' && verdict.reason === 'found' && (await isStateNeeded(preview.pass, planned)))
    return describe('act', 'state-needed', 'a later step uses what it exports', checks);
  if (verdict.kind === 'person') return describe('person', 'unknown-verdict', detail, checks);
  return describe(verdict.kind, verdict.reason, detail, checks);
}

function describeAction(action: Action, preview: Preview, planned: PlanStep): PlannedStep['actions'][number] {
  const resolved = (text: string) => preview.show(planned, text);
  const text = action.kind === 'shell' ? preview.pass.masker.mask(action.text) : resolved(action.text);
  const destroys = destructiveLines(action).map((line) => preview.pass.masker.mask(line));
  return {
    kind: action.kind,
    summary: actionKind(action).summary(action, resolved),
    text,
    place: action.place,
    ...(destroys.length > 0 ? { destroys } : {}),
  };
}
