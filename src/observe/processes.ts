import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fromProc, HAS_PROC, processIds, procText, seesEveryProcess } from './proc.ts';
import { askTool } from './tool.ts';

/** A running process. Zombies are not running and are left out. */
export interface RunningProcess {
  readonly pid: number;
  readonly ppid: number;
  /** Start time in the system's own unit; with the pid it names one process, as pids are used again. */
  readonly start: string;
  readonly uid?: number;
  /** Its name as the kernel has it; Linux cuts it to 15 bytes. */
  readonly comm: string;
  /** As given; may hold secrets. Empty for kernel threads and where it may not be read. */
  readonly argv: readonly string[];
  /** Resident memory. */
  readonly residentBytes?: number;
}

/** The processes of the box, and why some may be absent. */
export interface Processes {
  readonly processes: readonly RunningProcess[];
  readonly unavailable?: string;
}

/** Every running process that this user may see, by ascending pid. */
export async function processes(): Promise<Processes> {
  if (!HAS_PROC) return processesByPs();
  const found = processIds().flatMap((pid) => readProcess(pid) ?? []);
  if (seesEveryProcess()) return { processes: found };
  return {
    processes: found,
    unavailable: "other users' processes are hidden (/proc is mounted with hidepid)",
  };
}

/** One process, or undefined when there is none with that pid, or it is a zombie. Linux only. */
export function readProcess(pid: number): RunningProcess | undefined {
  const stat = parseStat(procText(`/proc/${pid}/stat`));
  if (!stat || 'ZX'.includes(stat.state)) return undefined;
  const argv = procText(`/proc/${pid}/cmdline`) ?? '';
  const status = fromProc(() => statSync(`/proc/${pid}`));
  return {
    pid,
    ppid: stat.ppid,
    start: stat.start,
    comm: stat.comm,
    argv: argv === '' ? [] : argv.replace(/\0$/, '').split('\0'),
    residentBytes: stat.residentPages * PAGE_BYTES,
    ...(status.kind === 'read' && { uid: status.value.uid }),
  };
}

/**
 * The names by which people know a process: as the kernel has it, the program called, and for an interpreter the
 * script or module that it runs.
 */
export function processNames({ comm, argv }: Pick<RunningProcess, 'comm' | 'argv'>): string[] {
  const program = basename(argv[0] ?? '').replace(/^-/, '');
  const script = INTERPRETER.test(program) ? scriptOf(argv) : undefined;
  return [...new Set([comm, program, script ?? ''])].filter((name) => name !== '');
}

/** The best single name for a report: the kernel's, unless that is a cut-off form of the program's. */
export function displayName(process: Pick<RunningProcess, 'comm' | 'argv'>): string {
  const whole = processNames(process).find((name) => name.length > 15 && name.startsWith(process.comm));
  return whole ?? process.comm;
}

/** The systemd service that a process belongs to, without `.service`; undefined outside one. */
export function unitOf(pid: number): string | undefined {
  const services = procText(`/proc/${pid}/cgroup`)?.matchAll(/\/([^/\n]+)\.service(?=[/\n]|$)/g);
  // A user's service sits below user@1000.service: the innermost is meant.
  return services && [...services].at(-1)?.[1];
}

/** In most systems 4 KiB; the few kernels with larger pages show smaller figures here. */
const PAGE_BYTES = 4096;

const INTERPRETER = /^(?:python|pypy|node|nodejs|ruby|perl|php|bash|dash|sh|zsh|deno|bun)[\d.]*$/;

function scriptOf(argv: readonly string[]): string | undefined {
  for (const [index, word] of argv.slice(1).entries()) {
    if (word === '-m') return argv[index + 2];
    if (/^-[a-z]*[ce]$/.test(word)) return undefined;
    if (!word.startsWith('-')) return basename(word);
  }
  return undefined;
}

/** Fields of /proc/PID/stat by proc(5): comm stands in parentheses and may hold any character, even `) `. */
function parseStat(text: string | undefined) {
  if (text === undefined) return undefined;
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const [state, ppid, start, residentPages] = [fields[0], fields[1], fields[19], fields[21]];
  if (state === undefined || start === undefined) return undefined;
  const comm = text.slice(text.indexOf('(') + 1, close);
  return { comm, state, ppid: Number(ppid), start, residentPages: Number(residentPages) };
}

async function processesByPs(): Promise<Processes> {
  const answer = await askTool('ps', ['-axo', 'pid=,ppid=,uid=,rss=,state=,lstart=,command=']);
  if (answer.kind !== 'exit') return { processes: [], unavailable: 'no /proc here, and ps cannot be asked' };
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

/** The user's name by /etc/passwd, else the number. */
export function userName(uid: number, passwd = readPasswd()): string {
  return passwd.get(uid) ?? String(uid);
}

/** User names by uid, from /etc/passwd. */
export function readPasswd(): ReadonlyMap<number, string> {
  const text = fromProc(() => readFileSync('/etc/passwd', 'utf8'));
  const lines = text.kind === 'read' ? text.value.split('\n').map((line) => line.split(':')) : [];
  return new Map(lines.filter((fields) => fields.length > 2).map(([name, , uid]) => [Number(uid), name!]));
}
