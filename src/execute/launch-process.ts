import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { reasonNotStarted } from './fence-result.ts';
import { type LaunchedFence, launchText } from './launch.ts';
import { type Records, readControlRecords, takeRecord } from './shell/control-records.ts';
import { textToBytes } from './state/bytes-as-text.ts';

/** A process started for one fence, outside any persistent shell. */
export interface Launched {
  readonly child: ChildProcess;
  /** Resolves when the fence's text is about to run (undefined), or with the reason why it never will. */
  readonly started: Promise<string | undefined>;
  /** Every record that the child wrote. Call it once the child has ended. */
  allRecords(): Promise<Records>;
}

export interface LaunchOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly detached: boolean;
  /** Target of the process's file descriptor 2. */
  readonly output: number | 'inherit';
}

/** Starts `sh` on the launch text, passed through a pipe so that it appears in no argument list and on no disk. */
export function launchProcess(fence: LaunchedFence, { output, ...options }: LaunchOptions): Launched {
  const spawning: SpawnOptions = { ...options, stdio: ['pipe', 'pipe', output] };
  const child = spawn('sh', ['-c', 'eval "$(cat)"', 'sh'], spawning);
  const records = new Map<string, Buffer>();
  const allRecords = async () => {
    await nextEventLoopTurn();
    readLast();
    return records;
  };
  let markStarted = () => {};
  const readLast = readControlRecords(child.stdout as Readable, {
    onRecord: (tag, content) => {
      takeRecord(records, tag, content);
      if (tag === 's') markStarted();
    },
    onTooMuch: () => child.kill('SIGKILL'),
  });
  const started = new Promise<string | undefined>((resolve) => {
    markStarted = () => resolve(undefined);
    child.once('error', (error) => resolve(`sh could not be started: ${error.message}`));
    child.once('exit', async () => {
      await allRecords();
      resolve(reasonNotStarted(fence, records) ?? 'it ended before its text ran');
    });
  });
  child.stdin!.on('error', () => {});
  child.stdin!.end(textToBytes(launchText(fence)));
  return { child, started, allRecords };
}

/** After an exit event, the child's last output may still be in the pipe. The next poll of the event loop reads it. */
export async function nextEventLoopTurn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
