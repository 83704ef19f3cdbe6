import { formHash, normalForm } from '../../../guard/form/normal-form.ts';
import type { AgentEntry } from '../../../journal/agent/agent-entry.ts';
import { AgentStore } from '../../../journal/agent/store.ts';
import { hasFailed } from '../../../loop/attempt.ts';
import { fingerprint } from '../../../loop/fingerprint.ts';
import type { Hypothesis, PredictionRow } from '../../../loop/hypothesis.ts';
import { LoopEntry } from '../../../loop/loop.ts';
import type { CheckResult } from '../../../model/outcome.ts';
import { compareSnapshots } from '../../../observe/compare.ts';
import { markLogs, newLogLines } from '../../../observe/logs/written-logs.ts';
import { redactOutput } from '../../../observe/redact/redact-output.ts';
import { aboutStep } from '../../pass/about-step.ts';
import { openPass } from '../../pass/open.ts';
import { walkPlan } from '../../pass/walk.ts';
import {
  measurementsOf,
  namespaceIn,
  observeBoxCluster,
  speaksOfKubernetes,
} from '../../session/cluster-observation.ts';
import type { Session } from '../../session/session.ts';
import { type Diagnosis, runChecklist } from '../diagnosis.ts';
import { JobLog } from '../job-log.ts';
import { predict } from '../probe-lines.ts';
import type { AgentContext } from '../tool.ts';
import { observeNow } from '../watch.ts';
import type { Workspace } from '../workspace.ts';
import { attemptEnding, checkRows, type Ending, isRefusal } from './ending.ts';
import type { AttemptTarget } from './target.ts';

/** An attempt that guards and a person have let through. */
export interface Ready {
  readonly context: Pick<AgentContext, 'world' | 'client'>;
  readonly workspace: Workspace;
  readonly target: AttemptTarget;
  readonly session: Session;
  readonly attempt: string;
  readonly job: string;
  readonly hypothesis?: Hypothesis | undefined;
  /** Predicted checks, and the step's own, as they answered before. */
  readonly prediction: readonly PredictionRow[];
  readonly inputs: string;
  readonly allowed: string;
  /** Files that it reads in which only numbers have changed since the last failure. */
  readonly edited: readonly string[];
}

const NOTHING: Diagnosis = { findings: [], evidence: [], unchecked: [] };

/** Characters of output that the journal keeps of an attempt; the whole of it is in the job's log. */
const TAIL = 4_000;

/**
 * Runs one attempt to its end and journals it: the box before, the step, its checks, the box after, and where it failed
 * the mundane checklist.
 * @throws RunbookError 3 where another pass holds the box's lock; nothing was begun then.
 */
export async function runAttempt(ready: Ready, signal: AbortSignal): Promise<void> {
  const { context, workspace, target, session } = ready;
  const { world } = context;
  const log = new JobLog(await workspace.store.newJobLog(ready.job));
  const asked: CheckResult[] = [];
  const emit: Parameters<typeof openPass>[0]['emit'] = (event) => {
    log.take(event, target.step);
    if (event.type === 'check' && event.phase === 'before') asked.push(event.result);
  };
  const opened = await openPass({ world, signal, emit, agent: ready.context.client }, session, {
    command: 'apply_step',
    force: false,
    keepGoing: false,
    jobs: 1,
    askEachStep: false,
    only: target.step,
  });
  try {
    const before = await observeNow(world, workspace.document.folder, workspace.store, { reason: ready.job });
    const startedAt = world.now();
    const text = target.body.run.map(({ text }) => text).join('\n');
    const logs = { text, folder: workspace.document.folder, home: world.env.HOME ?? '/root' };
    const marks = markLogs(logs);
    await workspace.store.append(...begun(ready, before.id));
    const outcomes = await walkPlan(opened.pass);
    const ending = attemptEnding(outcomes.get(target.step), world.now() - startedAt);
    const prediction = await afterwards(ready, opened.pass, signal);
    const about = aboutStep(opened.pass, target.step);
    const cluster = () => observeBoxCluster(opened.pass.box, {}, { namespace: namespaceIn(text), signal });
    const spoken = [text, ...target.body.verify.map((each) => each.text)].join('\n');
    // What the engine refused is known to the word; what else is wrong in the cluster would only distract.
    const measuresCluster = hasFailed(ending) && !isRefusal(ending) && (about || speaksOfKubernetes(spoken));
    const after = await observeNow(world, workspace.document.folder, workspace.store, {
      reason: ready.job,
      ...(hasFailed(ending) ? { inputsOf: text } : {}),
      ...(measuresCluster ? { cluster } : {}),
    });
    const diagnosis = hasFailed(ending)
      ? await runChecklist(
          {
            attempt: ready.attempt,
            at: after.at,
            startedAt: before.at,
            ...(ending.end ? { end: ending.end } : {}),
            output: outputOf(ending, log),
            logs: isRefusal(ending) ? [] : newLogLines(logs, marks, startedAt),
            checks: ending.checks,
            step: { text, ...(about && { about }) },
            snapshot: after,
            before,
            measurements: measurementsOf(workspace.document.runbook),
          },
          { world, folder: workspace.document.folder, store: workspace.store },
        )
      : NOTHING;
    if (diagnosis.findings.length > 0)
      opened.pass.note(
        masked(session, { type: 'findings', step: target.step, findings: diagnosis.findings }),
      );
    const durationMs = world.now() - startedAt;
    const end = ended(ready, { ending, diagnosis, prediction, durationMs, log, asked });
    await opened.end(hasFailed(ending) ? 'failed' : 'done');
    const changed = compareSnapshots(before, after).map((each) => ({
      ...each,
      evidence: [...each.evidence],
    }));
    await workspace.store.append(
      ...diagnosis.evidence.map((evidence) => masked(session, { kind: 'evidence', evidence } as const)),
      masked(session, { ...end, changed }),
      {
        kind: 'job-ended',
        job: ready.job,
        status: ending.status,
        summary: session.masker.mask(ending.message),
        after: after.id,
      },
    );
  } catch (error) {
    await broken(ready, error);
    throw error;
  } finally {
    await opened.close();
  }
}

/** The engine itself could not go on (a full disk, a lost box): the attempt has an end all the same. */
async function broken({ workspace, attempt, job, session }: Ready, error: unknown): Promise<void> {
  const summary = session.masker.mask(error instanceof Error ? error.message : String(error));
  const nothing = { durationMs: 0, actedMs: 0, exitCode: null, outputTail: summary };
  const end = LoopEntry.parse({ kind: 'attempt-ended', attempt, status: 'interrupted', ...nothing });
  await workspace.store
    .append(end, { kind: 'job-ended', job, status: 'interrupted', summary })
    .catch(() => {});
}

function begun(
  { attempt, job, target, workspace, inputs, hypothesis, prediction, allowed, edited, context }: Ready,
  before: string,
): (LoopEntry | AgentEntry)[] {
  const { step, source, body, base } = target;
  return [
    {
      kind: 'job',
      ...{ job, attempt, step, allowed, before },
      what: 'apply_step',
      process: AgentStore.process(),
      client: context.client,
      ...(base === undefined ? {} : { base }),
    },
    {
      kind: 'attempt-started',
      ...{ attempt, job, step, source, body, inputs },
      box: workspace.box.id,
      form: formHash(normalForm(body)),
      ...(hypothesis === undefined ? {} : { hypothesis }),
      prediction: [...prediction],
      ...(edited.length > 0 ? { edited: [...edited] } : {}),
    },
  ];
}

type EndEntry = Extract<LoopEntry, { kind: 'attempt-ended' }>;

interface Ended {
  readonly ending: Ending;
  readonly diagnosis: Diagnosis;
  readonly prediction: readonly PredictionRow[];
  readonly durationMs: number;
  readonly log: JobLog;
  readonly asked: readonly CheckResult[];
}

function ended(ready: Ready, { ending, diagnosis, prediction, durationMs, log, asked }: Ended): EndEntry {
  const { status, exitCode, actedMs } = ending;
  const checks = checkRows(ending.checks, asked).map((row) => ({
    ...row,
    observed: redactOutput(row.observed),
  }));
  const findings = diagnosis.findings.map((each) => ({ ...each, evidence: [...each.evidence] }));
  const seen = { status, exitCode, checks, findings, outputTail: outputOf(ending, log).slice(-TAIL) };
  return {
    kind: 'attempt-ended',
    attempt: ready.attempt,
    ...seen,
    ...{ durationMs, actedMs },
    unchecked: [...diagnosis.unchecked],
    changed: [],
    prediction: [...prediction],
    ...(hasFailed(ending) ? { fingerprint: fingerprint(seen) } : {}),
  };
}

/** What the step said; where it said nothing, or the engine itself refused it, what the engine said of it. */
function outputOf(ending: Ending, log: JobLog): string {
  if (log.tail.trim() === '') return ending.message;
  return isRefusal(ending) ? `${log.tail.trimEnd()}\n${ending.message}` : log.tail;
}

/** The predicted checks again, after the attempt. */
async function afterwards(
  { prediction }: Ready,
  pass: Awaited<ReturnType<typeof openPass>>['pass'],
  signal: AbortSignal,
): Promise<PredictionRow[]> {
  const asking = { pass, state: { variables: new Map() }, signal };
  const after = await predict(
    prediction.map(({ check }) => check),
    asking,
  );
  return prediction.map((row) => {
    const answer = after.find(({ check }) => check === row.check)?.before;
    return answer === undefined ? row : { ...row, after: answer };
  });
}

function masked<T extends LoopEntry | Record<string, unknown>>(session: Session, entry: T): T {
  return session.masker.maskDeep(entry);
}
