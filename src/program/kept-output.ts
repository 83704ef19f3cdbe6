import type { Readable } from 'node:stream';
import { BoundedBytes, sizeText } from '../base/bounded-bytes.ts';

/** Limit of each stream in bytes. A few MiB are usual: a list of all containers and images. */
export const MOST_OUTPUT = 64 * 1024 * 1024;

/** Reason given for a program that was stopped because it wrote too much. */
export const TOO_MUCH_OUTPUT = `it was stopped after writing more than ${sizeText(MOST_OUTPUT)}`;

/**
 * Keeps the two output streams of a program that the engine runs itself. Calls `stop` when it writes more than is kept.
 */
export function keepOutput(
  child: { readonly stdout: Readable | null; readonly stderr: Readable | null },
  stop: () => void,
): { readonly stdout: BoundedBytes; readonly stderr: BoundedBytes } {
  const kept = { stdout: new BoundedBytes(MOST_OUTPUT), stderr: new BoundedBytes(MOST_OUTPUT) };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (chunk: Buffer) => {
      if (!kept[name].add(chunk)) stop();
    });
  }
  return kept;
}
