import { startRecord } from '../../../journal/passes/pass-recorder.ts';
import type { RecordNote } from '../../../model/pass-record.ts';
import { recordStart } from '../../pass/record-start.ts';
import type { AgentContext } from '../tool.ts';
import type { Workspace } from '../workspace.ts';
import type { AttemptTarget } from './target.ts';

/** Keeps an attempt that did not start as a pass of its own: history shows what an agent wanted, and what held it back. */
export async function recordHeldBack(
  { world, client }: Pick<AgentContext, 'world' | 'client'>,
  { box }: Pick<Workspace, 'box'>,
  { prepared, step }: AttemptTarget,
  why: Omit<Extract<RecordNote, { type: 'held-back' }>, 'type' | 'step'>,
): Promise<void> {
  const { document, runbook } = prepared;
  const place = { document, runbook, box: { identity: box }, approved: undefined };
  const start = recordStart({ world, agent: client }, place, { command: 'apply_step' });
  const recorder = await startRecord(document.folder, start, world.now);
  recorder.record({ type: 'held-back', step, ...why });
  await recorder.end('refused');
}
