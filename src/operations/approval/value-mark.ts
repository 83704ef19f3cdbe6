import { createHmac } from 'node:crypto';
import type { ClosureValue } from '../../model/closure.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { World } from '../../world.ts';
import { fileHashKey } from '../session/file-hash-key.ts';

/** Keyed: what is shown of it must not let a short value be guessed. */
export function valueMark(key: string, name: string, value: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([name, value]))
    .digest('hex');
}

/**
 * Between question and start a value may have been changed in `.env` or another file.
 * @throws RunbookError 3 naming the values that are no longer what was approved
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
  throw new RunbookError(
    [
      {
        code: 'changed-meanwhile',
        severity: 'error',
        message: `Nothing was run: the value of ${names} changed between the approval and the start.`,
        remedy: 'Run the same command again: it asks with the new value.',
      },
    ],
    EXIT.person,
  );
}
