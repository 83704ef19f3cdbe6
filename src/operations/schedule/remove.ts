import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { scheduleMemories } from '../../journal/schedule-memory.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { ScheduleChangeReport } from '../../model/reports/schedule-report.ts';
import { defineOperation } from '../operation.ts';
import { fileOption } from '../session/session-flags.ts';
import { scheduleName, schedulerFlags } from './schedule-flags.ts';
import { scheduleKey } from './scheduled-document.ts';
import { schedulerFor } from './scheduler-for.ts';

/** Removes what `schedule install` wrote, also for rows that the document no longer has, and for a document that is gone. */
export const remove = defineOperation({
  description:
    'Stops and removes everything that "schedule install" wrote for this document, or for one name.',
  examples: ['runbook schedule remove', 'runbook schedule remove drift', 'runbook schedule remove --as cron'],
  input: z.object({
    ...scheduleName,
    ...fileOption,
    ...schedulerFlags,
    namespace: z
      .string()
      .default('default')
      .describe('with kubernetes: namespace')
      .meta({ placeholder: 'NAME' }),
  }),
  run: async (context, { name, file, ...flags }): Promise<ScheduleChangeReport> => {
    const { world } = context;
    const path = await pathOf(resolve(world.cwd, file));
    const key = scheduleKey(path);
    const scheduler = schedulerFor(context, { ...flags, folder: dirname(path) });
    const all = await scheduler.installed(key);
    const items = name === undefined ? all : all.filter((item) => scheduler.isFor(item, key, { name }));
    if (items.length > 0) await scheduler.remove(key, items);
    await scheduleMemories(world.folders.person, key).forget(name);
    return { file, did: 'removed', items, notes: [] };
  },
  exit: () => EXIT.done,
});

/** The real path, also of a document that was deleted: its timers must not stay. */
async function pathOf(path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch(() => dirname(path));
  return await realpath(path).catch(() => join(folder, basename(path)));
}
