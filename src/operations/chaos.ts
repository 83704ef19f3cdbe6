import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { type LaunchedBox, requireBox } from '../boxes/find-box.ts';
import { destroyBox } from '../boxes/life.ts';
import { EXIT, runbookError } from '../model/diagnostic.ts';
import { type ChaosReport, FAULTS, type Fault, type FaultResult } from '../model/reports/chaos.ts';
import { type ChosenFault, chooseFaults } from '../plan/choose-faults.ts';
import { requireApproval } from './approval/approval.ts';
import { CHAOS_TARGET } from './approval/approval-targets.ts';
import { DEFAULT_IMAGE, launchFor } from './boxes/launch.ts';
import { runFault } from './chaos/run-fault.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { type ReplayFlags, replayInput } from './replay-flags.ts';
import { chosenBox } from './session/box-target.ts';
import { type ApprovedDocument, type Prepared, prepare } from './session/session.ts';
import { fileFlag, inputFlags } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  ...inputFlags,
  on: z
    .string()
    .optional()
    .describe('a box launched here; default: a fresh box for each fault')
    .meta({ placeholder: 'BOX' }),
  fault: z
    .array(z.enum(FAULTS))
    .default([...FAULTS])
    .describe(`faults to inject: ${FAULTS.join(', ')}; default: all`)
    .meta({ placeholder: 'FAULT' }),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .optional()
    .describe('seed of the random choice, to repeat it')
    .meta({ placeholder: 'N' }),
  yes: z.boolean().default(false).describe('approve this one run of what the document says'),
});

/** Injects faults: does the same command continue, and how long until everything works again? */
export const chaos = defineOperation({
  description:
    'For each fault, starts a pass, injects the fault when a step chosen by the seed starts, removes it, and repeats the same\n' +
    'command until every check passes. Only boxes that runbook launched are used.',
  examples: [
    'runbook chaos AUTODOCK.md',
    'runbook chaos AUTODOCK.md --on sandbox --fault kill-step --fault restart --seed 7',
  ],
  input,
  run: (context, flags) => runChaos(context, flags),
  exit: ({ faults }: ChaosReport) =>
    faults.some(({ outcome, repeated }) => outcome === 'lost' || repeated.length > 0)
      ? EXIT.failed
      : EXIT.done,
});

async function runChaos(context: OperationContext, flags: z.infer<typeof input>): Promise<ChaosReport> {
  const prepared = await prepare(context, { file: flags.file, loose: false });
  const named = flags.on === undefined ? undefined : await sandboxNamed(flags.on);
  const approved = await requireApproval(context, prepared, flags, named ? undefined : CHAOS_TARGET);
  const seed = flags.seed ?? randomInt(2 ** 31);
  const steps = prepared.plan.steps.map(({ step }) => step.id);
  const faults: FaultResult[] = [];
  for (const chosen of chooseFaults(seed, flags.fault, steps)) {
    if (context.signal.aborted) break;
    faults.push(await runOnBox(context, { ...prepared, approved }, flags, { chosen, named }));
  }
  return { file: prepared.runbook.file, ...(named ? { box: named.name } : {}), seed, faults };
}

/** @throws RunbookError 3 for a box that runbook did not launch, because it may be in use */
async function sandboxNamed(on: string): Promise<LaunchedBox> {
  const target = chosenBox(on);
  if (target?.kind === 'named') return await requireBox(target.name);
  const message = `Faults are injected only into boxes that runbook launched, and ${on} is not one.`;
  const remedy = 'Launch one with "runbook box launch NAME", or omit --on.';
  throw runbookError({ code: 'guarded-box', message, remedy }, EXIT.person);
}

/** On the named box all steps act again; a fresh box is used for one fault and then removed. */
async function runOnBox(
  context: OperationContext,
  document: ApprovedDocument,
  { input: given, envFile }: z.infer<typeof input>,
  { chosen, named }: { chosen: ChosenFault; named: LaunchedBox | undefined },
): Promise<FaultResult> {
  const box = named ?? (await freshBox(context, document, chosen.fault));
  try {
    const flags: ReplayFlags = replayInput.parse({
      ...{
        file: document.document.path,
        input: given,
        envFile,
        on: box.name,
        force: named !== undefined,
        yes: true,
      },
    });
    return await runFault(context, document, flags, chosen, box);
  } finally {
    if (!named) await destroyBox(box);
  }
}

/** Large enough for a workspace, and quickly filled. */
const SMALL_DISK_BYTES = 64 * 1024 * 1024;

async function freshBox(
  context: OperationContext,
  { runbook }: Prepared,
  fault: Fault,
): Promise<LaunchedBox> {
  const image = runbook.frontMatter.box?.image ?? DEFAULT_IMAGE;
  const name = `chaos-${fault}-${randomInt(2 ** 24).toString(16)}`;
  const { box } = await launchFor(context, {
    ...{ name, image, ports: [], forMs: 60 * 60 * 1000, purpose: 'sandbox' },
    // A container's root file system is on the host's disk; a workspace in memory can be filled safely.
    ...(fault === 'fill-disk' ? { workspaceBytes: SMALL_DISK_BYTES } : {}),
  });
  return box;
}
