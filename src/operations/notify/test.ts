import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { nearest } from '../../base/nearest.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { NotifyTestReport } from '../../model/reports/schedule-report.ts';
import { send } from '../../notify/send.ts';
import { defineOperation } from '../operation.ts';
import { configurationPath, notifyConfiguration } from './configuration.ts';

/** Sends a message to see whether it arrives. */
export const notifyTest = defineOperation({
  description:
    'Sends one message to each target of notify.json, or to one, without retries, and says which of them accepted it.',
  examples: ['runbook notify test', 'runbook notify test ops'],
  input: z.object({
    target: z
      .string()
      .optional()
      .describe('one target; default: all')
      .meta({ positional: true, placeholder: 'TARGET' }),
  }),
  run: async ({ world }, { target: wanted }): Promise<NotifyTestReport> => {
    const targets = notifyConfiguration(world)?.targets ?? {};
    const names = Object.keys(targets).filter((name) => wanted === undefined || name === wanted);
    if (names.length === 0) throw noTarget(configurationPath(world), wanted, Object.keys(targets));
    const message = {
      id: randomUUID(),
      at: new Date(world.now()).toISOString(),
      event: 'test' as const,
      state: 'ok' as const,
      title: `runbook test message from ${hostname()}`,
      details: ['If you can read this, messages of this box reach you.'],
      box: hostname(),
      document: '',
    };
    const results = names.map(async (name) => {
      const failure = await send(targets[name]!, message);
      return { name, type: targets[name]!.type, ...(failure === undefined ? {} : { failure }) };
    });
    return { targets: await Promise.all(results) };
  },
  exit: ({ targets }) => (targets.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.done),
});

function noTarget(path: string, wanted: string | undefined, names: readonly string[]): RunbookError {
  return wanted === undefined ? withoutTargets(path) : unknownTarget(path, wanted, names);
}

function withoutTargets(path: string): RunbookError {
  const message = `A target for messages must be declared in ${path}.`;
  const remedy = 'Write the file as docs/schedules.md shows.';
  return new RunbookError([{ code: 'no-targets', severity: 'error', message, remedy }], EXIT.person);
}

function unknownTarget(path: string, wanted: string, names: readonly string[]): RunbookError {
  const near = nearest(wanted, names) ?? names[0] ?? '';
  const message = `The target "${wanted}" is not declared in ${path}.`;
  const remedy = `Did you mean ${near}?`;
  return new RunbookError([{ code: 'unknown-target', severity: 'error', message, remedy }], EXIT.usage);
}
