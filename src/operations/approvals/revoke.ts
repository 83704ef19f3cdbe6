import { z } from 'zod';
import { openLeases } from '../../journal/decisions/leases.ts';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { RevokedReport } from '../../model/reports/report.ts';
import { approvalsOf } from '../approval/approval.ts';
import { defineOperation } from '../operation.ts';
import { unknownApproval } from './unknown-approval.ts';

const input = z.object({
  id: z
    .string()
    .optional()
    .describe('the id of an approval or lease, from "runbook approvals list"')
    .meta({ positional: true, placeholder: 'APPROVAL' }),
  all: z.boolean().default(false).describe('every approval and lease of every project'),
});

/** Revokes an approval. What is already running continues, and the next start asks. */
export const approvalsRevoke = defineOperation({
  description:
    'The approval is invalid from the next start on, also in running servers. What is already running is not stopped.',
  examples: ['runbook approvals revoke ap-1a2b3c4d', 'runbook approvals revoke --all'],
  input,
  run: async ({ world }, { id, all }): Promise<RevokedReport> => {
    const approvals = approvalsOf(world);
    const leases = openLeases(world.folders.person, world.now);
    const given = (await approvals.list()).filter(({ state }) => state === 'valid').map((each) => each.id);
    const lent = (await leases.list()).map((each) => each.id);
    if ((id === undefined) !== all) throw revocableId();
    if (id !== undefined && ![...given, ...lent].includes(id)) throw unknownApproval(id, [...given, ...lent]);
    const isMeant = (each: string) => all || each === id;
    const revoked = [...given.filter(isMeant), ...lent.filter(isMeant)];
    for (const each of revoked) await (given.includes(each) ? approvals : leases).revoke(each);
    return { revoked };
  },
  exit: () => EXIT.done,
});

function revocableId(): RunbookError {
  return runbookError(
    {
      code: 'nothing-to-revoke',
      message: 'Either one approval or --all must be given, and not both.',
      remedy: 'List them: runbook approvals list.',
    },
    EXIT.usage,
  );
}
