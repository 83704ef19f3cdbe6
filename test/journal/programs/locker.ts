/**
 * Acquires the box's lock when it reads a line, prints the result, and holds the lock until it is killed or its input
 * ends.
 */
import { createInterface } from 'node:readline';
import { acquireLock } from '../../../src/journal/lock/lock.ts';

const { stateFolder } = JSON.parse(process.argv[2] ?? '');
const say = (line: string) => process.stdout.write(`${line}\n`);

say('ready');
for await (const _ of createInterface({ input: process.stdin })) {
  const result = acquireLock({ stateFolder, command: 'replay', document: '/srv/AUTODOCK.md', now: Date.now });
  say(result.kind === 'held' ? `held ${result.diagnostic.message}` : 'acquired');
}
