import { resolve } from 'node:path';
import { z } from 'zod';
import { EXIT } from '../../model/diagnostic.ts';
import type { ApprovalsReport } from '../../model/reports/report.ts';
import { approvalsOf } from '../approval/approval.ts';
import { leasesAt } from '../approval/leases-at.ts';
import { defineOperation } from '../operation.ts';

const input = z.object({
  file: z
    .string()
    .optional()
    .describe('the runbook whose approvals are listed; default: all projects')
    .meta({ positional: true, placeholder: 'FILE' }),
  all: z.boolean().default(false).describe('include used, revoked and expired approvals'),
});

/** Lists what you have approved, and the leases that agents hold now. */
export const approvalsList = defineOperation({
  description:
    'Each approval is valid for exactly one content of one project on one box. A lease lets steps and drafts of one client run for\n' +
    '30 minutes and ends with its server.',
  examples: ['runbook approvals list', 'runbook approvals list AUTODOCK.md --all --json'],
  input,
  run: async ({ world }, { file, all }): Promise<ApprovalsReport> => {
    const document = file === undefined ? undefined : resolve(world.cwd, file);
    const isMeant = (each: { document: string }) => document === undefined || each.document === document;
    const approvals = await approvalsOf(world).list();
    const leases = await leasesAt(world);
    return {
      approvals: approvals
        .filter((each) => isMeant(each) && (all || each.state === 'valid'))
        .map(({ shown: _, ...each }) => each),
      leases: leases.filter(isMeant),
    };
  },
  exit: () => EXIT.done,
});
