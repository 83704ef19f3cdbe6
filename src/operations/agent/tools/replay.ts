import { z } from 'zod';
import { AgentStore } from '../../../journal/agent/store.ts';
import { usageError } from '../../../model/diagnostic.ts';
import type { ReplayReport } from '../../../model/reports/report.ts';
import { oldApproval } from '../../approval/approval.ts';
import type { ApprovedClosure } from '../../approval/approved-closure.ts';
import { documentClosure } from '../../approval/closure-of.ts';
import { askPerson } from '../../asks/ask-person.ts';
import { replayInput } from '../../replay-flags.ts';
import { replayBox } from '../../session/replay-box.ts';
import type { ApprovedDocument, Prepared } from '../../session/session.ts';
import { AnswerApprovalRow, FixRow } from '../answer-rows.ts';
import { type Denial, USED_UP } from '../attempt/denial.ts';
import {
  askPermission,
  boxOfApproval,
  givenApproval,
  type Permission,
  sandboxPermission,
} from '../attempt/permission.ts';
import { unknownStep } from '../attempt/target.ts';
import { followJob, stillRuns } from '../follow-job.ts';
import { JobLog } from '../job-log.ts';
import { type AgentContext, defineTool, waitLeft } from '../tool.ts';
import { withSteps } from '../working.ts';
import { openWorkspace, type Workspace, withoutOutput } from '../workspace.ts';

const input = z.object({
  from: z.string().max(200).optional(),
  only: z.string().max(200).optional(),
  dry_run: z.boolean().default(false).describe('report what would be done; run nothing'),
  wait_s: z.number().min(0).max(60).optional(),
  box: z.string().optional(),
});

type Input = z.infer<typeof input>;

/** Seconds that a call waits for its replay, and where the client follows a longer one as a task. */
const WAIT_S = { usual: 50, beforeTask: 5 };

/** One step: what it came to, or in a dry run what it would do. */
const StepRow = z.object({
  step: z.string(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
  would: z.string().optional(),
  detail: z.string().optional(),
  message: z.string().optional(),
  remedy: z.string().optional(),
  output_tail: z.string().optional(),
  known_fixes: z.array(FixRow).optional(),
});

const output = z.object({
  job: z.string().nullable(),
  status: z.string(),
  /** Counts of the pass, or of the plan in a dry run. */
  summary: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  steps: z.array(StepRow),
  approval: AnswerApprovalRow.optional(),
  next: z.string(),
});

type Answer = z.infer<typeof output>;

/** Walks the whole document, as `runbook replay` does. */
export const replayTool = defineTool({
  dotted: 'replay',
  title: 'Replay the runbook',
  description:
    'Brings the box to what the document says, in one pass (replay): checks, skips satisfied steps, acts, verifies, and continues where it stopped. dry_run runs nothing. Runs as a job: follow it with job_read. Only saved steps count: call env_save first.',
  hints: { readOnly: false, destructive: true, idempotent: true, openWorld: true },
  input,
  output,
  budget: 16_000,
  run: async (context, given): Promise<Answer> => {
    const workspace = await openWorkspace(context, given.box);
    refuseUnknown(workspace, given);
    const prepared = withSteps(workspace.document, []);
    if (given.dry_run) return await dryRun(context, prepared, given);
    const waitMs = waitLeft(context.world, given.wait_s ?? WAIT_S.usual);
    const permission = await permissionFor(context, workspace, prepared, waitMs);
    if (!permission.allowed) return await unpermitted(workspace, permission, context.world);
    if (!(await permission.begin())) return await unpermitted(workspace, USED_UP, context.world);
    return await start(context, workspace, { ...prepared, approved: permission.closure }, given, waitMs);
  },
});

function refuseUnknown(workspace: Workspace, { from, only }: Input): void {
  if (!workspace.document.exists) {
    throw usageError(
      'no-such-file',
      `${workspace.document.file} does not exist yet.`,
      'Run steps with apply_step, then call env_save to write it.',
    );
  }
  const ids = workspace.document.runbook.steps.map(({ id }) => id);
  for (const id of [from, only]) if (id !== undefined && !ids.includes(id)) throw unknownStep(workspace, id);
}

async function dryRun(context: AgentContext, prepared: Prepared, given: Input): Promise<Answer> {
  const report = await run(context, prepared, given, { signal: context.signal });
  const steps =
    report.plan?.steps.map(({ id, would, reason, detail }) => ({ step: id, would, reason, detail })) ?? [];
  return {
    job: null,
    status: 'dry_run',
    summary: { ...report.plan?.summary },
    steps,
    next: 'Call replay without dry_run to do it.',
  };
}

/** A replay runs all that the document says, so all of it is what a person approves. */
async function permissionFor(
  context: AgentContext,
  workspace: Workspace,
  prepared: Prepared,
  waitMs: () => number,
): Promise<Permission> {
  const { world } = context;
  if (context.trust === 'sandbox') return await sandboxPermission(context, prepared);
  const closure = await documentClosure(world, prepared, { input: {}, place: boxOfApproval(workspace) });
  const { file } = workspace.document;
  const standing = () => givenApproval(world, prepared, closure);
  const question = { prepared, closure, what: `all of ${file}` };
  return (
    (await standing()) ??
    (await askPerson(
      context,
      workspace,
      { closure, asked: { step: '', title: file, script: '', inputs: {} }, waitMs },
      { ask: (page) => askPermission(context, question, page), standing },
    ))
  );
}

async function unpermitted(
  workspace: Workspace,
  { answer, url, reason }: Omit<Denial, 'allowed'>,
  world: AgentContext['world'],
): Promise<Answer> {
  const { file, path } = workspace.document;
  const old = await oldApproval(world, path);
  const fast =
    answer === 'too-fast' ? 'The answer came faster than a person can read it, so it does not count. ' : '';
  const onPage =
    url === undefined
      ? ''
      : `The person decides in their browser, at ${url}. Tell them, and call again: that call waits for the answer. `;
  const next =
    reason === undefined
      ? `${fast}${onPage}A person must approve the content of ${file}: runbook approve ${file}. Never run that yourself.${old === undefined ? '' : ` ${old}`}`
      : `The person refused exactly this: ${JSON.stringify(reason)}. Do what they ask for, or something else.`;
  const approval = { answer, url, reason };
  return { job: null, status: 'needs_approval', approval, steps: [], next };
}

async function start(
  context: AgentContext,
  workspace: Workspace,
  document: ApprovedDocument,
  given: Input,
  waitMs: () => number,
): Promise<Answer> {
  const { store } = workspace;
  const id = `job-${store.jobs.length + 1}`;
  await store.append({
    ...{ kind: 'job', job: id, what: 'replay', step: given.only ?? '' },
    process: AgentStore.process(),
    client: context.client,
    allowed: document.approved.by,
  });
  const log = new JobLog(await store.newJobLog(id));
  const job = context.jobs.start(id, async (signal) => {
    const ended = (status: string, summary: string) =>
      store.append({ kind: 'job-ended', job: id, status, summary });
    try {
      const report = await run(context, document, given, { approved: document.approved, signal, log });
      await ended(report.summary.outcome, report.next);
      return answerOf(id, report);
    } catch (error) {
      await ended('failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
  });
  const isShort = context.becomeTask && given.wait_s === undefined;
  const longest = isShort ? Math.min(waitMs(), 1000 * WAIT_S.beforeTask) : waitMs();
  const done = await followJob(context, job, { waitMs: longest, what: 'replay', log: store.jobLog(id) });
  if (done.ended) return done.result;
  context.becomeTask?.(job);
  return {
    job: id,
    status: 'running',
    steps: [],
    next: stillRuns(id),
  };
}

function answerOf(id: string, { summary, steps, next }: ReplayReport): Answer {
  return {
    job: id,
    status: summary.outcome,
    summary: { ...summary },
    steps: steps.map(({ id: step, outcome }) => ({ step, ...outcomeRow(outcome) })),
    next: next || 'Everything holds. Call verify at any time to check again.',
  };
}

function outcomeRow(
  outcome: ReplayReport['steps'][number]['outcome'],
): Omit<z.infer<typeof StepRow>, 'step'> {
  const { kind } = outcome;
  if (kind === 'failed' || kind === 'person') {
    const { message, remedy, outputTail, knownProblems } = outcome.failure;
    return {
      outcome: kind,
      message,
      remedy,
      output_tail: outputTail,
      known_fixes: knownProblems.map(({ id, title }) => ({ problem: id, title })),
    };
  }
  return { outcome: kind, ...('reason' in outcome ? { reason: outcome.reason } : {}) };
}

/** The pass over the document as it was read and approved, whatever has been written to the file since. */
async function run(
  context: AgentContext,
  prepared: Prepared,
  { from, only }: Input,
  { approved, signal, log }: { approved?: ApprovedClosure; signal: AbortSignal; log?: JobLog },
): Promise<ReplayReport> {
  const { file } = prepared.document;
  const flags = replayInput.parse({ file, dryRun: approved === undefined, from, only });
  const emit = { emit: (event: Parameters<JobLog['take']>[0]) => log?.take(event) };
  const { world, trust, client } = context;
  const operation = { ...withoutOutput({ world, trust, signal, client }), ...emit };
  return await replayBox(operation, prepared, flags, { approved });
}
