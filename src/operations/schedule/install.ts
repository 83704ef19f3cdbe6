import { z } from 'zod';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { ScheduleChangeReport } from '../../model/reports/schedule-report.ts';
import type { ScheduledTask } from '../../model/runbook.ts';
import { closureHash } from '../../plan/closure-hash.ts';
import type { World } from '../../world.ts';
import { approvalsOf } from '../approval/approval.ts';
import { documentClosure, placeOn } from '../approval/closure-of.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { prepare } from '../session/session.ts';
import { fileOption } from '../session/session-flags.ts';
import { scheduleName, schedulerFlags } from './schedule-flags.ts';
import { commandOf, documentOf, type ScheduledDocument, scheduledDocument } from './scheduled-document.ts';
import type { Scheduler } from './scheduler.ts';
import { schedulerFor } from './scheduler-for.ts';

const input = z.object({
  ...scheduleName,
  ...fileOption,
  ...schedulerFlags,
  image: z
    .string()
    .optional()
    .describe('with kubernetes: image that contains runbook')
    .meta({ placeholder: 'IMAGE' }),
  namespace: z
    .string()
    .default('default')
    .describe('with kubernetes: namespace')
    .meta({ placeholder: 'NAME' }),
  yes: z.boolean().default(false).describe('install without asking'),
  print: z.boolean().default(false).describe('print what would be installed; install nothing'),
});

/** Installs timers for the section Schedule, after the person has seen them. */
export const install = defineOperation({
  description:
    'Prints the units, lines or objects, and installs them once you agree. They start `runbook schedule run NAME` with the\n' +
    'engine and the document of now. A task that runs code still needs its approval: `runbook approve`.',
  examples: [
    'runbook schedule install',
    'runbook schedule install drift --system',
    'runbook schedule install --as cron',
    'runbook schedule install --as kubernetes --image registry.example/runbook:1 --print',
  ],
  input,
  run: async (context, flags): Promise<ScheduleChangeReport> => {
    const { world } = context;
    const found = await scheduledDocument(world, flags);
    if (found.tasks.length === 0) throw nothingScheduled(flags.file);
    const { folder, source } = found.document;
    const scheduler = schedulerFor(context, { ...flags, folder, text: source.text });
    const commands = await Promise.all(found.tasks.map((task) => commandOf(world, found, task)));
    const text = scheduler.preview(commands);
    const notes = await approvalNotes(context, flags.file, found);
    if (flags.print) return { file: flags.file, did: 'printed', items: [], text, notes };
    if (!flags.yes && !(await isConfirmed(world, scheduler, text))) throw declined(text);
    const items = await scheduler.install(commands);
    const stale = flags.name === undefined ? await removeStale(scheduler, found) : [];
    return { file: flags.file, did: 'installed', items, notes: [...notes, ...stale] };
  },
  exit: () => EXIT.done,
});

/** What an earlier version of the document scheduled would run in vain. */
async function removeStale(scheduler: Scheduler, { key, tasks }: ScheduledDocument): Promise<string[]> {
  const items = await scheduler.installed(key);
  const stale = items.filter((item) => !tasks.some((task) => scheduler.isFor(item, key, task)));
  if (stale.length > 0) await scheduler.remove(key, stale);
  return stale.map((item) => `${item}: removed, because the document no longer schedules it.`);
}

async function isConfirmed({ person }: World, { name }: Scheduler, text: string): Promise<boolean> {
  return person !== undefined && (await person.confirm(`${text}\n\nInstall this with ${name}?`));
}

/** Tasks that would stop at the approval, because no one is there to be asked. */
async function approvalNotes(
  context: OperationContext,
  file: string,
  { tasks }: ScheduledDocument,
): Promise<string[]> {
  const notes = await Promise.all(tasks.map((task) => approvalNote(context, file, task)));
  return notes.filter((note) => note !== undefined);
}

async function approvalNote(
  { world, ...context }: OperationContext,
  file: string,
  task: ScheduledTask,
): Promise<string | undefined> {
  const runsCode = task.verb === 'prove' || task.verb === 'facts' || task.verb === 'replay';
  if (!runsCode || task.flags.includes('--dry-run')) return undefined;
  const name = documentOf(task, file);
  const prepared = await prepare({ world, ...context }, { file: name, loose: false }).catch(() => undefined);
  if (!prepared) return `${task.name}: ${name} cannot be read as a runbook, so its runs will fail.`;
  const image = prepared.runbook.frontMatter.box?.image;
  const at = task.flags.indexOf('--on');
  const on = at < 0 ? undefined : task.flags[at + 1];
  const clean = `clean box of ${image}`;
  const place =
    task.verb === 'prove'
      ? { box: clean, boxName: clean }
      : await placeOn(world, on, { readOnly: true }).catch(() => undefined);
  if (!place) return undefined;
  const closure = await documentClosure(world, prepared, { input: {}, place, readOnly: true });
  const known = await approvalsOf(world).find(closureHash(closure), closure.place);
  if (known?.scope === 'project') return undefined;
  const how =
    task.verb === 'prove'
      ? `run "runbook approve ${name} --for prove"`
      : `run "runbook approve ${name}${on === undefined ? '' : ` --on ${on}`}"`;
  return `${task.name} runs code that is not approved yet, so it would stop and wait: ${how}.`;
}

function nothingScheduled(file: string): RunbookError {
  const message = `${file} must have a section Schedule with the columns What, When and Tell. It has none.`;
  const remedy = 'Add it: docs/format.md shows one.';
  return new RunbookError([{ code: 'nothing-scheduled', severity: 'error', message, remedy }], EXIT.document);
}

function declined(text: string): RunbookError {
  const message = 'Nothing was installed: a person must agree, in a terminal or with --yes.';
  const remedy = `Read what would be installed, then run the same command with --yes:\n${text}`;
  return new RunbookError([{ code: 'not-installed', severity: 'error', message, remedy }], EXIT.person);
}
