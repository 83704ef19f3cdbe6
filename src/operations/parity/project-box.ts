import type { Projection } from '../../model/reports/parity.ts';
import { findApproval } from '../approval/approval.ts';
import type { OperationContext } from '../operation.ts';
import { openPreview } from '../pass/preview.ts';
import { chosenBox } from '../session/box-target.ts';
import { fileHashKey } from '../session/file-hash-key.ts';
import { openSession, type Prepared, type SessionInput } from '../session/session.ts';
import { unopened } from '../session/unopened.ts';
import type { ParitySide } from './parity-side.ts';
import { paritySources } from './sources.ts';

/** Options that both sides share. */
export type ParityInput = Pick<SessionInput, 'input' | 'envFile' | 'yes'>;

/**
 * Measures one box.
 * @throws RunbookError 1 if the box cannot be opened, because nothing can be compared then
 */
export async function projectBox(
  context: OperationContext,
  on: string,
  prepared: Prepared | undefined,
  input: ParityInput,
): Promise<Projection> {
  const side = await openSide(context, on, prepared, input);
  try {
    const parts = await Promise.all(paritySources.map((source) => source(side, context)));
    return {
      name: side.name,
      traits: parts.flatMap(({ traits }) => traits),
      blind: parts.flatMap(({ blind = [] }) => blind),
    };
  } finally {
    await side.box.close();
  }
}

async function openSide(
  context: OperationContext,
  on: string,
  prepared: Prepared | undefined,
  input: ParityInput,
): Promise<ParitySide> {
  const { world } = context;
  const target = chosenBox(on);
  const key = await fileHashKey(world, { readOnly: true });
  try {
    if (!prepared) {
      const box = await world.openBox({ folder: world.cwd, env: {}, ...(target ? { target } : {}) });
      return { name: on, box, key };
    }
    const approved = await findApproval(context, prepared, { ...input, on });
    const session = await openSession(context, prepared, { ...input, on }, { approved });
    const preview = await openPreview(context, session);
    return { name: on, box: session.box, key, runbook: { session, preview } };
  } catch (error) {
    throw unopened(error);
  }
}
