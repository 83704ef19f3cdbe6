import { networkInterfaces } from 'node:os';
import type { StepBody } from '../../../loop/attempt.ts';
import { literalIds } from '../../../loop/literal-ids.ts';
import { usageError } from '../../../model/diagnostic.ts';

/**
 * Refuses a draft that names something of this box and hour only, before it runs: what runs is what is saved.
 * @throws RunbookError 64 with the literal and the general form
 */
export function refuseLiteralIds({ run, undo }: Pick<StepBody, 'run' | 'undo'>, now: number): void {
  const here = { addresses: ownAddresses(), today: new Date(now).toISOString().slice(0, 10) };
  const texts = [...run, ...undo].map(({ text }) => text.replace(/^\s*#.*$/gm, ''));
  const found = texts.flatMap((text) => literalIds(text, here))[0];
  if (!found) return;
  throw usageError(
    'literal-id',
    `A step must work on the next box too. This one names ${found.kind}: ${found.literal}.`,
    `Instead, ${found.instead}.`,
  );
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
