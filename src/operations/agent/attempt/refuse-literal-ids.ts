import { networkInterfaces } from 'node:os';
import { literalIds } from '../../../loop/literal-ids.ts';
import { usageError } from '../../../model/diagnostic.ts';

/**
 * Refuses texts for the document that name something of this box and hour only. A draft is refused before it runs: what runs is
 * what is saved.
 * @throws RunbookError 64 with the literal and the general form
 */
export function refuseLiteralIds(texts: readonly string[], now: number): void {
  const here = { addresses: ownAddresses(), today: new Date(now).toISOString().slice(0, 10) };
  const found = texts.flatMap((text) => literalIds(text.replace(/^\s*#.*$/gm, ''), here))[0];
  if (!found) return;
  throw usageError(
    'literal-id',
    `A document must work on the next box too. This text contains ${found.kind}: ${found.literal}.`,
    `Instead, ${found.instead}.`,
  );
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
