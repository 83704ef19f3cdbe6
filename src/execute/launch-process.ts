import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { reasonNotStarted } from './fence-result.ts';
import { type LaunchedFence, launchText } from './launch.ts';
import { type Records, readControlRecords, takeRecord } from './shell/control-records.ts';
import { textToBytes } from './state/bytes-as-text.ts';

/** A process started for one fence, outside any host. */
export interface Launched {
  readonly child: ChildProcess;
  /** Resolves once the fence's text is about to run, or when it is known that it never will; undefined: it runs. */
  readonly begun: Promise<string | undefined>;
  /** Once the child has ended: everything that it said. */
  allRecords(): Promise<Records>;
}

export interface LaunchOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly detached: boolean;
  /** Where the process's descriptor 2 goes. */
  readonly output: number | 'inherit';
}

/** Starts `sh` on the launch text, which it reads from a pipe: it stands in no argument list and on no disk. */
export function launch(fence: LaunchedFence, { output, ...options }: LaunchOptions): Launched {
  const spawning: SpawnOptions = { ...options, stdio: ['pipe', 'pipe', output] };
  const child = spawn('sh', ['-c', 'eval "$(cat)"', 'sh'], spawning);
  const records = new Map<string, Buffer>();
  const allRecords = async () => {
    await nextEventLoopTurn();
    takeLast();
    return records;
  };
  let begins = () => {};
  const takeLast = readControlRecords(child.stdout as Readable, {
    onRecord: (tag, content) => {
      takeRecord(records, tag, content);
      if (tag === 's') begins();
    },
    onTooMuch: () => child.kill('SIGKILL'),
  });
  const begun = new Promise<string | undefined>((resolve) => {
    begins = () => resolve(undefined);
    child.once('error', (error) => resolve(`sh could not be started: ${error.message}`));
    child.once('exit', async () => {
      await allRecords();
      resolve(reasonNotStarted(fence, records) ?? 'it ended before it began');
    });
  });
  child.stdin!.on('error', () => {});
  child.stdin!.end(textToBytes(launchText(fence)));
  return { child, begun, allRecords };
}

/** What a child wrote before it ended is in the pipe when its exit is known: the next poll of the event loop reads it. */
export async function nextEventLoopTurn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
