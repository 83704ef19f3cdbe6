import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { type LaunchedBox, requireBox } from '../boxes/find-box.ts';
import { destroyBox } from '../boxes/life.ts';
import { type ChaosReport, FAULTS, type Fault, type FaultResult } from '../model/chaos.ts';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import { type ChosenFault, chooseFaults } from '../plan/choose-faults.ts';
import { requireApproval } from './approval/approval.ts';
import { placeOn } from './approval/closure-of.ts';
import { launchFor, USUAL_IMAGE } from './boxes/launch.ts';
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
    .describe('a box launched here; without it a fresh one for each fault')
    .meta({ placeholder: 'BOX' }),
  fault: z
    .array(z.enum(FAULTS))
    .default([...FAULTS])
    .describe(`which: ${FAULTS.join(', ')} (else all)`)
    .meta({ placeholder: 'FAULT' }),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .optional()
    .describe('choose the same steps again')
    .meta({ placeholder: 'N' }),
  yes: z.boolean().default(false).describe('approve this one run of what the document says'),
});

/** Faults on purpose: does the same command really go on, and how long until all is well again? */
export const chaos = defineOperation({
  name: 'chaos',
  summary: 'hurt a throw-away box in the middle of a pass, and time how it recovers',
  description:
    'For each fault a pass is begun, hurt when a step begins that the seed chooses, healed, and gone on with by the same\n' +
    'command until every check passes. Only boxes that runbook launched are hurt.',
  examples: [
    'runbook chaos AUTODOCK.md',
    'runbook chaos AUTODOCK.md --on sandbox --fault kill-step --fault restart --seed 7',
  ],
  effect: 'act',
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
  const approved = await requireApproval(context, prepared, flags, {
    place: named ? await placeOn(context.world, flags.on) : { box: 'chaos', boxName: 'a fresh box' },
  });
  const seed = flags.seed ?? randomInt(2 ** 31);
  const steps = prepared.plan.steps.map(({ step }) => step.id);
  const faults: FaultResult[] = [];
  for (const chosen of chooseFaults(seed, flags.fault, steps)) {
    if (context.signal.aborted) break;
    faults.push(await onBox(context, { ...prepared, approved }, flags, { chosen, named }));
  }
  return { file: prepared.runbook.file, ...(named ? { box: named.name } : {}), seed, faults };
}

/** @throws RunbookError 3 for a box that runbook did not launch: there is somebody who would miss it */
async function sandboxNamed(on: string): Promise<LaunchedBox> {
  const target = chosenBox(on);
  if (target?.kind === 'named') return await requireBox(target.name);
  const message = `${on} is guarded: faults are made only on boxes that runbook launched.`;
  const remedy = 'Launch one (runbook box launch NAME), or leave --on out.';
  throw new RunbookError([{ code: 'guarded-box', severity: 'error', message, remedy }], EXIT.person);
}

/** On the named box everything acts anew; a fresh box is there for one fault, and gone after it. */
async function onBox(
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

/** Enough for a workspace, and filled at once. */
const SMALL_DISK_BYTES = 64 * 1024 * 1024;

async function freshBox(
  context: OperationContext,
  { runbook }: Prepared,
  fault: Fault,
): Promise<LaunchedBox> {
  const image = runbook.frontMatter.box?.image ?? USUAL_IMAGE;
  const name = `chaos-${fault}-${randomInt(2 ** 24).toString(16)}`;
  const { box } = await launchFor(context, {
    ...{ name, image, ports: [], forMs: 60 * 60 * 1000, purpose: 'sandbox' },
    // The root file system of a container is the host's disk; a workspace in memory may be filled.
    ...(fault === 'fill-disk' ? { workspaceBytes: SMALL_DISK_BYTES } : {}),
  });
  return box;
}
