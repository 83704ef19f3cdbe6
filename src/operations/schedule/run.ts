import { hostname } from 'node:os';
import { z } from 'zod';
import { scheduleMemories } from '../../journal/schedule-memory.ts';
import { EXIT, type ExitCode, RunbookError } from '../../model/diagnostic.ts';
import type {
  ScheduleMemory,
  ScheduleRunReport,
  ScheduleState,
} from '../../model/reports/schedule-report.ts';
import type { ScheduledTask } from '../../model/runbook.ts';
import type { World } from '../../world.ts';
import { beat, deliverHere, type News, notifyTargets } from '../notify/notify-targets.ts';
import { defineOperation, type Operation, type OperationContext } from '../operation.ts';
import { SCHEDULE_VARIABLE } from '../pass/record-start.ts';
import { fileOption } from '../session/session-flags.ts';
import { isLate } from './late.ts';
import { outcomeLines } from './outcome-lines.ts';
import { documentOf, type ScheduledDocument, scheduledDocument } from './scheduled-document.ts';

/** What a scheduler starts: one task, without anyone to ask. */
export const run = defineOperation({
  description:
    'Runs the task without asking anyone, remembers how it ended, and reports a change of state to the targets in Tell.\n' +
    'Exits with the code of the task: 2 means that it found differences.',
  examples: ['runbook schedule run drift', 'runbook schedule run drift --file /srv/AUTODOCK.md'],
  input: z.object({
    name: z.string().describe('the name of the schedule').meta({ positional: true, placeholder: 'NAME' }),
    ...fileOption,
  }),
  run: async (context, flags): Promise<ScheduleRunReport> => {
    const { world } = context;
    const found = await scheduledDocument(world, flags);
    const task = found.tasks[0]!;
    const memories = scheduleMemories(world.folders.person, found.key);
    const before = await memories.read(task.name);
    const started = world.now();
    const ended = await runTask(context, task, flags.file);
    const at = new Date(started).toISOString();
    const changed = isChanged(before, ended);
    const memory: ScheduleMemory = {
      state: ended.state,
      details: ended.details,
      at,
      since: before !== undefined && before.state === ended.state ? before.since : at,
      ms: world.now() - started,
    };
    await memories.write(task.name, memory);
    const news = newsOf(task, found.document.path, memory, ended.next);
    const notified = changed ? notifyTargets(world, task.tell, news) : [];
    if (ended.state === 'ok') await beat(world, task.tell, news);
    await tellMissed(world, found, task);
    await deliverHere(world, { patienceMs: PATIENCE_MS }).catch(() => {});
    const { name, what } = task;
    const { next, exit } = ended;
    return { file: flags.file, name, what, box: hostname(), ...memory, changed, notified, next, exit };
  },
  exit: ({ exit }) => exit as ExitCode,
});

/** How long a run waits for receivers that do not answer. The next run tries again. */
const PATIENCE_MS = 20_000;

const titles: Readonly<Record<ScheduleState, string>> = {
  ok: 'all is well',
  different: 'differences found',
  failed: 'failed',
  person: 'a person is needed',
};

function newsOf(
  { what }: ScheduledTask,
  document: string,
  { state, details, since }: ScheduleMemory,
  next: string,
): News {
  const title = `${hostname()}: ${what}: ${titles[state]}`;
  return {
    ...{ event: 'schedule', state, title, details, document, since },
    ...(next === '' ? {} : { next }),
  };
}

/** A run also looks at the document's other schedules: one that stopped running cannot report itself. */
async function tellMissed(world: World, found: ScheduledDocument, own: ScheduledTask): Promise<void> {
  const memories = scheduleMemories(world.folders.person, found.key);
  const whole = await scheduledDocument(world, { file: found.document.path }).catch(() => undefined);
  for (const task of whole?.tasks ?? []) {
    const last = task.name === own.name ? undefined : await memories.read(task.name);
    if (!last || !(await isLate(world, found.key, task, last))) continue;
    const details = [`did not run since ${last.at.slice(0, 16).replace('T', ' ')} UTC`];
    if (last.details.join() === details.join()) continue;
    const memory: ScheduleMemory = { ...last, state: 'failed', details, since: last.at };
    await memories.write(task.name, memory);
    const news = newsOf(task, found.document.path, memory, 'runbook schedule list');
    notifyTargets(world, task.tell, {
      ...news,
      event: 'missed',
      title: `${hostname()}: ${task.what}: did not run`,
    });
  }
}

interface Ended {
  readonly state: ScheduleState;
  readonly details: readonly string[];
  readonly next: string;
  readonly exit: number;
}

/** Verbs that tasks name (src/schedule/task.ts). */
const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
  drift: async () => (await import('../drift.ts')).drift,
  verify: async () => (await import('../verify.ts')).verify,
  facts: async () => (await import('../facts.ts')).facts,
  replay: async () => (await import('../replay.ts')).replay,
  prove: async () => (await import('../prove.ts')).prove,
};

/** Never throws: what went wrong is the result. No one is there to be asked. */
async function runTask(context: OperationContext, task: ScheduledTask, file: string): Promise<Ended> {
  const { world } = context;
  const document = documentOf(task, file);
  const alone: OperationContext = {
    ...context,
    world: { ...world, person: undefined, env: { ...world.env, [SCHEDULE_VARIABLE]: task.name } },
  };
  try {
    const operation = (await verbs[task.verb]!()) as Operation;
    const input = operation.input.parse({ file: document, ...inputOf(task.flags) });
    const report = await operation.run(alone, input);
    const exit = operation.exit(report);
    const { details, next = nextOf(task, document) } = outcomeLines[task.verb]!(report as never);
    const state = task.flags.includes('--dry-run') && details.length > 0 ? 'different' : stateOf(exit);
    const code = state === 'different' ? EXIT.different : exit;
    return { state, details: state === 'ok' ? [] : details, next: state === 'ok' ? '' : next, exit: code };
  } catch (error) {
    if (error instanceof RunbookError) {
      const details = error.diagnostics.map(({ message }) => message);
      const next = error.diagnostics.find(({ remedy }) => remedy !== '')?.remedy ?? '';
      return { state: stateOf(error.exit), details, next, exit: error.exit };
    }
    const details = [`runbook itself failed: ${error instanceof Error ? error.message : String(error)}`];
    return { state: 'failed', details, next: nextOf(task, document), exit: EXIT.internal };
  }
}

/** `--dry-run` becomes `dryRun: true`, `--on BOX` becomes `on: 'BOX'`. */
function inputOf(flags: readonly string[]): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [at, flag] of flags.entries()) {
    if (!flag.startsWith('--')) continue;
    const value = flags[at + 1];
    const field = flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    input[field] = value === undefined || value.startsWith('--') ? true : value;
  }
  return input;
}

function stateOf(exit: number): ScheduleState {
  if (exit === EXIT.done) return 'ok';
  if (exit === EXIT.different) return 'different';
  return exit === EXIT.person ? 'person' : 'failed';
}

/** What a person does about differences: look at the plan's effect, or bring the box back. */
function nextOf({ verb, flags }: ScheduledTask, document: string): string {
  const on = flags.includes('--on') ? ` --on ${flags[flags.indexOf('--on') + 1]}` : '';
  if (verb === 'facts') return `runbook facts ${document}${on}`;
  return verb === 'prove' ? `runbook prove ${document}` : `runbook replay ${document}${on}`;
}

/** A first run that finds everything in order is not a change. */
function isChanged(before: ScheduleMemory | undefined, ended: Ended): boolean {
  if (!before) return ended.state !== 'ok';
  return before.state !== ended.state || before.details.join('\n') !== ended.details.join('\n');
}
