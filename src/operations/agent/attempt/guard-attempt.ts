import { judgeAttempt } from '../../../guard/all.ts';
import type { NewAttempt } from '../../../guard/guard.ts';
import type { Attempt, GuardVerdict, StepBody } from '../../../loop/attempt.ts';
import type { Hypothesis } from '../../../loop/hypothesis.ts';
import { parseRunbook } from '../../../markdown/parse.ts';
import { renderStep } from '../../../markdown/record/render.ts';
import { sourceOf } from '../../../markdown/source.ts';
import type { Check } from '../../../model/check.ts';
import type { Change } from '../../../model/facts/change.ts';
import type { FactOf, Snapshot } from '../../../model/facts/snapshot.ts';
import { compareSnapshots } from '../../../observe/compare.ts';
import { compareInputs } from '../../../observe/inputs/compare-inputs.ts';
import { dropRules } from '../../../observe/ports/drop-rules.ts';
import { demandsUnderLimits } from '../../preflight/cluster-demands.ts';
import type { AgentContext } from '../tool.ts';
import { evidenceIn, observeNow } from '../watch.ts';
import { lastBody, type Workspace } from '../workspace.ts';
import { type AttemptAnswer, guardAnswer } from './answer.ts';
import { recordHeldBack } from './record-held-back.ts';
import type { Ready } from './run-attempt.ts';

/** What the guards say of an attempt, with all that they look at: the loop, the evidence it cites, what has changed since. */
export async function guardVerdict(
  context: AgentContext,
  workspace: Workspace,
  ready: Ready,
): Promise<{ readonly verdict: GuardVerdict; readonly edited: readonly string[] }> {
  const { target, session, hypothesis, prediction, inputs } = ready;
  if (hypothesis) await citeEvidence(workspace, hypothesis);
  if (hypothesis?.cause === 'network') await measureDropRules(context, workspace);
  const before = lastBody(workspace, target.step);
  const attempt: NewAttempt = {
    step: target.step,
    source: target.source,
    body: target.body,
    inputs,
    hypothesis,
    prediction: hypothesis ? prediction : [],
    checks: { before: before ? checksOf(target.step, before) : [], after: target.planned.step.verify },
    ...(await changedSince(context, workspace)),
    demands: await demandsUnderLimits(target.body.run, session.box, {}),
  };
  const verdict = judgeAttempt({ attempt, loop: workspace.store.loop, now: context.world.now() });
  return { verdict: session.masker.maskDeep(verdict), edited: attempt.numbersSince ?? [] };
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

/** A theory about dropped packets is measured where it can be: by the rules of this box. */
async function measureDropRules({ world }: AgentContext, { store }: Workspace): Promise<void> {
  const at = new Date(world.now()).toISOString();
  const rules = await dropRules();
  await store.append(
    ...rules.slice(0, 20).map(({ port, rule }, index) => ({
      kind: 'evidence' as const,
      evidence: {
        id: `ev-drop${world.now()}-${index + 1}`,
        kind: 'drop-rule',
        summary: `packets to port ${port} are dropped by this box: ${rule}`,
        at,
        data: { port, rule },
      },
    })),
  );
}

/** What differs on the box from the last failure that is still open; not measured without one. */
async function changedSince(
  { world }: Pick<AgentContext, 'world'>,
  { store, document }: Workspace,
): Promise<Pick<NewAttempt, 'changedSince' | 'numbersSince'>> {
  const open = store.loop.problems.filter(({ state }) => state === 'open' || state === 'stopped');
  const failure = store.loop.attempts.findLast((each) => open.some(({ id }) => id === each.problem));
  const then = await store.snapshot(store.jobs.find(({ job }) => job === failure?.job)?.ended?.after);
  if (!failure || !then) return {};
  const inputsOf = failure.body.run.map(({ text }) => text).join('\n');
  const now = await observeNow(world, document.folder, store, { reason: 'guards', inputsOf });
  const changes = compareSnapshots(then, now)
    .filter(({ scope }) => scope !== 'processes')
    .filter((change) => !isOwnEnd(change, failure));
  const { edited, numbers } = compareInputs(then.inputs ?? {}, now.inputs ?? {}, document.folder);
  return {
    changedSince: [
      ...changes.map((each) => `${each.scope} ${each.subject}: ${each.detail}`),
      ...restarted(then, now),
      ...edited.filter((path) => path !== document.path).map((path) => `${path} was edited`),
    ],
    numbersSince: numbers,
  };
}

/** What the failed attempt had started ended alone: no change was made. */
function isOwnEnd({ scope, kind, subject }: Change, { changed }: Attempt): boolean {
  const isOwn = changed.some(
    (each) => each.scope === scope && each.subject === subject && each.kind === 'added',
  );
  return kind === 'removed' && isOwn;
}

/** Listeners that another process has taken over. */
function restarted(then: Snapshot, now: Snapshot): string[] {
  const name = ({ protocol, address, port }: FactOf<'listeners'>): string => `${protocol} ${address}:${port}`;
  const pids = new Map((then.facts.listeners ?? []).map((each) => [name(each), each.pid]));
  return (now.facts.listeners ?? [])
    .filter((each) => pids.get(name(each)) !== undefined && pids.get(name(each)) !== each.pid)
    .map((each) => `${each.owner ?? 'the server'} on ${name(each)} was restarted`);
}

/** The checks of a body, read as they would be in a document. */
function checksOf(id: string, body: StepBody): readonly Check[] {
  const text = `---\nrunbook: 1\n---\n\n## Steps\n\n${renderStep(id, body)}`;
  return parseRunbook(sourceOf(text, 'draft')).steps[0]?.verify ?? [];
}

/** Journals what a guard held back, and answers it. */
export async function recordRefusal(
  workspace: Workspace,
  { attempt, target, hypothesis, context }: Ready,
  verdict: Exclude<GuardVerdict, { verdict: 'pass' }>,
): Promise<AttemptAnswer> {
  const { nextStep, ...said } = verdict;
  await workspace.store.append({
    ...said,
    kind: 'guard',
    attempt,
    step: target.step,
    evidence: [...said.evidence],
    ...(hypothesis ? { hypothesis } : {}),
  });
  await recordHeldBack(context, workspace, target, { by: 'guard', code: said.code, message: said.reason });
  return guardAnswer(workspace.store.loop.guards.at(-1)!, nextStep);
}
