import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Identifies a process, even if its pid is reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started: clock ticks since boot on Linux, `ps -o lstart` on other systems. Empty if unknown. */
  readonly start: string;
  /** Random id of the boot on Linux; empty on other systems, where `start` is a date. */
  readonly boot: string;
}

/**
 * Whether any process can have this number: kill(2) takes 0 and negative numbers for groups, and no system gives out more
 * than 2^31 - 1 (Linux 2^22, proc_sys_kernel(5) pid_max).
 */
export function isPossiblePid(pid: unknown): pid is number {
  return Number.isInteger(pid) && Number(pid) > 0 && Number(pid) < 2 ** 31;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? '', boot: bootId() };
}

/**
 * Whether exactly this process still runs. A zombie (killed, but not yet waited for by its parent) does not. If
 * unknown, it counts as running: taking the lock of a running process is worse than asking a person.
 */
export function isRunning(identity: ProcessIdentity): boolean {
  if (identity.boot !== bootId() || !exists(identity.pid)) return false;
  const start = startOf(identity.pid);
  return start === undefined || identity.start === '' || start === identity.start;
}

/** This process, as part of a file name: its pid and a hash of its identity. */
export function processMark(): string {
  return markOf(thisProcess());
}

/**
 * Whether the process of a mark still runs; undefined if it is not a mark. If unknown, it counts as running, as above.
 */
export function isMarkRunning(mark: string): boolean | undefined {
  const pid = Number(MARK.exec(mark)?.[1]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (!exists(pid)) return false;
  const start = startOf(pid);
  return (
    start === undefined ||
    mark === markOf({ pid, start: '', boot: bootId() }) ||
    mark === markOf({ pid, start, boot: bootId() })
  );
}

const MARK = /^(\d{1,10})-[0-9a-f]{8}$/;

function markOf({ pid, start, boot }: ProcessIdentity): string {
  const rest = createHash('sha256').update(`${boot}\n${start}`).digest('hex').slice(0, 8);
  return `${pid}-${rest}`;
}

function exists(pid: number): boolean {
  if (!isPossiblePid(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Undefined if it cannot be seen, as under `mount -o hidepid`. `dead` never equals the start of a running process. */
function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxStart(pid) : portableStart(pid);
}

/**
 * Fields 3 (state) and 22 (start) of proc_pid_stat(5), counted after the program's name, which may contain spaces and
 * parentheses.
 */
function linuxStart(pid: number): string | undefined {
  const stat = contentOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : fields[19];
}

function portableStart(pid: number): string | undefined {
  try {
    const options = { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } } as const;
    const [state = '', ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options)
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? 'dead' : start.join(' ');
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

function bootId(): string {
  boot ??= contentOf('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return boot;
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
