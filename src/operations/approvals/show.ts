import { z } from 'zod';
import { EXIT } from '../../model/diagnostic.ts';
import type { ApprovalReport } from '../../model/reports/report.ts';
import { approvalsOf } from '../approval/approval.ts';
import { defineOperation } from '../operation.ts';
import { unknownApproval } from './unknown-approval.ts';

const input = z.object({
  id: z
    .string()
    .describe('as "runbook approvals list" names it')
    .meta({ positional: true, placeholder: 'APPROVAL' }),
});

/** One approval with the text that was approved. */
export const approvalsShow = defineOperation({
  description:
    'Values that only you know and contents of files are left out: the approval binds them by fingerprints.',
  examples: ['runbook approvals show ap-1a2b3c4d'],
  input,
  run: async ({ world }, { id }): Promise<ApprovalReport> => {
    const approvals = await approvalsOf(world).list();
    const approval = approvals.find((each) => each.id === id);
    if (!approval)
      throw unknownApproval(
        id,
        approvals.map((each) => each.id),
      );
    return approval;
  },
  exit: () => EXIT.done,
});
