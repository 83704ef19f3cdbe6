import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { ProbeContext } from '../model/box.ts';
import type { Probe } from '../model/check.ts';
import { kindOf } from '../probes/all.ts';
import { backOff } from './back-off.ts';

/**
 * Resolves at the next moment at which the probe is worth asking again: a change of its file, else a step of the
 * back-off, which also is the safety net where an event is missed. Never later than `deadline` (milliseconds since
 * the epoch) nor than the context's signal.
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

/** Aborts `settled` when the path, or the part of it that is still missing, appears, changes or goes. */
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
    // The folder may go, or the system may have no watches left: the back-off goes on.
    return watcher.on('error', () => {});
  } catch {
    return undefined;
  }
}
