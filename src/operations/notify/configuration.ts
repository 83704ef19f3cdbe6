import { join } from 'node:path';
import { readTrustedFile } from '../../journal/decisions/trusted-file.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { type NotifyConfiguration, readConfiguration } from '../../notify/target.ts';
import type { World } from '../../world.ts';

/** The person's file. */
export const configurationPath = ({ folders }: Pick<World, 'folders'>) => join(folders.person, 'notify.json');

/**
 * Targets and events from the person's own folder, so that no document and no agent can name a receiver.
 * @throws RunbookError 3 if others may write the file, or it cannot be understood
 */
export function notifyConfiguration(world: Pick<World, 'folders'>): NotifyConfiguration | undefined {
  const path = configurationPath(world);
  const text = readTrustedFile(path, 'notifications');
  if (text === undefined) return undefined;
  const read = readConfiguration(text);
  if ('configuration' in read) return read.configuration;
  const message = `${path} must be a valid list of targets for messages: ${read.problem}.`;
  const remedy = 'Fix it as docs/schedules.md shows, then run "runbook notify test".';
  throw new RunbookError([{ code: 'bad-notifications', severity: 'error', message, remedy }], EXIT.person);
}

/** The same, for what must not fail because of that file. */
export function configurationOrNone(world: Pick<World, 'folders'>): NotifyConfiguration | undefined {
  try {
    return notifyConfiguration(world);
  } catch {
    return undefined;
  }
}
