import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { nearest } from '../../base/nearest.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { ScheduledTask } from '../../model/runbook.ts';
import type { ScheduledCommand } from '../../schedule/scheduled-command.ts';
import type { World } from '../../world.ts';
import { readValidDocument } from '../document/document.ts';
import type { OpenedDocument } from '../document/opened-document.ts';

/** A document with its schedules. */
export interface ScheduledDocument {
  readonly document: OpenedDocument;
  readonly tasks: readonly ScheduledTask[];
  /** Names units, lines and memories of this document: a hash of its real path. */
  readonly key: string;
}

/** Distinguishes the documents of a box: a hash of the real path. */
export function scheduleKey(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 8);
}

/**
 * Reads a document for its schedules.
 * @throws RunbookError 65 for an invalid document, 64 for a name that it does not schedule
 */
export async function scheduledDocument(
  world: World,
  { file, name }: { readonly file: string; readonly name?: string | undefined },
): Promise<ScheduledDocument> {
  const document = await readValidDocument(world.cwd, file);
  const { schedule, diagnostics } = document.runbook;
  const key = scheduleKey(document.path);
  const tasks = schedule.filter((task) => name === undefined || task.name === name);
  if (name !== undefined && tasks.length === 0) throw unknownName(document, name);
  const refused = diagnostics.filter(({ code }) => code === 'bad-schedule');
  if (name === undefined && refused.length > 0) throw new RunbookError(refused, EXIT.document);
  return { document, tasks, key };
}

/** The document that a task runs: the one at `file`, or another one next to it. */
export function documentOf({ document }: Pick<ScheduledTask, 'document'>, file: string): string {
  if (document === undefined) return file;
  return isAbsolute(document) ? document : join(dirname(file), document);
}

/** The engine that runs now, with the variables that a scheduler must pass on. */
export async function commandOf(
  { env }: World,
  { document, key }: ScheduledDocument,
  task: ScheduledTask,
): Promise<ScheduledCommand> {
  const program = [process.execPath, await realpath(process.argv[1]!)];
  const passed = ['RUNBOOK_STATE', 'RUNBOOK_BOX_STATE', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME'];
  const kept = passed.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return { task, document: document.path, key, program, env: Object.fromEntries(kept) };
}

function unknownName({ file, runbook }: OpenedDocument, name: string): RunbookError {
  const names = runbook.schedule.map((each) => each.name);
  const near = nearest(name, names);
  const all = names.length > 0 ? `It has: ${names.join(', ')}.` : 'It has none: add a section Schedule.';
  const remedy = near ? `Did you mean ${near}? ${all}` : all;
  const message = `${file} has no schedule "${name}".`;
  return new RunbookError([{ code: 'unknown-schedule', severity: 'error', message, remedy }], EXIT.usage);
}
