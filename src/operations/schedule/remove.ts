import { z } from 'zod';
import { scheduleMemories } from '../../journal/schedule-memory.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { ScheduleChangeReport } from '../../model/reports/schedule-report.ts';
import { defineOperation } from '../operation.ts';
import { cron } from './cron.ts';
import { kubernetes } from './kubernetes.ts';
import { isForSystem, scheduleFile, scheduleName, schedulerFlags } from './schedule-flags.ts';
import { scheduledDocument } from './scheduled-document.ts';
import { systemd } from './systemd.ts';

/** Removes what `schedule install` wrote, also for rows that the document no longer has. */
export const remove = defineOperation({
  name: 'schedule remove',
  summary: 'remove the timers of a document',
  description:
    'Stops and removes everything that "schedule install" wrote for this document, or for one name.',
  examples: ['runbook schedule remove', 'runbook schedule remove drift', 'runbook schedule remove --as cron'],
  effect: 'write',
  input: z.object({
    ...scheduleName,
    ...scheduleFile,
    ...schedulerFlags,
    namespace: z
      .string()
      .default('default')
      .describe('with kubernetes: namespace')
      .meta({ placeholder: 'NAME' }),
  }),
  run: async (context, { name, ...flags }): Promise<ScheduleChangeReport> => {
    const { world } = context;
    const { key, document, tasks } = await scheduledDocument(world, { file: flags.file });
    const scheduler =
      flags.as === 'kubernetes'
        ? kubernetes(context, { ...flags, document })
        : flags.as === 'cron'
          ? cron(world)
          : systemd(world, { system: isForSystem(flags) });
    const items = await scheduler.remove(key, name);
    const memories = scheduleMemories(world.folders.person, key);
    for (const each of name === undefined ? tasks.map((task) => task.name) : [name])
      await memories.forget(each);
    return { file: flags.file, did: 'removed', items, notes: [] };
  },
  exit: () => EXIT.done,
});
