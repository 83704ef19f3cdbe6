import { z } from 'zod';
import type { StepBody } from '../../../loop/attempt.ts';
import { Hypothesis, type PredictionRow } from '../../../loop/hypothesis.ts';
import type { Closure } from '../../../model/closure.ts';
import { EXIT, RunbookError, usageError } from '../../../model/diagnostic.ts';
import { closureHash } from '../../../plan/closure-hash.ts';
import { oldApproval } from '../../approval/approval.ts';
import { askPerson } from '../../asks/ask-person.ts';
import { confined } from '../../confine/confined.ts';
import { passOf } from '../../pass/open.ts';
import type { Pass } from '../../pass/pass.ts';
import { openSession, type Session } from '../../session/session.ts';
import {
  AttemptAnswer as Answer,
  type AttemptAnswer,
  approvalAnswer,
  attemptAnswer,
  NOT_RUN,
} from '../attempt/answer.ts';
import { Draft, scriptOf } from '../attempt/body.ts';
import { type Denial, type Denied, USED_UP } from '../attempt/denial.ts';
import { guardVerdict, recordRefusal } from '../attempt/guard-attempt.ts';
import {
  type Allowed,
  askPermission,
  closureForStep,
  sandboxPermission,
  standingPermission,
} from '../attempt/permission.ts';
import { recordHeldBack } from '../attempt/record-held-back.ts';
import { refuseLiteralIds } from '../attempt/refuse-literal-ids.ts';
import { type Ready, runAttempt } from '../attempt/run-attempt.ts';
import { type AttemptTarget, attemptTarget } from '../attempt/target.ts';
import { followJob, stillRuns } from '../follow-job.ts';
import { predict } from '../probe-lines.ts';
import { type AgentContext, defineTool, waitLeft } from '../tool.ts';
import { openWorkspace, type Workspace, withoutOutput } from '../workspace.ts';

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
  dotted: 'apply-step',
  title: 'Run a step',
  description:
    'Changes the box by one step and records it (apply-step). step: run it. draft {title, why, run, verify}: try a new one. Both: revise that step. Verify lines are typed checks, such as "port 443 owner caddy", "http GET http://127.0.0.1/ status 200 within 20s", "not port 80 owner nginx", "service x active", "file /p contains \\"y\\""; they fail before and pass after. Long work answers with a job.',
  hints: { readOnly: false, destructive: true, idempotent: false, openWorld: true },
  input,
  output: Answer,
  run: async (context, given): Promise<AttemptAnswer> => {
    const began = context.world.now();
    const waitMs = waitLeft(context.world, given.wait_s);
    const workspace = await openWorkspace(context, given.box);
    const target = attemptTarget(workspace, given);
    const { run, verify, undo } = target.body;
    if (given.draft)
      refuseLiteralIds(
        [...run, ...verify, ...undo].map(({ text }) => text),
        began,
      );
    const inputs = given.inputs ?? {};
    const { session, closure, standing } = await openFirst(context, workspace, target, inputs);
    const ready = await closedOnError(session, () =>
      prepare(context, workspace, target, session, given, standing?.closure.by),
    );
    const { held, edited } = await closedOnError(session, () => heldByGuards(context, workspace, ready));
    const asked = { ...given, closure };
    const deny = (denial: Denial) => unpermitted(context, workspace, target, asked, denial);
    if (standing && !held) {
      if (await standing.begin()) return await start(context, workspace, { ...ready, edited }, waitMs());
      await session.box.close();
      return await deny(USED_UP);
    }
    await session.box.close();
    if (held) return held;
    const { prepared, step } = target;
    const what = target.source === 'draft' ? 'a new step' : `the step ${step}`;
    const permission = await askPerson(
      context,
      workspace,
      { closure, asked: questionOf(target, asked), waitMs },
      {
        ask: (page) => askPermission(context, { prepared, closure, what, step }, page),
        standing: () => standingPermission(context, workspace, target, { closure, inputs }),
      },
    );
    if (!permission.allowed) return await deny(permission);
    if (!(await permission.begin())) return await deny(USED_UP);
    // Approved inputs may come from commands of the document, so they are resolved again.
    const approved = await openTarget(context, target, { inputs, permission });
    const allowed = await closedOnError(approved, () =>
      prepare(context, workspace, target, approved, given, permission.closure.by),
    );
    return await start(context, workspace, { ...allowed, edited }, waitMs());
  },
});

/** What would run, whether it may without asking anybody, and a session with what is allowed so far. */
async function openFirst(
  context: AgentContext,
  workspace: Workspace,
  target: AttemptTarget,
  inputs: Readonly<Record<string, string>>,
): Promise<{ readonly session: Session; readonly closure: Closure; readonly standing?: Allowed }> {
  const open = (permission?: Allowed) => openTarget(context, target, { inputs, permission });
  if (context.trust === 'sandbox') {
    const standing = await sandboxPermission(context, target.prepared);
    return { session: await open(standing), closure: standing.closure.closure, standing };
  }
  const session = await open();
  const { closure, standing } = await closedOnError(session, async () => {
    const closure = await closureForStep(context, workspace, target, { inputs, session });
    return { closure, standing: await standingPermission(context, workspace, target, { closure, inputs }) };
  });
  if (!standing) return { session, closure };
  await session.box.close();
  return { session: await open(standing), closure, standing };
}

/**
 * A session for this step alone: its inputs resolved, its probes confined to what a model may ask. Commands that give secrets
 * are the document's code: they run only once its content may.
 */
async function openTarget(
  context: AgentContext,
  target: AttemptTarget,
  { inputs, permission }: { inputs: Readonly<Record<string, string>>; permission?: Allowed | undefined },
): Promise<Session> {
  const approved = permission?.closure;
  const session = await openSession(withoutOutput(context), target.prepared, { input: inputs }, { approved });
  try {
    refuseSecrets(session, target.body);
    const own = new Set(target.planned.inputs);
    const missing = session.inputDiagnostics.filter(
      (each) => each.severity === 'error' && [...own].some((name) => each.message.includes(` ${name} `)),
    );
    if (missing.length > 0) throw new RunbookError(missing, EXIT.person);
    const isDocument = permission?.whole === true && approved?.by === 'approved';
    const { audience } = session;
    const box = isDocument
      ? session.box
      : await confined(session.box, context.world, target.prepared.document, {
          audience,
          approved: approved !== undefined,
        });
    return { ...session, box, plan: planFor(target, permission?.whole === true) };
  } catch (error) {
    await session.box.close();
    throw error;
  }
}

/** Fixes of recorded problems run automatically only where the whole document may run. */
function planFor({ prepared, planned }: AttemptTarget, whole: boolean): Session['plan'] {
  if (whole) return prepared.plan;
  const bare = { ...planned, obstaclesBefore: [], obstaclesAfter: [] };
  const steps = prepared.plan.steps.map((each) => (each === planned ? bare : each));
  return { ...prepared.plan, steps, problems: [] };
}

function refuseSecrets({ masker }: Session, body: StepBody): void {
  const found = /\[secret:([^\]]+)\]/.exec(masker.mask(JSON.stringify(body)))?.[1];
  if (found === undefined || !masker.holdsSecret(JSON.stringify(body))) return;
  throw usageError(
    'secret-in-draft',
    `A draft must not contain secrets. The value of ${found} is in this one.`,
    `Write \${${found}} (in a shell fence "$${found}") instead; the value reaches the step through its environment.`,
  );
}

async function prepare(
  context: AgentContext,
  workspace: Workspace,
  target: AttemptTarget,
  session: Session,
  { hypothesis }: Pick<Input, 'hypothesis'>,
  allowed = '',
): Promise<Ready> {
  const pass = passOf(withoutOutput(context), session);
  const { loop, jobs } = workspace.store;
  const number = loop.attempts.length + loop.guards.length + 1;
  return {
    context,
    workspace,
    target,
    session,
    attempt: `a${number}`,
    job: `job-${jobs.length + 1}`,
    hypothesis: hypothesis && session.masker.maskDeep(hypothesis),
    prediction: await predictions(pass, target, hypothesis, context.signal),
    inputs: pass.inputsHashOf(target.planned),
    allowed,
    edited: [],
  };
}

/** The hypothesis' lines, and the typed checks of the step: what they say before tells what they are worth. */
async function predictions(
  pass: Pass,
  { body, planned }: AttemptTarget,
  hypothesis: Hypothesis | undefined,
  signal: AbortSignal,
): Promise<PredictionRow[]> {
  const own = body.verify.filter(({ lang }) => lang === 'check').map(({ text }) => text);
  const asking = { pass, state: pass.state.before(planned), signal };
  const predicted = await predict(hypothesis?.prediction ?? [], asking);
  if (hypothesis) return predicted;
  return await predict(own, asking);
}

/** What the guards say before a person is asked, and what was edited. No answer: they say nothing. */
async function heldByGuards(
  context: AgentContext,
  workspace: Workspace,
  ready: Ready,
): Promise<{ readonly held?: AttemptAnswer; readonly edited: readonly string[] }> {
  const { verdict, edited } = await guardVerdict(context, workspace, ready);
  if (verdict.verdict === 'pass') return { edited };
  return { edited, held: await recordRefusal(workspace, ready, verdict) };
}

/** Runs `work` with an open session, which stays open unless the work fails. */
async function closedOnError<T>({ box }: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await box.close();
    throw error;
  }
}

const DENIED: Readonly<Record<Exclude<Denied, 'open' | 'on-page'>, string>> = {
  no: 'The person said no.',
  'nobody-asked': 'No person could be asked.',
  'too-fast': 'The answer came faster than a person can read.',
};

type Asking = Input & { readonly closure: Closure };

/** The question as the journal keeps it, so that a person can answer it outside of the agent's client. */
function questionOf(target: AttemptTarget, { step, draft, inputs = {} }: Asking) {
  return {
    ...{ step: target.step, title: target.body.title, script: scriptOf(target.body), inputs },
    call: JSON.stringify({ step, draft }),
  };
}

/** A person is needed first. A question that is still open leaves no trace: the call comes again with its answer. */
async function unpermitted(
  context: AgentContext,
  workspace: Workspace,
  target: AttemptTarget,
  asked: Asking,
  denial: Omit<Denial, 'allowed'>,
): Promise<AttemptAnswer> {
  const key = closureHash(asked.closure);
  const { answer, reason } = denial;
  if (answer !== 'open' && answer !== 'on-page') {
    if (reason === undefined)
      await workspace.store.append({
        ...{ kind: 'approval', ...questionOf(target, asked), client: context.client, key },
        answer: answer === 'too-fast' ? 'nobody-asked' : answer,
      });
    const message = reason === undefined ? DENIED[answer] : `The person said no: ${reason}`;
    await recordHeldBack(context, workspace, target, { by: 'approval', code: answer, message });
  }
  const { file, path } = workspace.document;
  return approvalAnswer(target.step, key, denial, { file, remark: await oldApproval(context.world, path) });
}

/** Begins the job, and answers what it has come to when the caller's patience ends. */
async function start(
  context: AgentContext,
  workspace: Workspace,
  ready: Ready,
  waitMs: number,
): Promise<AttemptAnswer> {
  const { session, attempt } = ready;
  const job = context.jobs.start(ready.job, (signal) =>
    runAttempt(ready, signal).finally(() => session.box.close()),
  );
  const log = workspace.store.jobLog(ready.job);
  await followJob(context, job, { waitMs, what: ready.target.step, log });
  await workspace.store.reload();
  if (!workspace.store.loop.attempts.some((each) => each.attempt === attempt)) {
    // It waits for its first look at the box.
    const { job, target } = ready;
    return { ...NOT_RUN, attempt, job, step: target.step, status: 'running', next: stillRuns(job) };
  }
  return await attemptAnswer(workspace, attempt);
}
