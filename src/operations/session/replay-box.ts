import type { PassEvent, PassSummary } from '../../model/outcome.ts';
import type { ReplayReport } from '../../model/reports/report.ts';
import type { ApprovedClosure } from '../approval/approved-closure.ts';
import { renewBaseline } from '../drift/renew-baseline.ts';
import { notifyEvent } from '../notify/notify-targets.ts';
import type { OperationContext } from '../operation.ts';
import { nextStepText } from '../pass/next.ts';
import { openPass } from '../pass/open.ts';
import type { Pass } from '../pass/pass.ts';
import { SCHEDULE_VARIABLE } from '../pass/record-start.ts';
import { type Outcomes, selection, summarise, walkPlan } from '../pass/walk.ts';
import { planSession } from '../plan.ts';
import { preflight } from '../preflight/preflight.ts';
import type { ReplayFlags } from '../replay-flags.ts';
import { undoneText, undoOnFailure } from '../undo/undo-on-failure.ts';
import { openSession, type Prepared, type Session } from './session.ts';

/**
 * One box, from opening to closing it: a pass, or with --dry-run a description of what a pass would do.
 * @throws RunbookError if the box cannot be opened, or something is missing before step one
 */
export async function replayBox(
  context: OperationContext,
  prepared: Prepared,
  flags: ReplayFlags,
  { approved }: { approved: ApprovedClosure | undefined },
): Promise<ReplayReport> {
  const session = await openSession(context, prepared, flags, { approved });
  try {
    if (flags.dryRun) return await dryRun(context, session, flags);
    await preflight(context, session, selection(session.plan, flags));
    return await pass(context, session, flags);
  } finally {
    await session.box.close();
  }
}

async function pass(context: OperationContext, session: Session, flags: ReplayFlags): Promise<ReplayReport> {
  const opened = await openPass(context, session, {
    force: flags.force,
    keepGoing: flags.keepGoing,
    independent: session.runbook.kind === 'loose',
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
    const undone =
      flags.undoOnFailure && summary.outcome === 'failed'
        ? await undoOnFailure(opened.pass, outcomes)
        : undefined;
    await opened.end(summary.outcome);
    const goOn = nextStepText(session, outcomes, summary);
    const next = undone ? `${undoneText(undone)} ${goOn}` : goOn;
    opened.pass.emit({
      type: 'pass-finished',
      at: new Date(context.world.now()).toISOString(),
      summary,
      next,
      ...(summary.outcome === 'done' ? endpointsOf(session, opened.pass) : {}),
    });
    await renewBaseline(context, session, { id: opened.pass.journal.pass.id, summary });
    tellLong(context, session, summary, next);
    return { ...report(session, outcomes, summary, next), ...(undone ? { undone } : {}) };
  } finally {
    await opened.close();
  }
}

/** A pass that takes longer while no one watches is reported to the person's targets. */
const LONG_MS = 60_000;

/** A schedule reports its own result, and an agent waits for its own pass. */
function tellLong({ world, agent }: OperationContext, session: Session, summary: PassSummary, next: string) {
  const isWatched = world.person !== undefined || agent !== undefined || world.env[SCHEDULE_VARIABLE];
  if (isWatched || summary.ms < LONG_MS) return;
  const { runbook, box, document } = session;
  notifyEvent(world, 'long-pass', {
    state: summary.outcome === 'done' ? 'ok' : summary.outcome === 'person' ? 'person' : 'failed',
    title: `${box.identity.name}: the pass of ${runbook.name} ended: ${summary.outcome}`,
    details: [`${summary.acted} acted, ${summary.skipped} skipped, ${summary.failed} failed`],
    document: document.path,
    ...(next === '' ? {} : { next: session.masker.mask(next) }),
  });
}

/** What the document offers, with the values that its last step left, masked. */
function endpointsOf({ runbook, plan, masker }: Session, pass: Pass): Pick<PassFinished, 'endpoints'> {
  if (runbook.endpoints.length === 0) return {};
  const last = plan.steps.at(-1);
  const state = last ? pass.state.after(last.step.id) : { variables: new Map<string, string>() };
  const shown = (text: string) => masker.mask(pass.substitute(text, state));
  return { endpoints: runbook.endpoints.map(({ name, target }) => ({ name, target: shown(target) })) };
}

type PassFinished = Extract<PassEvent, { type: 'pass-finished' }>;

/** The plan, reported as a pass that ran nothing. */
async function dryRun(
  context: OperationContext,
  session: Session,
  flags: ReplayFlags,
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
    person: 0,
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
