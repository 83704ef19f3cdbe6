import { openLeases } from '../../../journal/decisions/leases.ts';
import type { Closure } from '../../../model/closure.ts';
import type { PlanStep } from '../../../model/plan.ts';
import { closureHash } from '../../../plan/closure-hash.ts';
import { closureText } from '../../../plan/closure-text.ts';
import { approvalRecord, approvalsOf, giveForDocument, oldApproval } from '../../approval/approval.ts';
import { approved, approvedWithoutReading } from '../../approval/approve-closure.ts';
import type { ApprovedClosure } from '../../approval/approved-closure.ts';
import { documentClosure, stepClosure } from '../../approval/closure-of.ts';
import { notifyEvent } from '../../notify/notify-targets.ts';
import { openPreview, type Preview } from '../../pass/preview.ts';
import { withheldIn } from '../../pass/state.ts';
import { neverExported } from '../../pass/state-needed.ts';
import type { Prepared, Session } from '../../session/session.ts';
import type { AgentContext, ApprovalRequest } from '../tool.ts';
import { type Workspace, withoutOutput } from '../workspace.ts';
import type { Denial } from './denial.ts';
import type { AttemptTarget } from './target.ts';

/** How long "other steps" holds, in milliseconds. */
const LEASE_MS = 30 * 60_000;

/** Whether a step or a document may run, and by whose word. */
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

export type Allowed = Extract<Permission, { allowed: true }>;

const always = () => Promise.resolve(true);

/** On a box that is there to be thrown away everything runs: nothing is bound or asked. */
export async function sandboxPermission(
  context: Pick<AgentContext, 'world'>,
  prepared: Prepared,
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
  const whole = target.source === 'step' ? await wholeDocument(context, workspace, inputs) : undefined;
  if (whole?.holdsAll(closure.parts)) return { allowed: true, closure: whole, whole: true, begin: always };
  const given = await givenApproval(world, target.prepared, closure);
  if (given) return given;
  const lease = await leasesOf(world).current(closure.place, context.client);
  return lease && underLease(closure, target.prepared);
}

/** An approval of exactly this, or undefined. */
export async function givenApproval(
  world: AgentContext['world'],
  prepared: Pick<Prepared, 'document'>,
  closure: Closure,
): Promise<Allowed | undefined> {
  const approvals = approvalsOf(world);
  const known = await approvals.find(closureHash(closure), closure.place);
  if (!known) return undefined;
  const begin = () => approvals.consume(known);
  return { allowed: true, closure: approved(closure, 'approved', prepared), whole: false, begin };
}

/** What a person is asked about. */
export interface Question {
  readonly prepared: Pick<Prepared, 'document'>;
  readonly closure: Closure;
  /** In a few words, such as `a new step`. */
  readonly what: string;
  /** Absent: the whole document. */
  readonly step?: string;
}

/**
 * Asks a person through the client. A yes is kept outside the workspace, for as long as the person has said. While no one answers,
 * the person's targets are notified.
 */
export async function askPermission(
  context: Pick<AgentContext, 'world' | 'approve' | 'client'>,
  question: Question,
  page?: ApprovalRequest['page'],
): Promise<Permission> {
  const { world, client } = context;
  const { prepared, closure, what, step } = question;
  const { document, box, boxName } = closure.place;
  const { answer, latencyMs, id } = await context.approve({
    key: closureHash(closure),
    box: boxName,
    what,
    script: closureText(closure, 'client'),
    remark: await oldApproval(world, document),
    lease: step !== undefined,
    ...(page && { page }),
  });
  const at = new Date(world.now()).toISOString();
  switch (answer) {
    case 'once':
    case 'project': {
      const given = { scope: answer, how: 'elicitation', at, client, latencyMs } as const;
      const record = { ...approvalRecord(closure, given), ...(id === undefined ? {} : { id }) };
      const approvals = approvalsOf(world);
      const stored =
        step === undefined ? await giveForDocument(world, prepared, record) : await approvals.give(record);
      const begin = () => approvals.consume(stored);
      return { allowed: true, closure: approved(closure, 'elicitation', prepared), whole: false, begin };
    }
    case 'lease': {
      // A lease is for steps: it was not offered for a document.
      if (step === undefined) return { allowed: false, answer: 'nobody-asked' };
      const until = new Date(world.now() + LEASE_MS).toISOString();
      await leasesOf(world).give({ document, box, boxName, client, at, until, latencyMs });
      return underLease(closure, prepared);
    }
    case 'nobody-asked':
    case 'open':
    case 'on-page':
      notifyOfWaiting(world, question);
      return { allowed: false, answer };
    case 'no':
    case 'too-fast':
      return { allowed: false, answer };
  }
}

/** Questions that were reported, so that an agent which asks again does not repeat the message. */
const notified = new Set<string>();

/** The person may not be at this terminal. The script is not part of the message. */
function notifyOfWaiting(world: AgentContext['world'], { closure, what, step }: Question): void {
  const hash = closureHash(closure);
  if (notified.has(hash)) return;
  notified.add(hash);
  const { document, boxName } = closure.place;
  notifyEvent(world, 'approval', {
    state: 'person',
    title: `${boxName}: ${step ?? what} waits for your approval`,
    details: [],
    document,
    next: `runbook approve ${document}${step === undefined ? '' : ` --step ${step}`}`,
  });
}

function leasesOf(world: AgentContext['world']) {
  return openLeases(world.folders.person, world.now);
}

/** Where an agent's steps run. */
export function boxOfApproval({ box }: Pick<Workspace, 'box'>): { box: string; boxName: string } {
  return { box: box.id, boxName: box.name };
}

function underLease(closure: Closure, prepared: Question['prepared']): Allowed {
  return { allowed: true, closure: approved(closure, 'lease', prepared), whole: false, begin: always };
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
