import { z } from 'zod';
import { EXIT, type ExitCode } from '../model/diagnostic.ts';
import type { PassSummary } from '../model/outcome.ts';
import type { ReplayReport } from '../model/report.ts';
import { requireApproval } from './approval.ts';
import { refuseUnknownId } from './known-id.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { nextWords } from './pass/next.ts';
import { openPass } from './pass/open.ts';
import { type Outcomes, summarise, walkPlan } from './pass/walk.ts';
import { planSession } from './plan.ts';
import { preflight } from './preflight.ts';
import { openSession, type Prepared, prepare, type Session } from './session.ts';
import { sessionFlags } from './session-flags.ts';

const input = z.object({
  ...sessionFlags,
  from: z
    .string()
    .optional()
    .describe('start at this step; those before it are taken as they are')
    .meta({ placeholder: 'ID' }),
  only: z.string().optional().describe('walk this step alone').meta({ placeholder: 'ID' }),
  accept: z
    .string()
    .optional()
    .describe('confirm this step, mended by hand, if its Verify passes')
    .meta({ placeholder: 'ID' }),
  dryRun: z.boolean().default(false).describe('say what would be done; run nothing from the document'),
  force: z.boolean().default(false).describe('act even where a step is satisfied'),
  keepGoing: z
    .boolean()
    .default(false)
    .describe('after a failure, go on with the steps that do not come after it'),
  jobs: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('how many independent steps run at once')
    .meta({ placeholder: 'N' }),
});

/** The main job: redeploys a box in one pass, going on from wherever an earlier pass stopped. */
export const replay = defineOperation({
  name: 'replay',
  summary: 'bring the box to what the runbook says, in one pass',
  description:
    'Walks the steps in order of their needs: checks, skips what is satisfied, acts, verifies, records.\n' +
    'After any failure, kill or reboot the same command goes on from the first step that is not confirmed.',
  examples: [
    'runbook replay AUTODOCK.md',
    'runbook replay --dry-run',
    'runbook replay --from start-caddy --input DOMAIN=example.org',
  ],
  effect: 'act',
  input,
  run: (context, flags) => runReplay(context, flags),
  exit: (report: ReplayReport) => exitOf(report.summary),
});

async function runReplay(context: OperationContext, flags: z.infer<typeof input>): Promise<ReplayReport> {
  const prepared = await prepare(context, flags);
  refuseUnknownIds(prepared, flags);
  const approved = !flags.dryRun && (await requireApproval(context, prepared, flags.yes));
  const session = await openSession(context, prepared, flags, { approved });
  try {
    if (flags.dryRun) return await dryRun(context, session, flags);
    await preflight(context, session);
    return await pass(context, session, flags);
  } finally {
    await session.box.close();
  }
}

async function pass(
  context: OperationContext,
  session: Session,
  flags: z.infer<typeof input>,
): Promise<ReplayReport> {
  const opened = await openPass(context, session, {
    force: flags.force,
    keepGoing: flags.keepGoing,
    jobs: flags.jobs,
    explain: true,
    askEachStep: session.runbook.kind === 'loose' && !flags.yes,
    from: flags.from,
    only: flags.only,
    accept: flags.accept,
  });
  try {
    const started = context.world.now();
    const outcomes = await walkPlan(opened.pass);
    const summary = summarise(outcomes, opened.pass, started);
    await opened.end(summary.outcome);
    const next = nextWords(session, outcomes, summary);
    context.emit({ type: 'pass-finished', at: new Date(context.world.now()).toISOString(), summary, next });
    return report(session, outcomes, summary, next);
  } finally {
    await opened.close();
  }
}

/** The plan, told as a pass that ran nothing. */
async function dryRun(
  context: OperationContext,
  session: Session,
  flags: z.infer<typeof input>,
): Promise<ReplayReport> {
  const planned = await planSession(context, session, flags);
  const outcomes: Outcomes = new Map(
    planned.steps.map((step) => [
      step.id,
      { kind: 'not-reached', because: `dry run: would ${step.would} (${step.reason}) ${step.detail}`.trim() },
    ]),
  );
  const summary: PassSummary = {
    outcome: 'done',
    acted: 0,
    skipped: 0,
    failed: 0,
    notReached: outcomes.size,
    fixes: 0,
    ms: 0,
    resumed: planned.resumed,
  };
  return { ...report(session, outcomes, summary, ''), plan: planned };
}

function report(session: Session, outcomes: Outcomes, summary: PassSummary, next: string): ReplayReport {
  const titles = new Map(session.plan.steps.map(({ step }) => [step.id, step.title]));
  return {
    file: session.runbook.file,
    name: session.runbook.name,
    box: session.box.identity.name,
    summary,
    steps: [...outcomes].map(([id, outcome]) => ({ id, title: titles.get(id) ?? id, outcome })),
    next,
  };
}

function exitOf(summary: PassSummary): ExitCode {
  switch (summary.outcome) {
    case 'done':
      return EXIT.done;
    case 'failed':
      return EXIT.failed;
    case 'person':
      return EXIT.person;
    case 'aborted':
      return EXIT.interrupted;
  }
}

function refuseUnknownIds({ plan, runbook }: Prepared, flags: z.infer<typeof input>): void {
  const ids = plan.steps.map(({ step }) => step.id);
  for (const flag of ['from', 'only', 'accept'] as const)
    refuseUnknownId(flag, flags[flag], runbook.file, ids);
}
