import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import type { ApproveReport } from '../model/reports/report.ts';
import { closureHash } from '../plan/closure-hash.ts';
import { closureText } from '../plan/closure-text.ts';
import { approveOnRequest } from './agent/attempt/approve-on-request.ts';
import { approvalRecord, approvalsOf, executables, giveForDocument } from './approval/approval.ts';
import { documentClosure, placeOn } from './approval/closure-of.ts';
import { defineOperation } from './operation.ts';
import { prepare } from './session/session.ts';
import { boxFlag, fileFlag, inputFlags } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  ...boxFlag,
  ...inputFlags,
  step: z
    .string()
    .optional()
    .describe(
      'a step that an agent wants to run and that is not in the document; it is shown for confirmation',
    )
    .meta({ placeholder: 'ID' }),
  context: z
    .string()
    .optional()
    .describe('a kubeconfig context that runbooks and agents may use; the document itself is not approved')
    .meta({ placeholder: 'NAME' }),
  namespace: z
    .string()
    .optional()
    .describe('with --context: only these namespaces, and no cluster-scoped objects')
    .meta({ placeholder: 'NAMES' }),
});

/** Approves everything in a document that may run. Stored outside the project, for this project on one box. */
export const approve = defineOperation({
  name: 'approve',
  summary: 'let this content run without asking again',
  description:
    'Shows everything that may run (scripts, checks, values, files that scripts use) and stores a hash of it, for this\n' +
    'project on this box. Prose may change afterwards, but any change of what was shown asks again. Use the same --input,\n' +
    '--env-file and --on as for the replay. "runbook approvals" lists and revokes approvals.',
  examples: [
    'runbook approve AUTODOCK.md',
    'runbook approve AUTODOCK.md --step start-caddy',
    'runbook approve --context kind-dev --namespace argo,argo-events',
  ],
  effect: 'write',
  input,
  run: async (context, flags): Promise<ApproveReport> => {
    const { world } = context;
    if (flags.step !== undefined) return await approveOnRequest(context, flags.file, flags.step);
    if (flags.context !== undefined) {
      const { approveCluster } = await import('./approval/approve-cluster.ts');
      const wanted = {
        context: flags.context,
        ...(flags.namespace !== undefined && { namespace: flags.namespace }),
      };
      return await approveCluster(world, flags.file, wanted);
    }
    const prepared = await prepare(context, { file: flags.file, loose: true });
    const { on, input: given, envFile } = flags;
    const place = await placeOn(world, on);
    const closure = await documentClosure(world, prepared, { input: given, envFile, place });
    const hash = closureHash(closure);
    const approvals = approvalsOf(world);
    const known = await approvals.find(hash, closure.place);
    const already = known?.scope === 'project';
    const at = new Date(world.now()).toISOString();
    const record = already
      ? known
      : await giveForDocument(
          world,
          prepared,
          approvalRecord(closure, { scope: 'project', how: 'command', at }),
        );
    const { fences, shellChecks } = executables(prepared.runbook);
    const shown = closureText(closure, 'terminal');
    return { file: flags.file, hash, already, fences, shellChecks, id: record.id, box: place.boxName, shown };
  },
  exit: () => EXIT.done,
});
