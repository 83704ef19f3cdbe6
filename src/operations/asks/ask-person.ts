import { watch } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '../../base/deadline.ts';
import { openServedPages } from '../../journal/decisions/served-pages.ts';
import type { Closure } from '../../model/closure.ts';
import { closureHash } from '../../plan/closure-hash.ts';
import type { Denial } from '../agent/attempt/denial.ts';
import type { AgentContext } from '../agent/tool.ts';
import type { Workspace } from '../agent/workspace.ts';
import { approvalsOf } from '../approval/approval.ts';
import type { Asked } from './asked-closure.ts';
import { findAsked, refusedBecause } from './asks.ts';

/**
 * Asks a person through `ask`, and on the page if they serve it. An agent that asks again waits for the answer there. A refusal with
 * a reason is final for this content: it is not asked again, and the reason is returned.
 */
export async function askPerson<Allowed extends { readonly allowed: true }>(
  context: Pick<AgentContext, 'world' | 'client' | 'readOnly' | 'signal'>,
  workspace: Workspace,
  { closure, asked, waitMs }: { closure: Closure; asked: Omit<NewQuestion, 'key'>; waitMs: () => number },
  {
    ask,
    standing,
  }: {
    ask: (page: PageQuestion | undefined) => Promise<Allowed | Denial>;
    standing: () => Promise<Allowed | undefined>;
  },
): Promise<Allowed | Denial> {
  const key = closureHash(closure);
  const refused = () => {
    const reason = refusedBecause(workspace, key);
    return reason === undefined ? undefined : ({ allowed: false, answer: 'no', reason } as const);
  };
  const before = refused();
  if (before) return before;
  const page = await askOnPage(context, workspace, { ...asked, key });
  const answer = await ask(page);
  if (answer.allowed || !page) return answer;
  const onPage = { allowed: false, answer: 'on-page', url: page.url } as const;
  if (answer.answer !== 'on-page') return answer.answer === 'nobody-asked' ? onPage : answer;
  await answerOnPage(context, workspace, closure, waitMs());
  return refused() ?? (await standing()) ?? onPage;
}

type NewQuestion = Pick<Asked, 'key' | 'step' | 'title' | 'script' | 'inputs' | 'call'>;

/** A question on the page that the person serves. The address holds no code: it is for the person, who has signed in. */
export interface PageQuestion {
  readonly url: string;
  /** The agent has the address already; this call waits for the answer. */
  readonly isRepeated: boolean;
}

/** Puts a question on the page; undefined: no page of this document is served now. */
async function askOnPage(
  { world, client, readOnly }: Pick<AgentContext, 'world' | 'client' | 'readOnly'>,
  workspace: Workspace,
  asked: NewQuestion,
): Promise<PageQuestion | undefined> {
  const address = await openServedPages(world.folders.person).find(workspace.document.path);
  if (address === undefined || readOnly) return undefined;
  const known = findAsked(workspace, asked.key)?.answer;
  const isRepeated = known === 'open' || known === 'nobody-asked';
  if (!isRepeated) await workspace.store.append({ kind: 'approval', ...asked, answer: 'open', client });
  return { url: `${address}/approvals/${asked.key}`, isRepeated };
}

/** Waits until the person has answered on the page, the time is over, or the call is canceled. */
async function answerOnPage(
  { world, signal }: Pick<AgentContext, 'world' | 'signal'>,
  workspace: Workspace,
  closure: Closure,
  ms: number,
): Promise<void> {
  const key = closureHash(closure);
  const ending = new AbortController();
  const over = AbortSignal.any([deadline(Math.max(0, ms), signal), ending.signal]);
  const isAnswered = async () => {
    await workspace.store.reload();
    return (
      refusedBecause(workspace, key) !== undefined ||
      (await approvalsOf(world).find(key, closure.place)) !== undefined
    );
  };
  await new Promise<void>((resolve, reject) => {
    const look = () => void isAnswered().then((answered) => answered && resolve(), reject);
    if (over.aborted) return resolve();
    over.addEventListener('abort', () => resolve());
    for (const folder of [world.folders.person, join(workspace.document.folder, '.runbook')])
      watch(folder, { signal: over }, look).on('error', () => {});
    look();
  }).finally(() => ending.abort());
}
