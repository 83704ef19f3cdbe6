import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { ProbeContext } from '../model/box.ts';
import type { Probe } from '../model/check.ts';
import { kindOf } from '../probes/all.ts';
import { backOff } from './back-off.ts';

/**
 * Resolves when the probe is worth evaluating again: on a change of its file, or after a back-off pause, which also
 * covers missed events. Never later than `deadline` (milliseconds since the epoch) or the abort of the context's
 * signal.
 */
export async function probeChanged(
  probe: Probe,
  context: ProbeContext,
  attempt: number,
  deadline: number,
): Promise<void> {
  const settled = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, settled.signal]) : settled.signal;
  const wait = kindOf(probe).wait(probe);
  const watcher = wait.kind === 'file' ? watchPath(resolve(context.folder, wait.path), settled) : undefined;
  await backOff({ attempt, deadline, signal });
  watcher?.close();
}

/** Aborts `settled` when the path, or its first missing part, appears, changes or disappears. */
function watchPath(path: string, settled: AbortController): FSWatcher | undefined {
  let folder = dirname(path);
  let entry = basename(path);
  while (!existsSync(folder) && dirname(folder) !== folder) {
    entry = basename(folder);
    folder = dirname(folder);
  }
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || name === entry) settled.abort();
    });
    // If the folder is removed or the system is out of watches, the back-off pause still applies.
    return watcher.on('error', () => {});
  } catch {
    return undefined;
  }
}
