import type { ChildProcess } from 'node:child_process';
import { BoundedBytes, sizeText } from '../base/bounded-bytes.ts';
import { MAX_KEPT } from './max-kept.ts';

/** Reason given for a program that was stopped because it wrote too much output. */
export const TOO_MUCH_OUTPUT = `it was stopped after writing more than ${sizeText(MAX_KEPT.output)}`;

/**
 * Keeps the two output streams of a program that the engine runs itself. Calls `stop` when it writes more than is kept.
 */
export function keepOutput(
  child: ChildProcess,
  stop: () => void,
): { readonly stdout: BoundedBytes; readonly stderr: BoundedBytes } {
  const kept = { stdout: new BoundedBytes(MAX_KEPT.output), stderr: new BoundedBytes(MAX_KEPT.output) };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (chunk: Buffer) => {
      if (!kept[name].add(chunk)) stop();
    });
  }
  return kept;
}
