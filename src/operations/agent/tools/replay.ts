import { z } from 'zod';
import { AgentStore } from '../../../journal/agent/store.ts';
import { openApprovals } from '../../../journal/decisions/approvals.ts';
import type { ReplayReport } from '../../../model/report.ts';
import { approvalHash } from '../../../plan/hash.ts';
import { replay as replayVerb } from '../../replay.ts';
import { bodyOfStep, scriptOf, wrong } from '../attempt/body.ts';
import { unknownStep } from '../attempt/target.ts';
import { JobLog } from '../job-log.ts';
import { type AgentContext, defineTool } from '../tool.ts';
import { openWorkspace, type Workspace, withoutOutput } from '../workspace.ts';

const row = z.looseObject({});

const input = z.object({
  from: z.string().max(200).optional(),
  only: z.string().max(200).optional(),
  dry_run: z.boolean().default(false).describe('say what would be done; run nothing'),
  wait_s: z.number().min(0).max(60).default(50),
  box: z.string().optional(),
});

type Input = z.infer<typeof input>;

const output = z.object({
  job: z.string().nullable(),
  status: z.string(),
  summary: row.optional(),
  steps: z.array(row),
  approval: row.optional(),
  next: z.string(),
});

/** Walks the whole document, as `runbook replay` does. */
export const replay = defineTool({
  name: 'replay',
  dotted: 'replay',
  title: 'Replay the runbook',
  description:
    'Brings the box to what the document says, in one pass (replay): checks, skips what is satisfied, acts, verifies, goes on from where it stopped. dry_run runs nothing. Runs as a job: follow it with job_read. Only what is written counts: env_save first.',
  toolset: 'core',
  hints: { readOnly: false, destructive: true, idempotent: true, openWorld: true },
  effect: 'act',
  input,
  output,
  budget: 16_000,
  run: async (context, given): Promise<z.infer<typeof output>> => {
    const desk = await openWorkspace(context, given.box);
    refuseUnknown(desk, given);
    if (given.dry_run) return await dryRun(context, desk, given);
    const refused = await unpermitted(context, desk);
    return refused ?? (await start(context, desk, given));
  },
});

function refuseUnknown(desk: Workspace, { from, only }: Input): void {
  if (!desk.document.exists) {
    throw wrong(
      'no-such-file',
      `There is no ${desk.document.file} yet.`,
      'Work with apply_step, then env_save: that writes it.',
    );
  }
  const ids = desk.document.runbook.steps.map(({ id }) => id);
  for (const id of [from, only]) if (id !== undefined && !ids.includes(id)) throw unknownStep(desk, id);
}

async function dryRun(context: AgentContext, desk: Workspace, given: Input): Promise<z.infer<typeof output>> {
  const report = await run(context, desk, given, true, context.signal);
  const steps =
    report.plan?.steps.map(({ id, would, reason, detail }) => ({ step: id, would, reason, detail })) ?? [];
  return {
    job: null,
    status: 'dry_run',
    summary: { ...report.plan?.summary },
    steps,
    next: 'replay without dry_run does it.',
  };
}

/** A replay runs all that the document says, so all of it is what a person approves. */
async function unpermitted(
  context: AgentContext,
  desk: Workspace,
): Promise<z.infer<typeof output> | undefined> {
  if (context.trust === 'sandbox') return undefined;
  const approvals = openApprovals(context.world.folders.person);
  const hash = approvalHash(desk.document.runbook);
  if (await approvals.isApproved(hash)) return undefined;
  const script = desk.document.runbook.steps.map((each) => scriptOf(bodyOfStep(each))).join('\n\n');
  const answer = await context.approve({
    key: `document:${desk.box.id}:${hash}`,
    box: desk.box.name,
    script,
    lease: false,
  });
  if (answer === 'once' || answer === 'lease') {
    const at = new Date(context.world.now()).toISOString();
    await approvals.approve({ hash, document: desk.document.path, how: 'elicitation', at });
    return undefined;
  }
  const next = `A person has to approve what ${desk.document.file} says: runbook approve ${desk.document.file}. Never run that yourself.`;
  return { job: null, status: 'needs_approval', approval: { answer }, steps: [], next };
}

async function start(context: AgentContext, desk: Workspace, given: Input): Promise<z.infer<typeof output>> {
  const { store } = desk;
  const id = `job-${store.jobs.length + 1}`;
  await store.append({
    ...{ kind: 'job', job: id, what: 'replay', step: given.only ?? '' },
    process: AgentStore.process(),
    client: context.client,
    allowed: context.trust === 'sandbox' ? 'sandbox' : 'approved',
  });
  const log = new JobLog(await store.newJobLog(id));
  const job = context.jobs.start(id, async (signal) => {
    const ended = (status: string, summary: string) =>
      store.append({ kind: 'job-ended', job: id, status, summary });
    try {
      const report = await run(context, desk, given, false, signal, log);
      await ended(report.summary.outcome, report.next);
      return report;
    } catch (error) {
      await ended('failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
  });
  const done = await job.within(given.wait_s * 1000);
  if (!done.ended) {
    return {
      job: id,
      status: 'running',
      steps: [],
      next: `It still runs: job_read {"job":"${id}","wait_s":60}.`,
    };
  }
  const { summary, steps, next } = done.result;
  return {
    job: id,
    status: summary.outcome,
    summary: { ...summary },
    steps: steps.map(({ id: step, outcome }) => ({ step, ...told(outcome) })),
    next: next || 'Everything holds. verify asks it again at any time.',
  };
}

function told(outcome: ReplayReport['steps'][number]['outcome']): Record<string, unknown> {
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

async function run(
  context: AgentContext,
  { document }: Workspace,
  { from, only }: Input,
  dryRun: boolean,
  signal: AbortSignal,
  log?: JobLog,
): Promise<ReplayReport> {
  const flags = replayVerb.input.parse({
    file: document.file,
    yes: true,
    dryRun,
    ...(from === undefined ? {} : { from }),
    ...(only === undefined ? {} : { only }),
  });
  const emit = { emit: (event: Parameters<JobLog['take']>[0]) => log?.take(event) };
  // Without an inventory the report is that of one box.
  return (await replayVerb.run(
    { ...withoutOutput({ world: context.world, trust: context.trust, signal }), ...emit },
    flags,
  )) as ReplayReport;
}
