import { z } from 'zod';
import { requireBox } from '../../boxes/find-box.ts';
import { readLogs, requireRunning } from '../../boxes/inside.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { LogsReport } from '../../model/report.ts';
import { redactText } from '../../observe/redact/redact.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';

/** The ends of a box's logs. */
export const logs = defineOperation({
  name: 'box logs',
  summary: 'the ends of the newest logs of a box',
  description:
    'Shows the last lines of the five logs below /var/log that were written last, or of one file. What looks like a secret is\n' +
    'masked.',
  examples: ['runbook box logs web', 'runbook box logs web --file /var/log/caddy-start.log --lines 100'],
  effect: 'read',
  input: z.object({
    ...boxArgument,
    file: z
      .string()
      .startsWith('/')
      .optional()
      .describe('this file of the box alone')
      .meta({ placeholder: 'PATH' }),
    lines: z.coerce
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .describe('how many of each')
      .meta({ placeholder: 'N' }),
  }),
  run: async (_context, { box: name, file, lines }): Promise<LogsReport> => {
    const box = await requireBox(name);
    requireRunning(box);
    const text = await readLogs(box, { lines, ...(file === undefined ? {} : { file }) });
    return { box: name, text: redactText(text) };
  },
  exit: () => EXIT.done,
});
