import type { PassSummary, StepOutcome } from '../../model/outcome.ts';
import type { Plan, PlanStep } from '../../model/plan.ts';
import { DurableEvents } from './durable-events.ts';
import type { Pass } from './pass.ts';
import { acceptStep, walkStep } from './step.ts';

/** How each step of a pass ended, in walking order. */
export type Outcomes = ReadonlyMap<string, StepOutcome>;

/**
 * Walks the plan: in order, or with --jobs as many at once as their needs allow.
 * A failure stops the pass, or with --keep-going only what comes after it.
 */
export async function walkPlan(whole: Pass): Promise<Outcomes> {
  const story = new DurableEvents(whole.emit, () => whole.journal.durableSoon());
  const pass: Pass = { ...whole, emit: story.emit };
  const outcomes = new Map<string, StepOutcome>();
  const selected = selection(pass.plan, pass.options);
  // Steps that do not run after a failed predecessor. Those that were not selected run nothing in any case.
  const dependents = pass.options.keepGoing && pass.options.independent ? NO_STEPS : selected;
  const waiting = new Set(pass.plan.steps);
  const running = new Set<Promise<void>>();
  let stopped = false;
  let lost: { readonly error: unknown } | undefined;

  const finish = (planned: PlanStep, outcome: StepOutcome) => {
    outcomes.set(planned.step.id, outcome);
    const at = new Date(pass.now()).toISOString();
    pass.emit({ type: 'step-finished', at, step: planned.step.id, title: planned.step.title, outcome });
    if (isFailure(outcome) && !pass.options.keepGoing) stopped = true;
  };
  const begin = (planned: PlanStep) => {
    waiting.delete(planned);
    const done = pass.gate
      .shared(() => walkOne(pass, planned, selected))
      .then((outcome) => finish(planned, outcome))
      // A lost journal or box ends the pass, but not under the feet of the steps that run beside.
      .catch((error: unknown) => {
        lost ??= { error };
        stopped = true;
      })
      .finally(() => running.delete(done));
    running.add(done);
  };

  while (waiting.size > 0 && !stopped && !story.isLost && !pass.signal.aborted) {
    const free = pass.options.jobs - running.size;
    const ready = free > 0 ? nextReady(waiting, outcomes, { dependents, limit: free }) : [];
    for (const { planned, blockedBy } of ready) {
      if (blockedBy === undefined) begin(planned);
      else {
        waiting.delete(planned);
        finish(planned, { kind: 'not-reached', because: blockedBy });
      }
    }
    if (running.size > 0 && ready.every((each) => each.blockedBy === undefined)) await Promise.race(running);
  }
  await Promise.all(running);
  if (lost) throw lost.error;
  await story.settled();
  const because = pass.signal.aborted ? 'the pass was stopped' : stoppedBy(outcomes);
  for (const planned of waiting) finish(planned, { kind: 'not-reached', because });
  await story.settled();
  return outcomes;
}

const NO_STEPS: ReadonlySet<string> = new Set();

/** A step that Ctrl-C stopped has not failed. */
const wasStopped = (outcome: StepOutcome): boolean =>
  outcome.kind === 'failed' && outcome.failure.kind === 'aborted';

/** Totals for the summary. */
export function summarise(outcomes: Outcomes, pass: Pass, started: number): PassSummary {
  const all = [...outcomes.values()];
  const count = (kind: StepOutcome['kind']) => all.filter((each) => each.kind === kind).length;
  const interrupted = all.filter(wasStopped).length;
  const [failed, person] = [count('failed') - interrupted, count('person')];
  return {
    outcome: pass.signal.aborted ? 'aborted' : failed > 0 ? 'failed' : person > 0 ? 'person' : 'done',
    acted: count('acted'),
    skipped: count('skipped'),
    failed,
    person,
    notReached: count('not-reached'),
    ...(interrupted > 0 ? { interrupted } : {}),
    fixes: all.reduce((sum, each) => sum + ('fixes' in each ? each.fixes.length : 0), 0),
    ms: pass.now() - started,
    resumed: pass.journal.pass.resumed,
  };
}

async function walkOne(pass: Pass, planned: PlanStep, selected: ReadonlySet<string>): Promise<StepOutcome> {
  if (pass.options.accept === planned.step.id) return acceptStep(pass, planned);
  if (!selected.has(planned.step.id)) return restoreUnselected(pass, planned);
  return walkStep(pass, planned);
}

/** A step that was not asked for still gives what it left behind when it ran. */
function restoreUnselected(pass: Pass, planned: PlanStep): StepOutcome {
  const kept = pass.journal.memory.get(planned.step.id)?.state;
  if (kept) pass.state.restore(planned, kept);
  return { kind: 'skipped', reason: 'not-selected', ms: 0, checks: [], detail: '' };
}

/** The steps that --only and --from leave. */
export function selection(
  { steps }: Plan,
  { only, from }: { only?: string | undefined; from?: string | undefined },
): ReadonlySet<string> {
  if (only !== undefined) return new Set([only]);
  const start = from === undefined ? 0 : steps.findIndex((each) => each.step.id === from);
  return new Set(
    steps
      .slice(start)
      .filter((each) => !each.step.excluded)
      .map((each) => each.step.id),
  );
}

/** Steps whose predecessors have all ended, in walking order; a failed predecessor blocks. */
function nextReady(
  waiting: ReadonlySet<PlanStep>,
  outcomes: Outcomes,
  { dependents, limit }: { readonly dependents: ReadonlySet<string>; readonly limit: number },
): { planned: PlanStep; blockedBy?: string }[] {
  const ready: { planned: PlanStep; blockedBy?: string }[] = [];
  for (const planned of waiting) {
    if (ready.length >= limit) break;
    const before = planned.after.map((id) => ({ id, outcome: outcomes.get(id) }));
    if (before.some((each) => !each.outcome)) continue;
    const bad = before.find((each) => each.outcome && stopsDependents(each.outcome));
    if (bad && dependents.has(planned.step.id))
      ready.push({
        planned,
        blockedBy: `"${bad.id}" ${blockWords(bad.outcome)}`,
      });
    else ready.push({ planned });
    // A chain's next step becomes ready only when this one has ended: no need to look at the rest of it.
    if (limit === 1) break;
  }
  return ready;
}

/** Why nothing more begins: a step that waits for a person has not failed. */
function stoppedBy(outcomes: Outcomes): string {
  const failed = [...outcomes.values()].some(({ kind }) => kind === 'failed');
  return failed ? 'an earlier step failed' : 'an earlier step needs a person';
}

function blockWords(outcome: StepOutcome | undefined): string {
  switch (outcome?.kind) {
    case 'not-reached':
      return 'was not reached';
    case 'person':
      return 'needs a person';
    default:
      return 'failed';
  }
}

function isFailure(outcome: StepOutcome): boolean {
  return outcome.kind === 'failed' || outcome.kind === 'person';
}

function stopsDependents(outcome: StepOutcome): boolean {
  return isFailure(outcome) || outcome.kind === 'not-reached';
}
