import type { BackgroundProcess } from '../../model/box.ts';
import { reasonNotStarted } from '../fence-result.ts';
import { type LaunchedFence, launchText } from '../launch.ts';
import { recordsIn } from '../shell/control-records.ts';
import { textToBytes } from '../state/bytes-as-text.ts';
import { type RunOnRemote, withArguments } from './remote-files.ts';
import START from './scripts/background-start.sh';
import STOP from './scripts/background-stop.sh';
import GROUPS from './scripts/groups.sh';
import IDENTITY from './scripts/process-identity.sh';

/**
 * Starts a fence on the box in its own session, writes its output to a new log (mode 0600), and resolves once its text
 * runs. Until then the fence holds the pipe on which it reports that.
 * @throws an error whose message says why the fence could not start
 */
export async function startRemote(
  run: RunOnRemote,
  fence: LaunchedFence,
  log: string,
): Promise<BackgroundProcess> {
  const { code, stdout, stderr } = await run({
    run: withArguments(`${IDENTITY}${START}`, log),
    input: textToBytes(launchText(fence)),
  });
  const end = stdout.indexOf('\n');
  const [pid = '', ...start] = stdout.toString('utf8', 0, Math.max(end, 0)).split(' ');
  if (code !== 0 || end < 0 || !/^\d+$/.test(pid))
    throw new Error(stderr.trim() || 'it could not be started');
  const records = recordsIn(stdout.subarray(end + 1));
  const reason =
    reasonNotStarted(fence, records) ?? (records.has('s') ? undefined : 'it ended before its text ran');
  if (reason !== undefined) throw new Error(reason);
  return { pid: Number(pid), start: start.join(' '), log };
}

/** Whether the process, or any process left in its group, still runs on the box. */
export async function isAliveRemote(run: RunOnRemote, { pid, start }: BackgroundProcess): Promise<boolean> {
  const { code } = await run({
    run: withArguments(`${GROUPS}${IDENTITY}runs "$1" "$2"`, String(pid), start),
  });
  return code === 0;
}

/**
 * Ends every process group of the session on the box: SIGTERM, then SIGKILL after a grace period. Resolves when none of
 * them runs.
 */
export async function stopRemote(run: RunOnRemote, { pid, start }: BackgroundProcess): Promise<void> {
  await run({ run: withArguments(`${GROUPS}${IDENTITY}${STOP}`, String(pid), start) });
}
