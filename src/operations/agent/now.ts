import { z } from 'zod';
import { hasFailed } from '../../loop/attempt.ts';
import type { ProblemRecord } from '../../loop/loop.ts';
import type { World } from '../../world.ts';
import { leasesAt } from '../approval/leases-at.ts';
import { NotSavedRow } from './answer-rows.ts';
import type { Saving } from './save/saving.ts';
import type { Workspace } from './workspace.ts';

/** A problem that is not solved, or not written yet, with what was tried. */
const ProblemNow = z.object({
  problem: z.string(),
  state: z.string(),
  steps: z.array(z.string()),
  failed_checks: z.array(z.string()),
  finding: z.string().optional(),
  error: z.string().optional(),
  tried: z.array(
    z.object({ attempt: z.string(), step: z.string(), status: z.string(), changed: z.array(z.string()) }),
  ),
  reason: z.string().optional(),
});

const Pending = z.object({
  step: z.string(),
  title: z.string(),
  answer: z.string(),
  reason: z.string().optional(),
});

/** What is running, waiting, stopped and next. */
export const Now = z.object({
  box: z.object({ name: z.string(), id: z.string() }),
  jobs: z.array(z.object({ job: z.string(), what: z.string(), step: z.string(), status: z.string() })),
  pending_approvals: z.array(Pending),
  leases: z.array(z.object({ id: z.string(), client: z.string(), until: z.string() })).optional(),
  problems: z.array(ProblemNow),
  unsaved: z.array(z.object({ step: z.string(), kind: z.string(), attempt: z.string() })),
  not_saved: z.array(NotSavedRow),
  last_attempt: z.object({ attempt: z.string(), step: z.string(), status: z.string() }).optional(),
  next: z.string(),
});

/** Tries of one problem that are listed; the rest is counted. */
const TRIES = 6;

/** The current state: everything needed to continue, read from disk alone. */
export async function currentState(
  world: World,
  workspace: Workspace,
  saving: Saving,
): Promise<z.infer<typeof Now>> {
  const { store, box } = workspace;
  const { loop } = store;
  const place = { document: workspace.document.path, box: box.id };
  const leases = (await leasesAt(world, place)).map(({ id, client, until }) => ({ id, client, until }));
  const running = store.jobs.filter((each) => !each.ended);
  const open = loop.problems.filter(
    ({ state }) => state === 'open' || state === 'cleared' || state === 'stopped',
  );
  const last = loop.attempts.at(-1);
  return {
    box: { name: box.name, id: box.id },
    jobs: running.map(({ job, what, step }) => ({ job, what, step, status: 'running' })),
    pending_approvals: pendingApprovals(workspace),
    ...(leases.length > 0 ? { leases } : {}),
    problems: open.map((each) => problemNow(workspace, each)),
    unsaved: saving.fold.steps.map(({ step, kind, attempt }) => ({ step, kind, attempt })),
    not_saved: [...saving.fold.notSaved],
    ...(last ? { last_attempt: { attempt: last.attempt, step: last.step, status: last.status } } : {}),
    next: nextOf(workspace, saving, open, running.length),
  };
}

/** A problem with what was tried, and what each try changed. */
function problemNow({ store }: Workspace, problem: ProblemRecord): z.infer<typeof ProblemNow> {
  const { attempts } = store.loop;
  const opened = attempts.find((each) => each.attempt === problem.openedBy);
  const since = attempts.filter((each) => opened && each.seq >= opened.seq);
  const failure = attempts.findLast((each) => problem.failures.includes(each.attempt));
  return {
    problem: problem.id,
    state: problem.state,
    steps: [...problem.steps],
    failed_checks: [...problem.failedChecks],
    finding: failure?.findings[0]?.title,
    error: failure?.outputTail.trim().split('\n').at(-1),
    tried: since.slice(-TRIES).map((each) => ({
      attempt: each.attempt,
      step: each.step,
      status: each.status,
      changed: each.changed
        .filter(({ scope }) => scope !== 'processes')
        .slice(0, 4)
        .map(({ kind, subject, detail }) => `${kind} ${subject}: ${detail}`),
    })),
    ...(problem.reason === undefined ? {} : { reason: problem.reason }),
  };
}

/** Asked and not answered with yes since, by step: only the last question of each. */
function pendingApprovals({ store }: Workspace): z.infer<typeof Pending>[] {
  const asked = new Map(store.of('approval').map((each) => [each.step, each]));
  const replayed = store.jobs.findLast(({ what }) => what === 'replay')?.seq ?? 0;
  return [...asked.values()]
    .filter(({ step, seq, answer }) =>
      step === ''
        ? replayed < seq && answer !== 'once'
        : !store.loop.attempts.some((each) => each.step === step && each.seq > seq),
    )
    .map(({ step, title, answer, reason }) => ({
      step,
      title,
      answer,
      ...(reason === undefined ? {} : { reason }),
    }));
}

function nextOf(
  workspace: Workspace,
  saving: Saving,
  problems: readonly ProblemRecord[],
  running: number,
): string {
  const { store } = workspace;
  const stopped = problems.find(({ state }) => state === 'stopped');
  const open = problems.find(({ state }) => state === 'open');
  const withheld = saving.fold.withheld[0];
  const last = store.loop.attempts.at(-1);
  const waiting = pendingApprovals(workspace).find(({ reason }) => reason === undefined);
  if (waiting?.step === '')
    return `The replay waits for a person, who approves it on a terminal with: runbook approve ${workspace.document.file} — then call replay again. Never run that command yourself.`;
  if (waiting !== undefined)
    return `${waiting.step} waits for a person, who approves it on a terminal with: runbook approve ${workspace.document.file} --step ${waiting.step} — then call apply_step again. Other steps can go on. Never run that command yourself.`;
  if (running > 0) return 'A job runs: job_read with wait_s.';
  if (last?.status === 'interrupted')
    return `${last.attempt} (${last.step}) was interrupted: env_observe, then apply it again.`;
  if (open)
    return `${open.id} is open: env_observe, fix its cause with apply_step, then apply ${open.steps.at(-1)} again.`;
  if (withheld)
    return `${withheld.problem} is cleared and lacks its Why: problem_resolve {"problem":"${withheld.problem}","why":"…"}.`;
  if (saving.changes) return 'Something is proven and not written: env_save.';
  if (stopped)
    return `${stopped.id} waits for a person (runbook resume ${stopped.id}); independent steps can continue.`;
  if (last && hasFailed(last)) return 'Call env_observe, then continue.';
  return store.loop.attempts.length === 0
    ? 'Begin with env_observe, then one small step at a time.'
    : 'Go on, or verify.';
}
