import { createHmac } from 'node:crypto';
import type { ClosureValue } from '../../model/closure.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';
import type { World } from '../../world.ts';
import { fileHashKey } from '../session/file-hash-key.ts';

/** Keyed, so that a short value cannot be guessed from the mark. */
export function valueMark(key: string, name: string, value: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([name, value]))
    .digest('hex');
}

/**
 * A value in `.env` or another file may change between the question and the start.
 * @throws RunbookError 3 with the names of the values that differ from the approved ones
 */
export async function refuseChangedValues(
  world: World,
  approved: readonly ClosureValue[],
  values: ReadonlyMap<string, { readonly value: string }>,
): Promise<void> {
  const known = approved.filter(
    ({ kind, mark }) => mark !== '' && (kind === 'variable' || kind === 'secret'),
  );
  if (known.length === 0) return;
  const key = await fileHashKey(world);
  const changed = known.filter(
    ({ name, mark }) => valueMark(key, name, values.get(name)?.value ?? '') !== mark,
  );
  if (changed.length === 0) return;
  const names = changed.map(({ name }) => name).join(', ');
  throw runbookError(
    {
      code: 'changed-meanwhile',
      message: `Nothing was run: the value of ${names} changed between the approval and the start.`,
      remedy: 'Run the same command again: it asks with the new value.',
    },
    EXIT.person,
  );
}
