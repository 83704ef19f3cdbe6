import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ProcessRow, processTable } from './process-table.ts';

/** The variable that marks every program of one fence. It is not carried from step to step. */
export const FENCE_MARK = 'RUNBOOK_FENCE';

/** Distinguishes the fences of this process from those of others. */
const ENGINE = randomBytes(6).toString('hex');

/** The mark of the fence of a frame. */
export function fenceMark(frame: number): string {
  return `${ENGINE}-${frame}`;
}

/**
 * The process groups of everything that a fence started, also of programs that left its group and session (setsid, daemons):
 * descendants of `roots`, and processes whose environment holds the fence's mark. The environment is that of the last exec,
 * and another user's cannot be read: a program that clears its environment and leaves its parent is not found.
 */
export function groupsOfFence(frame: number, roots: readonly number[]): number[] {
  const table = processTable();
  const found = new Set(descendants(table, roots).map(({ group }) => group));
  const mark = `${FENCE_MARK}=${fenceMark(frame)}\0`;
  for (const { pid, group } of table) if (environmentOf(pid).includes(mark)) found.add(group);
  found.delete(ownGroup(table));
  return [...found].filter((group) => group > 1);
}

function descendants(table: readonly ProcessRow[], roots: readonly number[]): ProcessRow[] {
  const reached = new Set(roots);
  const found: ProcessRow[] = [];
  for (let before = -1; before !== found.length; ) {
    before = found.length;
    for (const row of table) {
      if (reached.has(row.pid) || !reached.has(row.parent)) continue;
      reached.add(row.pid);
      found.push(row);
    }
  }
  return found;
}

function ownGroup(table: readonly ProcessRow[]): number {
  return table.find(({ pid }) => pid === process.pid)?.group ?? 0;
}

/** Empty where it cannot be read: the process is another user's, or it has ended, or this is not Linux. */
function environmentOf(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`;
  } catch {
    return '';
  }
}
