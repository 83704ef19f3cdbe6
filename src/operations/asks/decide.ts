import { join } from 'node:path';
import { isOwnMarker } from '../agent/own-marker.ts';
import { approvalRecord, approvalsOf, giveForDocument } from '../approval/approval.ts';
import { readingTime } from '../approval/reading-time.ts';
import type { OperationContext } from '../operation.ts';
import type { OpenAsk } from './ask-detail.ts';

/** How long a single start that was approved outside of the agent's client stays open, in milliseconds. */
export const ONCE_MS = 60 * 60_000;

/** Why a yes does not count: it came faster than anyone reads, or something changed after it was shown. */
export type NotCounted = 'too-fast' | 'changed';

/**
 * Stores the person's yes to what they were shown. `shown` is the hash of that, and how long ago it was.
 * @returns undefined if it counts
 */
export async function approveAsked(
  { world }: Pick<OperationContext, 'world'>,
  { closure, asked, detail, workspace }: OpenAsk,
  { scope, shown }: { scope: 'once' | 'project'; shown: { hash: string; latencyMs: number } },
): Promise<NotCounted | undefined> {
  if (detail.hash !== shown.hash) return 'changed';
  const isFast = shown.latencyMs < readingTime(detail.text.length);
  if (isFast && !(await isOwnMarker(join(world.folders.person, 'instant-answers')))) return 'too-fast';
  const now = world.now();
  const record = approvalRecord(closure, {
    ...{
      scope,
      how: 'page',
      at: new Date(now).toISOString(),
      client: asked.client,
      latencyMs: shown.latencyMs,
    },
    ...(scope === 'once' ? { until: new Date(now + ONCE_MS).toISOString() } : {}),
  });
  if (asked.step === '') await giveForDocument(world, { document: workspace.document }, record);
  else await approvalsOf(world).give(record);
  await answered({ asked, workspace }, { answer: 'once' });
  return undefined;
}

/** Keeps the person's no, with the reason that the agent reads at its next call. */
export async function refuseAsked(ask: Pick<OpenAsk, 'asked' | 'workspace'>, reason: string): Promise<void> {
  await answered(ask, { answer: 'no', reason });
}

async function answered(
  { asked, workspace }: Pick<OpenAsk, 'asked' | 'workspace'>,
  answer: { answer: 'once' } | { answer: 'no'; reason: string },
): Promise<void> {
  const { seq: _, at: __, reason: ___, ...entry } = asked;
  await workspace.store.append({ ...entry, ...answer });
}
