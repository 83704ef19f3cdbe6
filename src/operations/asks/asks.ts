import type { AskRow } from '../../model/ask.ts';
import { openWorkspace, type Workspace } from '../agent/workspace.ts';
import { approvalsOf } from '../approval/approval.ts';
import type { OperationContext } from '../operation.ts';
import type { Asked } from './asked-closure.ts';

/** What agents asked to run, newest first: for each step, only the last question. */
export async function listAsks(
  { world }: Pick<OperationContext, 'world'>,
  file: string,
): Promise<readonly AskRow[]> {
  const workspace = await openWorkspace({ world, file });
  const last = new Map(workspace.store.of('approval').map((each) => [each.step, each]));
  const given = await approvalsOf(world).list();
  return [...last.values()]
    .sort((a, b) => b.seq - a.seq)
    .map((asked) => rowOf(workspace, asked, (key, at) => given.some((each) => isFor(each, key, at))));
}

/** The last entry of a question, by the hash of what would run. */
export function findAsked({ store }: Workspace, key: string): Asked | undefined {
  return store.of('approval').findLast((each) => each.key === key);
}

/** What the person wrote when they refused exactly this; undefined: they did not. */
export function refusedBecause(workspace: Workspace, key: string): string | undefined {
  return findAsked(workspace, key)?.reason;
}

/** The row of one question. `approvedSince` says whether this content was approved after a time. */
export function rowOf(
  { document }: Pick<Workspace, 'document'>,
  { key, step, client, at, answer, reason }: Asked,
  approvedSince: (key: string, at: number) => boolean,
): AskRow {
  const state =
    answer === 'once' || answer === 'lease' || approvedSince(key, at)
      ? 'approved'
      : answer === 'no'
        ? 'refused'
        : 'waiting';
  const what = step === '' ? `all of ${document.file}` : step;
  return {
    key,
    what,
    client,
    at: new Date(at).toISOString(),
    state,
    ...(reason === undefined ? {} : { reason }),
  };
}

const isFor = (given: { hash: string; at: string; state: string }, key: string, at: number) =>
  given.hash === key && given.state !== 'revoked' && Date.parse(given.at) >= at;
