import { isBoxName } from '../model/box-target.ts';
import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';

/** What a box may be called: it becomes its host name, and part of names on the engine and in a proxy. */
const BOX_NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** @throws RunbookError 64 for a name that no box can have */
export function refuseBadName(name: string): void {
  if (BOX_NAME.test(name) && isBoxName(name)) return;
  throw boxError(
    'bad-box-name',
    `${JSON.stringify(name.slice(0, 60))} is no name for a box.`,
    'Use lower-case letters, digits and hyphens, beginning with a letter, at most 40: web-1.',
    { exit: EXIT.usage },
  );
}

/** Its container's name: two boxes of one name cannot be, since the engine refuses the second. */
export const containerName = (name: string) => `runbook-${name}`;
