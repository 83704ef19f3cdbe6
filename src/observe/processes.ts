import { basename } from 'node:path';
import { localMachine } from './local-machine.ts';
import { type Machine, readText } from './machine.ts';
import { processIds, seesEveryProcess } from './proc.ts';

/** A running process. Zombies are excluded. */
export interface RunningProcess {
  readonly pid: number;
  readonly ppid: number;
  /** Start time in the system's own unit. Together with the pid it identifies a process, because pids are reused. */
  readonly start: string;
  readonly uid?: number;
  /** Name as the kernel stores it; Linux truncates it to 15 bytes. */
  readonly comm: string;
  /** As given; may contain secrets. Empty for kernel threads and if it cannot be read. */
  readonly argv: readonly string[];
  /** Resident memory. */
  readonly residentBytes?: number;
}

/** The processes of the box, and why some may be missing. */
export interface Processes {
  readonly processes: readonly RunningProcess[];
  readonly unavailable?: string;
}

/** Every running process that this user can see, by ascending pid. */
export async function processes(machine: Machine = localMachine): Promise<Processes> {
  if (!machine.hasProc) return processesByPs(machine);
  const found = processIds(machine).flatMap((pid) => readProcess(pid, machine) ?? []);
  if (seesEveryProcess(machine)) return { processes: found };
  return {
    processes: found,
    unavailable: "other users' processes are hidden (/proc is mounted with hidepid)",
  };
}

/** One process; undefined if it does not exist or is a zombie. Linux only. */
export function readProcess(pid: number, machine: Machine = localMachine): RunningProcess | undefined {
  const stat = parseStat(readText(machine, `/proc/${pid}/stat`));
  if (!stat || 'ZX'.includes(stat.state)) return undefined;
  const argv = readText(machine, `/proc/${pid}/cmdline`) ?? '';
  const status = machine.status(`/proc/${pid}`);
  return {
    pid,
    ppid: stat.ppid,
    start: stat.start,
    comm: stat.comm,
    argv: argv === '' ? [] : argv.replace(/\0$/, '').split('\0'),
    residentBytes: stat.residentPages * pageBytes(machine),
    ...(status.kind === 'read' && { uid: status.value.uid }),
  };
}

/** When a process started, in milliseconds since the epoch, to the second. Linux only. */
export function processStartMs(pid: number, machine: Machine = localMachine): number | undefined {
  const running = readProcess(pid, machine);
  const bootSeconds = /^btime (\d+)/m.exec(readText(machine, '/proc/stat') ?? '')?.[1];
  if (!running || bootSeconds === undefined) return undefined;
  // Linux reports a hundred ticks per second to user programs on every architecture (USER_HZ, time(7)).
  return Number(bootSeconds) * 1000 + Number(running.start) * 10;
}

/**
 * The names by which people know a process: the kernel's name, the program's, and for an interpreter the script or
 * module that it runs.
 */
export function processNames({ comm, argv }: Pick<RunningProcess, 'comm' | 'argv'>): string[] {
  const program = basename(argv[0] ?? '').replace(/^-/, '');
  const script = INTERPRETER.test(program) ? scriptOf(argv) : undefined;
  return [...new Set([kernelName(comm), program, script ?? ''])].filter((name) => name !== '');
}

/** Since version 23, Node reports the name of its main thread to the kernel instead of its own. */
const kernelName = (comm: string): string => (comm === 'MainThread' ? 'node' : comm);

/** The best single name for a report: the kernel's, or the program's full name if the kernel truncated it. */
export function displayName(process: Pick<RunningProcess, 'comm' | 'argv'>): string {
  const comm = kernelName(process.comm);
  const whole =
    comm.length === 15 && processNames(process).find((name) => name !== comm && name.startsWith(comm));
  return whole || comm;
}

/** The systemd service of a process, without `.service`; undefined if it has none. */
export function unitOf(pid: number, machine: Machine): string | undefined {
  const services = readText(machine, `/proc/${pid}/cgroup`)?.matchAll(/\/([^/\n]+)\.service(?=[/\n]|$)/g);
  // A user's service is nested below user@1000.service: use the innermost.
  return services && [...services].at(-1)?.[1];
}

const pageSizes = new WeakMap<Machine, number>();

/** The page size in which the kernel counts memory, from the auxiliary vector (getauxval(3), AT_PAGESZ). */
function pageBytes(machine: Machine): number {
  const known = pageSizes.get(machine);
  if (known !== undefined) return known;
  const vector = machine.read('/proc/self/auxv');
  const whole = vector.kind === 'read' && vector.value.length % 8 === 0;
  const words = whole ? new BigUint64Array(new Uint8Array(vector.value).buffer) : [];
  const at = words.findIndex((word, index) => index % 2 === 0 && word === 6n);
  const size = at >= 0 ? Number(words[at + 1]) : 4096;
  pageSizes.set(machine, size);
  return size;
}

const INTERPRETER = /^(?:python|pypy|node|nodejs|ruby|perl|php|bash|dash|sh|zsh|deno|bun)[\d.]*$/;

function scriptOf(argv: readonly string[]): string | undefined {
  for (const [index, word] of argv.slice(1).entries()) {
    if (word === '-m') return argv[index + 2];
    if (/^-[a-z]*[ce]$/.test(word)) return undefined;
    if (!word.startsWith('-')) return basename(word);
  }
  return undefined;
}

/** Fields of /proc/PID/stat (proc(5)): comm is in parentheses and may contain any character, even `) `. */
function parseStat(text: string | undefined) {
  if (text === undefined) return undefined;
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const [state, ppid, start, residentPages] = [fields[0], fields[1], fields[19], fields[21]];
  if (state === undefined || start === undefined) return undefined;
  const comm = text.slice(text.indexOf('(') + 1, close);
  return { comm, state, ppid: Number(ppid), start, residentPages: Number(residentPages) };
}

async function processesByPs(machine: Machine): Promise<Processes> {
  const answer = await machine.tool('ps', ['-axo', 'pid=,ppid=,uid=,rss=,state=,lstart=,command=']);
  if (answer.kind !== 'exit') return { processes: [], unavailable: 'this box has no /proc, and ps failed' };
  return { processes: answer.stdout.split('\n').flatMap((line) => parsePsLine(line) ?? []) };
}

function parsePsLine(line: string): RunningProcess | undefined {
  // lstart is five words: `Sat Nov 21 01:17:23 2026`.
  const parts = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(
    line,
  );
  if (!parts || parts[5]!.startsWith('Z')) return undefined;
  const argv = parts[7]!.split(' ');
  return {
    pid: Number(parts[1]),
    ppid: Number(parts[2]),
    uid: Number(parts[3]),
    residentBytes: Number(parts[4]) * 1024,
    start: parts[6]!,
    comm: basename(argv[0] ?? ''),
    argv,
  };
}
