import { openLeases } from '../../../journal/decisions/leases.ts';
import type { Closure } from '../../../model/closure.ts';
import type { PlanStep } from '../../../model/plan.ts';
import { closureHash } from '../../../plan/closure-hash.ts';
import { closureText } from '../../../plan/closure-text.ts';
import { approvalRecord, approvalsOf, oldApproval } from '../../approval/approval.ts';
import { approved, approvedWithoutReading } from '../../approval/approve-closure.ts';
import type { ApprovedClosure } from '../../approval/approved-closure.ts';
import { documentClosure, stepClosure } from '../../approval/closure-of.ts';
import { notifyEvent } from '../../notify/notify-targets.ts';
import { openPreview, type Preview } from '../../pass/preview.ts';
import { withheldIn } from '../../pass/state.ts';
import { neverExported } from '../../pass/state-needed.ts';
import type { Session } from '../../session/session.ts';
import type { AgentContext, ApprovalRequest } from '../tool.ts';
import { type Workspace, withoutOutput } from '../workspace.ts';
import type { Denial } from './denial.ts';
import type { AttemptTarget } from './target.ts';

/** How long "other steps" holds, in milliseconds. */
const LEASE_MS = 30 * 60_000;

/** Whether a step may run, and by whose word. */
export type Permission =
  | {
      readonly allowed: true;
      readonly closure: ApprovedClosure;
      /** Whether the whole document may run, and with it the fixes of recorded problems. */
      readonly whole: boolean;
      /** Called as it starts. False: it was good for one start, and that has been. */
      readonly begin: () => Promise<boolean>;
    }
  | Denial;

type Allowed = Extract<Permission, { allowed: true }>;

const always = () => Promise.resolve(true);

/** On a box that is there to be thrown away everything runs: nothing is bound or asked. */
export async function sandboxPermission(
  context: Pick<AgentContext, 'world'>,
  { prepared }: AttemptTarget,
): Promise<Allowed> {
  const closure = await approvedWithoutReading(context.world, prepared, 'sandbox');
  return { allowed: true, closure, whole: true, begin: always };
}

/**
 * What would run for a step: its own fences, and those of every step before it that has to run again, since it exported a secret
 * which only a run gives.
 */
export async function closureForStep(
  context: Pick<AgentContext, 'world' | 'signal'>,
  workspace: Workspace,
  target: AttemptTarget,
  { inputs, session }: { inputs: Readonly<Record<string, string>>; session: Session },
): Promise<Closure> {
  const preview = await openPreview(withoutOutput(context), session);
  const again = (await givers(preview, session.plan.steps, target.planned)).map(({ step }) => step);
  const sources = { input: inputs, place: boxOfApproval(workspace) };
  return await stepClosure(context.world, target.prepared, sources, { own: target.planned.step, again });
}

/** Asks no one: allowed by an earlier approval, or by a lease. */
export async function standingPermission(
  context: Pick<AgentContext, 'world' | 'client'>,
  workspace: Workspace,
  target: AttemptTarget,
  { closure, inputs }: { closure: Closure; inputs: Readonly<Record<string, string>> },
): Promise<Allowed | undefined> {
  const { world } = context;
  const approvals = approvalsOf(world);
  const whole = target.source === 'step' ? await wholeDocument(context, workspace, inputs) : undefined;
  if (whole?.holdsAll(closure.parts)) return { allowed: true, closure: whole, whole: true, begin: always };
  const known = await approvals.find(closureHash(closure), closure.place);
  if (known) {
    const own = approved(closure, 'approved', target.prepared);
    return { allowed: true, closure: own, whole: false, begin: () => approvals.consume(known) };
  }
  const lease = await leasesOf(world).current(closure.place, context.client);
  return lease && { ...underLease(closure, target), begin: always };
}

/** Asks a person through the client. A yes is kept outside the workspace, for as long as the person has said. */
export async function askPermission(
  context: Pick<AgentContext, 'world' | 'approve' | 'client'>,
  target: AttemptTarget,
  closure: Closure,
  page?: ApprovalRequest['page'],
): Promise<Permission> {
  const { world, client } = context;
  const hash = closureHash(closure);
  const what = target.source === 'draft' ? 'a new step' : `the step ${target.step}`;
  const { answer, latencyMs, id } = await context.approve({
    key: hash,
    box: closure.place.boxName,
    what,
    script: closureText(closure, 'client'),
    remark: await oldApproval(world, closure.place.document),
    lease: true,
    ...(page && { page }),
  });
  const at = new Date(world.now()).toISOString();
  switch (answer) {
    case 'once':
    case 'project': {
      const approvals = approvalsOf(world);
      const given = { scope: answer, how: 'elicitation', at, client, latencyMs } as const;
      const record = await approvals.give({
        ...approvalRecord(closure, given),
        ...(id === undefined ? {} : { id }),
      });
      const own = approved(closure, 'elicitation', target.prepared);
      return { allowed: true, closure: own, whole: false, begin: () => approvals.consume(record) };
    }
    case 'lease': {
      const until = new Date(world.now() + LEASE_MS).toISOString();
      const { document, box, boxName } = closure.place;
      await leasesOf(world).give({ document, box, boxName, client, at, until, latencyMs });
      return underLease(closure, target);
    }
    case 'nobody-asked':
    case 'open':
    case 'on-page':
      notifyOfWaiting(world, target, closure);
      return { allowed: false, answer };
    case 'no':
    case 'too-fast':
      return { allowed: false, answer };
  }
}

/** Questions that were reported, so that an agent which asks again does not repeat the message. */
const notified = new Set<string>();

/** The person may not be at this terminal. The script is not part of the message. */
function notifyOfWaiting(world: AgentContext['world'], target: AttemptTarget, closure: Closure): void {
  const hash = closureHash(closure);
  if (notified.has(hash)) return;
  notified.add(hash);
  const { document, boxName } = closure.place;
  notifyEvent(world, 'approval', {
    state: 'person',
    title: `${boxName}: ${target.step} waits for your approval`,
    details: [],
    document,
    next: `runbook approve ${document} --step ${target.step}`,
  });
}

function leasesOf(world: AgentContext['world']) {
  return openLeases(world.folders.person, world.now);
}

/** Where an agent's steps run. */
export function boxOfApproval({ box }: Pick<Workspace, 'box'>): { box: string; boxName: string } {
  return { box: box.id, boxName: box.name };
}

function underLease(closure: Closure, target: AttemptTarget): Allowed {
  return { allowed: true, closure: approved(closure, 'lease', target.prepared), whole: false, begin: always };
}

async function wholeDocument(
  { world }: Pick<AgentContext, 'world'>,
  { document, box }: Workspace,
  inputs: Readonly<Record<string, string>>,
): Promise<ApprovedClosure | undefined> {
  const whole = { document, runbook: document.runbook };
  const closure = await documentClosure(world, whole, { input: inputs, place: boxOfApproval({ box }) });
  const known = await approvalsOf(world).find(closureHash(closure), closure.place);
  return known?.scope === 'project' ? approved(closure, 'approved', { document }) : undefined;
}

/** Steps that run again for what a step uses of their exports (pass/step), and those that they need in turn. */
async function givers(preview: Preview, steps: readonly PlanStep[], planned: PlanStep): Promise<PlanStep[]> {
  const found = new Set<PlanStep>();
  const pass = { ...preview.pass, journal: preview.journal };
  const visit = async (each: PlanStep): Promise<void> => {
    const state = pass.state.before(each);
    const ids = withheldIn(state, each.step).map((name) => state.withheld.get(name));
    ids.push(...(await neverExported(pass, each, state, each.step)));
    for (const id of new Set(ids)) {
      const giver = steps.find(({ step }) => step.id === id);
      if (!giver || found.has(giver)) continue;
      found.add(giver);
      await visit(giver);
    }
  };
  await visit(planned);
  return steps.filter((each) => found.has(each));
}
