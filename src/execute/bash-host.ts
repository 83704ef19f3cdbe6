import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { readRecords } from './control-records.ts';
import { HOST_LOOP, HOST_START } from './host-script.ts';
import { openOutputPipe, type Sink } from './output-pipe.ts';
import { processTable } from './process-table.ts';

/** How one frame ended. `lost`: the host itself died in the middle of it. */
export type FrameEnd =
  | { readonly kind: 'ended'; readonly status: number; readonly records: ReadonlyMap<string, Buffer> }
  | { readonly kind: 'lost'; readonly status: number };

/** A persistent bash that runs one frame after another and keeps nothing of any of them. */
export interface BashHost {
  readonly pid: number;
  /** Private (0700), removed with the host. */
  readonly folder: string;
  /** Sends one frame, as execute/frame builds them. One at a time. */
  send(frame: Buffer, sink: Sink | undefined): Promise<FrameEnd>;
  /** The process group of the fence that runs in the frame of that number, if it has announced one. */
  group(frame: number): number | undefined;
  /** Whether it can take another frame. */
  usable(): boolean;
  /** At once, with SIGKILL; a frame in flight ends as lost. The answer: its children, which are left to the caller. */
  kill(): readonly number[];
  close(): Promise<void>;
}

export interface HostOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Where every frame starts. */
  readonly cwd: string;
}

/** Starts a host; a reason, if this box cannot run one. */
export async function startBashHost(
  options: HostOptions,
): Promise<BashHost | { readonly unstartable: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
  chmodSync(folder, 0o700);
  const child = spawn('bash', ['--noprofile', '--norc', '-c', HOST_LOOP, 'bash', folder, HOST_START], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
  });
  const forget = () => rmSync(folder, { recursive: true, force: true });
  const failure = await firstWord(child);
  if (failure !== undefined) {
    forget();
    return { unstartable: failure };
  }
  return hostOf(child, folder, forget);
}

/** Waits until the host has said that it is ready; else the reason why it never will be. */
function firstWord(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`bash could not be started: ${error.message}`));
    child.once('exit', () => resolve('bash ended before it could run anything'));
    child.stdout!.once('data', (word: Buffer) => {
      resolve(word[0] === READY ? undefined : 'bash cannot make a named pipe: mkfifo failed');
    });
  });
}

const READY = 'r'.charCodeAt(0);

function hostOf(child: ChildProcess, folder: string, forget: () => void): BashHost {
  const frames = child.stdin as Writable;
  const lifeline = child.stdio[3] as Writable;
  const pipe = openOutputPipe(join(folder, 'output'));
  let records = new Map<string, Buffer>();
  let finish: ((end: FrameEnd) => void) | undefined;
  let usable = true;
  let held = false;
  let lastGroup: string | undefined;

  const over = (end: FrameEnd) => {
    const done = finish;
    finish = undefined;
    if (done && pipe.end() === 'held') retire();
    done?.(end);
  };
  /** Its pipe belongs to what a fence left running: it goes on being read, but by nobody. */
  const retire = () => {
    usable = false;
    held = true;
  };
  readRecords(child.stdout as Readable, (tag, content) => {
    if (tag !== 'e') records.set(tag, content);
    else over({ kind: 'ended', status: Number(content.toString()), records });
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      usable = false;
      lifeline.destroy();
      lastGroup = announced(folder);
      over({ kind: 'lost', status: signal ? 128 + constants.signals[signal] : (code ?? 1) });
      if (!held) pipe.close();
      child.stdout?.destroy();
      forget();
      resolve();
    });
  });
  frames.on('error', () => {});
  lifeline.on('error', () => {});

  return {
    pid: child.pid!,
    folder,
    usable: () => usable,
    send(frame, sink) {
      records = new Map();
      pipe.begin(sink);
      return new Promise((resolve) => {
        finish = resolve;
        frames.write(Buffer.concat([Buffer.from(`${frame.length}\n`), frame]));
      });
    },
    group(frame) {
      const [number, pid] = (lastGroup ?? announced(folder)).split(/[ \n]/);
      return Number(number) === frame ? Number(pid) : undefined;
    },
    kill() {
      usable = false;
      child.kill('SIGSTOP');
      const children = processTable().filter((row) => row.parent === child.pid);
      child.kill('SIGKILL');
      return children.map((row) => row.pid);
    },
    close() {
      usable = false;
      lifeline.end('done\n');
      frames.end();
      return gone;
    },
  };
}

/** `FRAME PID` as the fence's shell wrote it (execute/frame). */
function announced(folder: string): string {
  try {
    return readFileSync(join(folder, 'group'), 'utf8');
  } catch {
    return '';
  }
}
