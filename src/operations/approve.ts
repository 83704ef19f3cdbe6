import { z } from 'zod';
import { EXIT, usageError } from '../model/diagnostic.ts';
import type { ApproveReport } from '../model/reports/report.ts';
import { closureHash } from '../plan/closure-hash.ts';
import { closureText } from '../plan/closure-text.ts';
import { approveOnRequest } from './agent/attempt/approve-on-request.ts';
import {
  type ApprovalTarget,
  approvalRecord,
  approvalsOf,
  closureFor,
  executables,
  giveForDocument,
} from './approval/approval.ts';
import { CHAOS_TARGET, fleetTarget, proveTarget } from './approval/approval-targets.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { type Prepared, prepare } from './session/session.ts';
import { boxFlag, fileFlag, inputFlags } from './session/session-flags.ts';
import { submitInput } from './submit/input.ts';

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
    .describe(
      'with --context: only these namespaces, and no cluster-scoped objects; with --for submit: that of the pods',
    )
    .meta({ placeholder: 'NAMES' }),
  for: z
    .enum(['replay', 'prove', 'chaos', 'submit'])
    .default('replay')
    .describe('the command that may run it: replay, prove, chaos or submit')
    .meta({ placeholder: 'COMMAND' }),
  fleet: z
    .string()
    .optional()
    .describe('for replay --fleet, or submit --targets: the inventory, with its boxes and their values')
    .meta({ placeholder: 'INVENTORY' }),
  image: z
    .string()
    .optional()
    .describe('with --for submit: the image of the pods')
    .meta({ placeholder: 'IMAGE' }),
});

/** Approves everything in a document that may run. Stored outside the project, for this project on one box. */
export const approve = defineOperation({
  description:
    'Shows everything that may run (scripts, checks, values, files that scripts use) and stores a hash of it, for this\n' +
    'project on this box. Prose may change afterwards, but any change of what was shown asks again. Use the same --input,\n' +
    '--env-file and --on as for the replay. An approval counts for one kind of place: boxes of a fleet, and the boxes of\n' +
    'prove, chaos and submit, are approved with --fleet and --for. "runbook approvals" lists and revokes approvals.',
  examples: [
    'runbook approve AUTODOCK.md',
    'runbook approve AUTODOCK.md --step start-caddy',
    'runbook approve AUTODOCK.md --fleet inventory.yaml',
    'runbook approve AUTODOCK.md --for prove',
    'runbook approve --context kind-dev --namespace argo,argo-events',
  ],
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
    const closure = await closureFor(world, prepared, flags, await targetOf(context, prepared, flags));
    const { place } = closure;
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

/** @throws RunbookError 64 for flags that do not belong to the chosen command */
function refuseUnusedFlags({ for: command, on, fleet, image }: z.infer<typeof input>): void {
  const wrong = (flag: string) =>
    usageError(
      'conflicting-flags',
      `${flag} has no meaning for this approval.`,
      '--on belongs to replay and chaos, --fleet to replay and submit, --image to submit. --on and --fleet exclude each other.',
    );
  const isFleet = fleet !== undefined;
  if (on !== undefined && (isFleet || command === 'prove' || command === 'submit')) throw wrong('--on');
  if (isFleet && (command === 'prove' || command === 'chaos')) throw wrong('--fleet');
  if (image !== undefined && command !== 'submit') throw wrong('--image');
  if (image === undefined && command === 'submit')
    throw usageError(
      'missing-image',
      '--for submit needs the image of the pods, because it decides what runs in them.',
      'Add --image with the same value as for "runbook submit".',
    );
}

/** The place other than the box of `--on` that the flags name. */
async function targetOf(
  context: OperationContext,
  prepared: Prepared,
  flags: z.infer<typeof input>,
): Promise<ApprovalTarget | undefined> {
  refuseUnusedFlags(flags);
  switch (flags.for) {
    case 'replay': {
      if (flags.fleet === undefined) return undefined;
      const { readFleet } = await import('./fleet/read-inventory.ts');
      const { parts } = await readFleet(context, prepared, flags.fleet);
      const own = parts.find((part) => part.prepared.document.path === prepared.document.path);
      return fleetTarget(flags.fleet, own?.targets ?? []);
    }
    case 'prove': {
      const { declaredImage } = await import('./prove/declared-image.ts');
      return proveTarget(declaredImage(prepared));
    }
    case 'chaos':
      return flags.on === undefined ? CHAOS_TARGET : undefined;
    case 'submit': {
      const { submissionOf, submissionTarget } = await import('./submit/submission.ts');
      const { file, input: given, envFile, image, namespace, fleet: targets } = flags;
      const submit = submitInput.parse({ file, input: given, envFile, image, namespace, targets });
      return submissionTarget(await submissionOf(context, prepared, submit), targets);
    }
  }
}
