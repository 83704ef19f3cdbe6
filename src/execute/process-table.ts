import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A row of the process table. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Dead, but not yet waited for by its parent. */
  readonly zombie: boolean;
  /** Clock ticks since boot on Linux, a date on other systems. Distinguishes a reused pid from the same process. */
  readonly start: string;
}

/** Every process that this one can see. */
export function processTable(): ProcessRow[] {
  if (process.platform !== 'linux') return portableTable();
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processRow(Number(name)) ?? []) : []));
}

/** One process; undefined if the pid does not exist. */
export function processRow(pid: number): ProcessRow | undefined {
  if (process.platform !== 'linux') return portableTable(pid)[0];
  try {
    return linuxRow(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Fields of proc_pid_stat(5), counted after the program's name, which may contain spaces and parentheses. */
function linuxRow(pid: number, stat: string): ProcessRow {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent = '', group = '', session = ''] = fields;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    zombie: state === 'Z' || state === 'X',
    start: fields[19] ?? '',
  };
}

/** POSIX ps(1) does not print the session, so the process group is used instead. */
function portableTable(pid?: number): ProcessRow[] {
  const which = pid === undefined ? ['-A'] : ['-p', String(pid)];
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const fields = ['pid=', 'ppid=', 'pgid=', 'stat=', 'lstart='].flatMap((each) => ['-o', each]);
    const text = execFileSync('ps', [...which, ...fields], { encoding: 'utf8', env });
    return text.split('\n').flatMap((line) => {
      const [id = '', parent, group, state = '', ...start] = line.trim().split(/\s+/);
      if (id === '') return [];
      const zombie = state.startsWith('Z');
      return [
        {
          pid: Number(id),
          parent: Number(parent),
          group: Number(group),
          session: Number(group),
          zombie,
          start: start.join(' '),
        },
      ];
    });
  } catch {
    return [];
  }
}
