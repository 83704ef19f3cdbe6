import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { processTable } from '../process-table.ts';
import { readControlRecords, TOO_MANY_RECORDS, takeRecord } from './control-records.ts';
import { endingOf } from './end-fence.ts';
import { openOutputPipe } from './output-pipe.ts';
import SHELL_START from './scripts/shell-start.bash.sh';
import { makeShellFolder, type ShellFolder } from './shell-folder.ts';
import type { FrameEnd, ShellNotStarted, ShellOptions, ShellProcess } from './shell-process.ts';
import { SHELL_LOOP } from './shell-script.ts';

/** Starts a persistent bash, which runs most fences in a subshell. @throws the system's error for its folder */
export async function startBashShell(options: ShellOptions): Promise<ShellProcess | ShellNotStarted> {
  const folder = makeShellFolder();
  const child = spawn('bash', ['--noprofile', '--norc', '-c', SHELL_LOOP, 'bash', folder.path, SHELL_START], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
  });
  const failure = await startFailure(child);
  if (!failure) return shellOf(child, folder);
  folder.remove();
  return failure;
}

/** Waits until the shell reports that it is ready; returns the reason if it cannot start. */
function startFailure(child: ChildProcess): Promise<ShellNotStarted | undefined> {
  return new Promise((resolve) => {
    const fail = (unstartable: string, absent = false) => resolve({ unstartable, absent });
    child.once('error', (error: NodeJS.ErrnoException) =>
      fail(`bash could not be started: ${error.message}`, error.code === 'ENOENT'),
    );
    child.once('exit', () => fail('bash ended before it could run anything'));
    child.stdout!.once('data', (word: Buffer) => {
      switch (word.toString('latin1', 0, 1)) {
        case 'r':
          return resolve(undefined);
        case 'o':
          return fail('this bash is older than 4.1', true);
        default:
          return fail('bash could not make a named pipe: mkfifo failed');
      }
    });
  });
}

function shellOf(child: ChildProcess, folder: ShellFolder): ShellProcess {
  const frames = child.stdin as Writable;
  const watchdogPipe = child.stdio[3] as Writable;
  const control = child.stdout as Readable;
  const pipe = openOutputPipe(folder.output);
  let records = new Map<string, Buffer>();
  let finish: ((end: FrameEnd) => void) | undefined;
  let usable = true;
  /** Something that a fence left running has the pipe open: the pipe is still read, but serves no other fence. */
  let held = false;
  let lastGroup: string | undefined;

  const finishFrame = (end: FrameEnd) => {
    if (!finish) return;
    held = pipe.end() === 'held';
    usable &&= !held;
    finish(end);
    finish = undefined;
  };
  readControlRecords(control, {
    onRecord: (tag, content) => {
      if (tag !== 'e') takeRecord(records, tag, content);
      else finishFrame({ kind: 'ended', status: Number(content.toString()), records });
    },
    onTooMuch: () => {
      finishFrame({ kind: 'cut-off', reason: TOO_MANY_RECORDS });
      child.kill('SIGKILL');
    },
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      usable = false;
      lastGroup = announcedIn(folder);
      finishFrame({ kind: 'lost', status: signal ? 128 + constants.signals[signal] : (code ?? 1) });
      watchdogPipe.destroy();
      control.destroy();
      if (!held) pipe.close();
      folder.remove();
      resolve();
    });
  });
  // If a write fails, the shell has ended, and its exit event reports that.
  frames.on('error', () => {});
  watchdogPipe.on('error', () => {});

  return {
    kind: 'bash',
    folder: folder.path,
    toOutput: '2>"$1/output" >&2',
    usable: () => usable,
    send({ bytes: frame }, sink) {
      records = new Map();
      pipe.begin(sink);
      return new Promise((resolve) => {
        finish = resolve;
        frames.write(Buffer.concat([Buffer.from(`${frame.length}\n`), frame]));
      });
    },
    ...endingOf({
      group(frame) {
        const [number, pid] = (lastGroup ?? announcedIn(folder)).split(/[ \n]/);
        return Number(number) === frame ? Number(pid) : undefined;
      },
      kill() {
        usable = false;
        child.kill('SIGSTOP');
        const children = processTable().filter((row) => row.parent === child.pid);
        child.kill('SIGKILL');
        return children.map((row) => row.pid);
      },
    }),
    close() {
      usable = false;
      watchdogPipe.end('done\n');
      frames.end();
      return gone;
    },
  };
}

/** `FRAME PID`, as written by the fence's shell (execute/shell/frame). */
function announcedIn(folder: ShellFolder): string {
  try {
    return readFileSync(join(folder.path, 'group'), 'utf8');
  } catch {
    return '';
  }
}
