import { isBoxName } from '../model/box-target.ts';
import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';

/** Valid box names: a name becomes the host name, and part of names in the engine and in a proxy. */
const BOX_NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** @throws RunbookError 64 for an invalid name */
export function refuseBadName(name: string): void {
  if (BOX_NAME.test(name) && isBoxName(name)) return;
  throw boxError(
    'bad-box-name',
    `${JSON.stringify(name.slice(0, 60))} is not a valid box name.`,
    'Use at most 40 lower-case letters, digits and hyphens, starting with a letter, such as web-1.',
    { exit: EXIT.usage },
  );
}

/** The container's name. The engine rejects a second container of the same name, so box names are unique. */
export const containerName = (name: string) => `runbook-${name}`;
