import { z } from 'zod';

/** Which schedules of the document. */
export const scheduleName = {
  name: z
    .string()
    .optional()
    .describe('one schedule; default: all of the document')
    .meta({ positional: true, placeholder: 'NAME' }),
};

/** What starts the schedules. */
export const schedulerFlags = {
  as: z
    .enum(['systemd', 'cron', 'kubernetes'])
    .default('systemd')
    .describe('what starts the schedules')
    .meta({ placeholder: 'SCHEDULER' }),
  user: z.boolean().default(false).describe('with systemd: units of this user (default, except for root)'),
  system: z.boolean().default(false).describe('with systemd: units of the system (default for root)'),
};

/** Names these files and units belong to one person or the whole system. */
export function isForSystem(flags: { readonly user: boolean; readonly system: boolean }): boolean {
  return flags.system || (!flags.user && process.getuid?.() === 0);
}
