import { z } from 'zod';
import { scheduleMemories } from '../../journal/schedule-memory.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { ScheduleListReport, ScheduleRow } from '../../model/reports/schedule-report.ts';
import { defineOperation } from '../operation.ts';
import { fileOption } from '../session/session-flags.ts';
import { isOverdue, nextAfter, schedulersHere } from './late.ts';
import { scheduledDocument } from './scheduled-document.ts';

/** The schedules of a document: where they are installed, how the last run ended, and when the next one is. */
export const list = defineOperation({
  description:
    'Shows what the section Schedule declares, where it is installed on this machine, and how the last run ended.\n' +
    'Exit 2 means that an installed schedule did not run when it should have.',
  examples: ['runbook schedule list', 'runbook schedule list --file /srv/AUTODOCK.md --json'],
  input: z.object(fileOption),
  run: async ({ world }, flags): Promise<ScheduleListReport> => {
    const found = await scheduledDocument(world, flags);
    const memories = scheduleMemories(world.folders.person, found.key);
    const schedulers = schedulersHere(world);
    const items = await Promise.all(schedulers.map((each) => each.installed(found.key)));
    const tasks = found.tasks.map(async (task): Promise<ScheduleRow> => {
      const last = await memories.read(task.name);
      const installed = schedulers
        .filter((each, at) => items[at]!.some((item) => each.isFor(item, found.key, task)))
        .map((each) => each.name);
      const next = nextAfter(task.when, world.now());
      const late = last !== undefined && installed.length > 0 && isOverdue(task, last, world.now());
      const { name, what, when, tell } = task;
      return {
        ...{ name, what, when, tell, installed, late },
        ...(last ? { last } : {}),
        ...(next === undefined ? {} : { next: new Date(next).toISOString() }),
      };
    });
    return { file: flags.file, tasks: await Promise.all(tasks) };
  },
  exit: ({ tasks }) => (tasks.some(({ late }) => late) ? EXIT.different : EXIT.done),
});
