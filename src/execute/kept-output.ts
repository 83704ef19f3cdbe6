import type { ChildProcess } from 'node:child_process';
import { BoundedBytes, sizeText } from '../base/bounded-bytes.ts';
import { MOST_KEPT } from './most-kept.ts';

/** Said of a program that was stopped for what it said. */
export const TOO_MUCH_OUTPUT = `it said more than ${sizeText(MOST_KEPT.output)}, and was stopped`;

/** Keeps what a program of the engine's own says on its two streams. `stop` has to end it: it says more than is kept. */
export function keepOutput(
  child: ChildProcess,
  stop: () => void,
): { readonly stdout: BoundedBytes; readonly stderr: BoundedBytes } {
  const kept = { stdout: new BoundedBytes(MOST_KEPT.output), stderr: new BoundedBytes(MOST_KEPT.output) };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (chunk: Buffer) => {
      if (!kept[name].add(chunk)) stop();
    });
  }
  return kept;
}
