import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, constants as fileConstants, openSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { nextEventLoopTurn } from '../launch-process.ts';
import { readControlRecords, TOO_MANY_RECORDS, takeRecord } from './control-records.ts';
import { endingOf } from './end-fence.ts';
import { openOutputPipe } from './output-pipe.ts';
import { makeShellFolder } from './shell-folder.ts';
import type { FrameEnd, ShellNotStarted, ShellOptions, ShellProcess } from './shell-process.ts';

/**
 * A POSIX shell that reads its frame from standard input. Its watchdog is a sibling of the fence in the same process
 * group: if the watchdog pipe (3) closes without data, the engine was killed, and the watchdog kills the group.
 */
const ONE_FRAME_LOOP = `{ read -r word <&3 || kill -s KILL -- -$$; } </dev/null >/dev/null 2>&1 & exec 3<&-; eval "$(cat)"`;

/** For a box without a suitable bash: every fence gets its own shell in its own session. */
export async function startShShell(options: ShellOptions): Promise<ShellProcess | ShellNotStarted> {
  const folder = makeShellFolder();
  try {
    execFileSync('mkfifo', ['-m', '666', folder.output], { stdio: 'ignore' });
  } catch {
    folder.remove();
    return { unstartable: 'a named pipe could not be created: mkfifo failed', absent: false };
  }
  const pipe = openOutputPipe(folder.output);
  let child: ChildProcess | undefined;
  let held = false;

  return {
    kind: 'sh',
    folder: folder.path,
    toOutput: '',
    usable: () => !held,
    async send({ bytes: frame }, sink): Promise<FrameEnd> {
      pipe.begin(sink);
      const output = openSync(folder.output, fileConstants.O_WRONLY);
      child = spawn('sh', ['-c', ONE_FRAME_LOOP, 'sh'], {
        cwd: options.cwd,
        env: options.env,
        detached: true,
        stdio: ['pipe', 'pipe', output, 'pipe'],
      });
      closeSync(output);
      const end = await endOf(child, frame);
      held = pipe.end() === 'held';
      return end;
    },
    ...endingOf({
      group: () => child?.pid,
      kill() {
        child?.kill('SIGKILL');
        return child?.pid === undefined ? [] : [child.pid];
      },
    }),
    async close() {
      if (!held) pipe.close();
      folder.remove();
    },
  };
}

async function endOf(child: ChildProcess, frame: Buffer): Promise<FrameEnd> {
  const records = new Map<string, Buffer>();
  const control = child.stdout as Readable;
  const watchdogPipe = child.stdio[3] as Writable;
  let tooMuch = false;
  const readLast = readControlRecords(control, {
    onRecord: (tag, content) => takeRecord(records, tag, content),
    onTooMuch: () => {
      tooMuch = true;
      child.kill('SIGKILL');
    },
  });
  child.stdin!.on('error', () => {});
  watchdogPipe.on('error', () => {});
  child.stdin!.end(frame);
  const status = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      records.set('u', Buffer.from(`sh could not be started: ${error.message}`));
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
  watchdogPipe.end('done\n');
  await nextEventLoopTurn();
  readLast();
  control.destroy();
  return tooMuch ? { kind: 'cut-off', reason: TOO_MANY_RECORDS } : { kind: 'ended', status, records };
}
