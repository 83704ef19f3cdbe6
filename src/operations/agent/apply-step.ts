import { z } from 'zod';
import { judgeAttempt } from '../../guard/all.ts';
import type { NewAttempt } from '../../guard/guard.ts';
import { parseRunbook } from '../../markdown/parse.ts';
import { renderStep } from '../../markdown/render.ts';
import { sourceOf } from '../../markdown/source.ts';
import type { GuardVerdict, StepBody } from '../../model/attempt.ts';
import type { Check } from '../../model/check.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { Hypothesis, type PredictionRow } from '../../model/hypothesis.ts';
import { compareSnapshots } from '../../observe/compare.ts';
import { passOf } from '../pass/open.ts';
import type { Pass } from '../pass/pass.ts';
import { openSession, type Session } from '../session.ts';
import {
  AttemptAnswer as Answer,
  type AttemptAnswer,
  approvalAnswer,
  attemptAnswer,
  guardAnswer,
} from './answer.ts';
import { Draft, wrong } from './body.ts';
import { confined } from './confined.ts';
import { type Desk, lastBody, openDesk, quiet } from './desk.ts';
import { askPermission, requestOf, standingPermission } from './permission.ts';
import { predict } from './probe-lines.ts';
import { type Ready, runAttempt } from './run-attempt.ts';
import { type Target, targetOf } from './target.ts';
import { type AgentContext, defineTool } from './tool.ts';
import { evidenceIn, look } from './watch.ts';

const input = z.object({
  step: z.string().max(200).optional().describe('id of a step; with draft: revise it'),
  draft: Draft.optional().describe('a new step, or the new text of step'),
  hypothesis: Hypothesis.optional().describe(
    'when a guard asks: cause, mechanism, evidence ids, prediction (1-5 check lines)',
  ),
  inputs: z.record(z.string(), z.string()).optional().describe('declared variables only, never secrets'),
  wait_s: z.number().min(0).max(60).default(50),
  box: z.string().optional(),
});

type Input = z.infer<typeof input>;

/** Runs a step, a draft or a revision, and tells what came of it. */
export const applyStep = defineTool({
  name: 'apply_step',
  dotted: 'apply-step',
  title: 'Run a step',
  description:
    'Changes the box by one step and records it (apply-step). step: run it. draft {title, why, run, verify}: try a new one. Both: revise that step. Verify lines are typed checks, such as "port 443 owner caddy", "http GET http://127.0.0.1/ status 200 within 20s", "not port 80 owner nginx", "service x active", "file /p contains \\"y\\"", "command x exists"; they should fail before and pass after. Answers the attempt: status, output, checks, ranked findings with evidence, what changed, known fixes, next. A failure opens a problem. Long work answers with a job.',
  toolset: 'core',
  hints: { readOnly: false, destructive: true, idempotent: false, openWorld: true },
  effect: 'act',
  input,
  output: Answer,
  run: async (context, given): Promise<AttemptAnswer> => {
    const desk = await openDesk(context, given.box);
    const target = targetOf(desk, given);
    const session = await openTarget(context, desk, target, given.inputs ?? {});
    try {
      const ready = await prepare(context, desk, target, session, given);
      const verdict = await judged(context, desk, ready);
      if (verdict.verdict !== 'pass') return await heldBack(desk, ready, verdict);
      const allowed = await permitted(context, desk, target, session, given);
      if (typeof allowed !== 'string') return allowed;
      return await start(context, desk, { ...ready, allowed }, given);
    } catch (error) {
      await session.box.close();
      throw error;
    }
  },
});

/** A session for this step alone: its inputs resolved, its probes confined to what a model may ask. */
async function openTarget(
  context: AgentContext,
  desk: Desk,
  target: Target,
  inputs: Readonly<Record<string, string>>,
): Promise<Session> {
  // Commands that give secrets are the document's code: they run where its content may.
  const asked = requestOf(desk, target, inputs);
  const approved = (await standingPermission(context, desk, target, asked)) !== undefined;
  const session = await openSession(quiet(context), target.prepared, { input: inputs }, { approved });
  refuseSecrets(session, target.body);
  const own = new Set(target.planned.inputs);
  const missing = session.inputDiagnostics.filter(
    (each) => each.severity === 'error' && [...own].some((name) => each.message.includes(` ${name} `)),
  );
  if (missing.length > 0) throw new RunbookError(missing, EXIT.person);
  const box = target.source === 'step' && approved ? session.box : await confined(session.box, context.world);
  return { ...session, box, plan: planFor(target, approved && target.source === 'step') };
}

/** Fixes of recorded problems run by themselves only where a person has approved the whole document. */
function planFor({ prepared, planned }: Target, whole: boolean): Session['plan'] {
  if (whole) return prepared.plan;
  const bare = { ...planned, obstaclesBefore: [], obstaclesAfter: [] };
  const steps = prepared.plan.steps.map((each) => (each === planned ? bare : each));
  return { ...prepared.plan, steps, problems: [] };
}

function refuseSecrets({ masker }: Session, body: StepBody): void {
  const found = /\[secret:([^\]]+)\]/.exec(masker.mask(JSON.stringify(body)))?.[1];
  if (found === undefined || !masker.holdsSecret(JSON.stringify(body))) return;
  throw wrong(
    'secret-in-draft',
    `The value of the secret ${found} stands in this draft.`,
    `Write \${${found}} (in a shell fence "$${found}") instead: the value reaches the step by environment.`,
  );
}

async function prepare(
  context: AgentContext,
  desk: Desk,
  target: Target,
  session: Session,
  { hypothesis }: Input,
): Promise<Ready> {
  const pass = passOf(quiet(context), session);
  const { loop, jobs } = desk.store;
  const number = loop.attempts.length + loop.guards.length + 1;
  return {
    context,
    desk,
    target,
    session,
    attempt: `a${number}`,
    job: `job-${jobs.length + 1}`,
    hypothesis: hypothesis && session.masker.maskDeep(hypothesis),
    prediction: await predictions(pass, target, hypothesis, context.signal),
    inputs: pass.inputsHashOf(target.planned),
    allowed: '',
  };
}

/** The hypothesis' lines, and the typed checks of the step: what they say before tells what they are worth. */
async function predictions(
  pass: Pass,
  { body, planned }: Target,
  hypothesis: Hypothesis | undefined,
  signal: AbortSignal,
): Promise<PredictionRow[]> {
  const own = body.verify.filter(({ lang }) => lang === 'check').map(({ text }) => text);
  const asking = { pass, state: pass.state.before(planned), signal };
  const predicted = await predict(hypothesis?.prediction ?? [], asking);
  if (hypothesis) return predicted;
  return await predict(own, asking);
}

async function judged(context: AgentContext, desk: Desk, ready: Ready): Promise<GuardVerdict> {
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
  };
  const verdict = judgeAttempt({ attempt, loop: desk.store.loop, now: context.world.now() });
  return session.masker.maskDeep(verdict);
}

/** Evidence that a hypothesis rests on comes from snapshots that are kept. */
async function citeEvidence({ store }: Desk, { evidence }: Hypothesis): Promise<void> {
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
  { store, document }: Desk,
): Promise<Pick<NewAttempt, 'changedSince'>> {
  const open = store.loop.problems.filter(({ state }) => state === 'open' || state === 'stopped');
  const failure = store.loop.attempts.findLast((each) => open.some(({ id }) => id === each.problem));
  const then = await store.snapshot(store.jobs.find(({ job }) => job === failure?.job)?.ended?.after);
  if (!then) return {};
  const now = await look(world, document.folder, store, { reason: 'guards' });
  const changes = compareSnapshots(then, now).filter(({ scope }) => scope !== 'processes');
  return { changedSince: changes.map((each) => `${each.scope} ${each.subject}: ${each.detail}`) };
}

/** The checks of a body, read as they would be in a document. */
function checksOf(id: string, body: StepBody): readonly Check[] {
  const text = `---\nrunbook: 1\n---\n\n## Steps\n\n${renderStep(id, body)}`;
  return parseRunbook(sourceOf(text, 'draft')).steps[0]?.verify ?? [];
}

async function heldBack(
  desk: Desk,
  { session, attempt, target, hypothesis }: Ready,
  verdict: Exclude<GuardVerdict, { verdict: 'pass' }>,
): Promise<AttemptAnswer> {
  await session.box.close();
  const { wayOn, ...said } = verdict;
  await desk.store.append({
    ...said,
    kind: 'guard',
    attempt,
    step: target.step,
    evidence: [...said.evidence],
    ...(hypothesis ? { hypothesis } : {}),
  });
  return guardAnswer(desk.store.loop.guards.at(-1)!, wayOn);
}

/** By whose word it runs, or the answer that a person is needed. A question still open leaves no trace. */
async function permitted(
  context: AgentContext,
  desk: Desk,
  target: Target,
  session: Session,
  { inputs = {} }: Input,
): Promise<string | AttemptAnswer> {
  const request = requestOf(desk, target, inputs);
  const permission =
    (await standingPermission(context, desk, target, request)) ??
    (await askPermission(context, desk, request));
  if (permission.allowed) return permission.by;
  await session.box.close();
  const { answer } = permission;
  if (answer !== 'open') {
    const { title } = target.body;
    await desk.store.append({
      kind: 'approval',
      step: target.step,
      title,
      client: context.client,
      answer,
      ...request,
    });
  }
  return approvalAnswer(target.step, request.key, answer, desk.document.file);
}

/** Begins the job, and answers what it has come to when the caller's patience ends. */
async function start(
  context: AgentContext,
  desk: Desk,
  ready: Ready,
  { wait_s }: Input,
): Promise<AttemptAnswer> {
  const { session, attempt } = ready;
  const job = context.jobs.start(ready.job, (signal) =>
    runAttempt(ready, signal).finally(() => session.box.close()),
  );
  context.progress(`${ready.target.step} runs as ${ready.job}`);
  await job.within(wait_s * 1000);
  await desk.store.reload();
  if (!desk.store.loop.attempts.some((each) => each.attempt === attempt)) {
    // It waits for its first look at the box.
    return { ...runningAnswer(ready) };
  }
  return await attemptAnswer(desk, attempt);
}

function runningAnswer({ attempt, job, target }: Ready): AttemptAnswer {
  return {
    ...{ attempt, job, step: target.step, status: 'running' },
    exit_code: null,
    ...{
      duration_ms: 0,
      output_tail: '',
      output_bytes: 0,
      checks: [],
      findings: [],
      known_fixes: [],
      changed: [],
    },
    next: `It still runs: job_read {"job":"${job}","wait_s":60}.`,
  };
}
