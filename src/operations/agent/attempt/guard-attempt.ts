import { judgeAttempt } from '../../../guard/all.ts';
import type { NewAttempt } from '../../../guard/guard.ts';
import type { GuardVerdict, StepBody } from '../../../loop/attempt.ts';
import type { Hypothesis } from '../../../loop/hypothesis.ts';
import { parseRunbook } from '../../../markdown/parse.ts';
import { renderStep } from '../../../markdown/record/render.ts';
import { sourceOf } from '../../../markdown/source.ts';
import type { Check } from '../../../model/check.ts';
import { compareSnapshots } from '../../../observe/compare.ts';
import { demandsUnderLimits } from '../../preflight/cluster-demands.ts';
import type { AgentContext } from '../tool.ts';
import { evidenceIn, observeNow } from '../watch.ts';
import { lastBody, type Workspace } from '../workspace.ts';
import { type AttemptAnswer, guardAnswer } from './answer.ts';
import type { Ready } from './run-attempt.ts';

/** What the guards say of an attempt, with all that they look at: the loop, the evidence it cites, what has changed since. */
export async function guardVerdict(
  context: AgentContext,
  desk: Workspace,
  ready: Ready,
): Promise<GuardVerdict> {
  const { target, session, hypothesis, prediction, inputs } = ready;
  if (hypothesis) await citeEvidence(desk, hypothesis);
  const before = lastBody(desk, target.step);
  const attempt: NewAttempt = {
    step: target.step,
    source: target.source,
    body: target.body,
    inputs,
    hypothesis,
    prediction: hypothesis ? prediction : [],
    checks: { before: before ? checksOf(target.step, before) : [], after: target.planned.step.verify },
    ...(await changedSince(context, desk)),
    demands: await demandsUnderLimits(target.body.run, session.box, {}),
  };
  const verdict = judgeAttempt({ attempt, loop: desk.store.loop, now: context.world.now() });
  return session.masker.maskDeep(verdict);
}

/** Evidence that a hypothesis rests on comes from snapshots that are kept. */
async function citeEvidence({ store }: Workspace, { evidence }: Hypothesis): Promise<void> {
  const known = new Set(store.loop.evidence.map(({ id }) => id));
  const found = await evidenceIn(
    store,
    evidence.filter((id) => !known.has(id)),
  );
  await store.append(...found.map((each) => ({ kind: 'evidence', evidence: each }) as const));
}

/** What differs on the box from the last failure that is still open; not measured where there is none. */
async function changedSince(
  { world }: AgentContext,
  { store, document }: Workspace,
): Promise<Pick<NewAttempt, 'changedSince'>> {
  const open = store.loop.problems.filter(({ state }) => state === 'open' || state === 'stopped');
  const failure = store.loop.attempts.findLast((each) => open.some(({ id }) => id === each.problem));
  const then = await store.snapshot(store.jobs.find(({ job }) => job === failure?.job)?.ended?.after);
  if (!then) return {};
  const now = await observeNow(world, document.folder, store, { reason: 'guards' });
  const changes = compareSnapshots(then, now).filter(({ scope }) => scope !== 'processes');
  return { changedSince: changes.map((each) => `${each.scope} ${each.subject}: ${each.detail}`) };
}

/** The checks of a body, read as they would be in a document. */
function checksOf(id: string, body: StepBody): readonly Check[] {
  const text = `---\nrunbook: 1\n---\n\n## Steps\n\n${renderStep(id, body)}`;
  return parseRunbook(sourceOf(text, 'draft')).steps[0]?.verify ?? [];
}

/** Journals what a guard held back, and answers it. */
export async function heldBack(
  desk: Workspace,
  { attempt, target, hypothesis }: Ready,
  verdict: Exclude<GuardVerdict, { verdict: 'pass' }>,
): Promise<AttemptAnswer> {
  const { nextStep, ...said } = verdict;
  await desk.store.append({
    ...said,
    kind: 'guard',
    attempt,
    step: target.step,
    evidence: [...said.evidence],
    ...(hypothesis ? { hypothesis } : {}),
  });
  return guardAnswer(desk.store.loop.guards.at(-1)!, nextStep);
}
