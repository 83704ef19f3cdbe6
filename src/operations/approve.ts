import { z } from 'zod';
import { openApprovals } from '../journal/decisions/approvals.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { ApproveReport } from '../model/report.ts';
import { approvalHash } from '../plan/hash.ts';
import { approveAsked } from './agent/attempt/approve-asked.ts';
import { executables } from './approval/approval.ts';
import { readValidDocument } from './document/document.ts';
import { defineOperation } from './operation.ts';
import { fileFlag } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  step: z
    .string()
    .optional()
    .describe('a step that an agent asked to run and that is not in the document: shown, and asked about')
    .meta({ placeholder: 'ID' }),
  context: z
    .string()
    .optional()
    .describe(
      'a context of the kubeconfig that runbooks and agents may touch; nothing of the document is approved',
    )
    .meta({ placeholder: 'NAME' }),
  namespace: z
    .string()
    .optional()
    .describe('with --context: these namespaces alone, and nothing that belongs to none')
    .meta({ placeholder: 'NAMES' }),
});

/** A person's word that this content may run; kept outside the project, bound to every byte that executes or judges. */
export const approve = defineOperation({
  name: 'approve',
  summary: 'let this content run without asking again',
  description:
    'Records a hash of everything in the document that executes or judges. Prose may change afterwards;\n' +
    'one changed byte of a script, a check or a default asks again. Approvals live in your own state folder.',
  examples: [
    'runbook approve AUTODOCK.md',
    'runbook approve AUTODOCK.md --step start-caddy',
    'runbook approve --context kind-dev --namespace argo,argo-events',
  ],
  effect: 'write',
  input,
  run: async ({ world }, flags): Promise<ApproveReport> => {
    if (flags.step !== undefined) return await approveAsked(world, flags.file, flags.step);
    if (flags.context !== undefined) {
      const { approveCluster } = await import('./approval/approve-cluster.ts');
      const wanted = {
        context: flags.context,
        ...(flags.namespace !== undefined && { namespace: flags.namespace }),
      };
      return await approveCluster(world, flags.file, wanted);
    }
    const { runbook, path } = await readValidDocument(world.cwd, flags.file, { loose: true });
    const hash = approvalHash(runbook);
    const approvals = openApprovals(world.folders.person);
    const already = await approvals.isApproved(hash);
    if (!already) {
      const at = new Date(world.now()).toISOString();
      await approvals.approve({ hash, document: path, how: 'command', at });
    }
    const { fences, shellChecks } = executables(runbook);
    return { file: flags.file, hash, already, fences, shellChecks };
  },
  exit: () => EXIT.done,
});
