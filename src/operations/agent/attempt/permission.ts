import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApprovals } from '../../../journal/decisions/approvals.ts';
import { readTrustedFile } from '../../../journal/decisions/trusted-file.ts';
import { makeFolders } from '../../../journal/make-folders.ts';
import { approvalHash } from '../../../plan/hash.ts';
import type { AgentContext, ApprovalAnswer } from '../tool.ts';
import type { Workspace } from '../workspace.ts';
import { scriptOf } from './body.ts';
import type { AttemptTarget } from './target.ts';

/** How long "drafts on this box" holds, in milliseconds. */
const LEASE_MS = 30 * 60_000;

/** Whether a step may run, and by whose word. */
export type Permission =
  | { readonly allowed: true; readonly by: 'sandbox' | 'approved' | 'lease' | 'elicitation' }
  | {
      readonly allowed: false;
      readonly answer: Exclude<ApprovalAnswer, 'once' | 'lease'>;
      readonly request: Request;
    };

/** What a person's word would bind: this script on this box, with these values. */
export interface Request {
  readonly key: string;
  readonly script: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The hash of what is approved; a terminal computes it from what it shows, so that nothing else can hide behind it. */
export function approvalKey(box: string, { script, inputs }: Omit<Request, 'key'>): string {
  const material = JSON.stringify([box, script, Object.entries(inputs).sort()]);
  return `step:${createHash('sha256').update(material).digest('hex')}`;
}

/** What would be approved for a step. */
export function requestOf(
  desk: Workspace,
  target: AttemptTarget,
  inputs: Readonly<Record<string, string>>,
): Request {
  const asked = { script: scriptOf(target.body), inputs };
  return { key: approvalKey(desk.box.id, asked), ...asked };
}

/** Asks nobody: by trust, by what was approved before, or by a lease. */
export async function standingPermission(
  context: Pick<AgentContext, 'world' | 'trust'>,
  desk: Workspace,
  target: Pick<AttemptTarget, 'source'>,
  request: Request,
): Promise<Extract<Permission, { allowed: true }> | undefined> {
  if (context.trust === 'sandbox') return { allowed: true, by: 'sandbox' };
  const { person } = context.world.folders;
  const approvals = openApprovals(person);
  const whole =
    target.source === 'step' &&
    asDeclared(desk, request) &&
    (await approvals.isApproved(approvalHash(desk.document.runbook)));
  if (whole || (await approvals.isApproved(request.key))) return { allowed: true, by: 'approved' };
  const until = Number(readTrustedFile(leasePath(person, desk.box.id), 'leases') ?? 0);
  return until > context.world.now() ? { allowed: true, by: 'lease' } : undefined;
}

/** Whether every value that was given is the one that the document has, and was approved with it. */
function asDeclared({ document }: Workspace, { inputs }: Request): boolean {
  const { inputs: declared } = document.runbook;
  return Object.entries(inputs).every(
    ([name, value]) => declared.find((each) => each.name === name)?.default === value,
  );
}

/** Asks a person, once for each content; remembers a yes outside the workspace. */
export async function askPermission(
  context: Pick<AgentContext, 'world' | 'approve'>,
  desk: Workspace,
  request: Request,
): Promise<Permission> {
  const { key, script } = request;
  const answer = await context.approve({ key, box: desk.box.name, script, lease: true });
  const { person } = context.world.folders;
  const at = new Date(context.world.now()).toISOString();
  switch (answer) {
    case 'once':
      await openApprovals(person).approve({
        hash: key,
        document: desk.document.path,
        how: 'elicitation',
        at,
      });
      return { allowed: true, by: 'elicitation' };
    case 'lease':
      makeFolders(join(person, 'leases'));
      await writeFile(leasePath(person, desk.box.id), String(context.world.now() + LEASE_MS), {
        mode: 0o600,
      });
      return { allowed: true, by: 'lease' };
    case 'no':
    case 'nobody-asked':
    case 'open':
      return { allowed: false, answer, request };
  }
}

function leasePath(person: string, box: string): string {
  return join(person, 'leases', box.replace(/[^\w-]/g, '_'));
}
