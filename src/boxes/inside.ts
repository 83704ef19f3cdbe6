import { runOnTerminal } from '../program/joined-programs.ts';
import { type ProgramEnd, type RunOptions, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';
import type { LaunchedBox } from './find-box.ts';
import LOGS from './scripts/read-logs.sh';

/** Runs one of our own scripts with `sh` in a box. Values are passed as arguments or input, never inside the script. */
export function inside(
  box: LaunchedBox,
  script: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<ProgramEnd> {
  const flags = options.input === undefined ? [] : ['--interactive'];
  return runProgram(
    [box.engine, 'exec', ...flags, box.container, 'sh', '-c', script, 'sh', ...args],
    options,
  );
}

/** @throws RunbookError 3 if the box is not running */
export function requireRunning(box: LaunchedBox): void {
  if (box.status === 'running') return;
  throw boxError(
    'box-not-running',
    `${box.name} is not running.`,
    `Start it with: runbook box restart ${box.name}`,
  );
}

/** The best available shell, as a login shell. */
const SHELL = 'cd; command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l';

/**
 * Connects this process's terminal, or its streams without a terminal, to a shell in a box; with a command, runs that
 * instead. Returns the exit code.
 */
export function openShell(box: LaunchedBox, command: readonly string[], terminal: boolean): Promise<number> {
  const flags = ['--interactive', ...(terminal ? ['--tty'] : [])];
  const program = command.length > 0 ? command : ['sh', '-c', SHELL];
  const terminalType = ['--env', `TERM=${process.env.TERM ?? 'xterm'}`];
  return runOnTerminal([box.engine, 'exec', ...flags, ...terminalType, box.container, ...program]);
}

/** Unmasked text of a box's logs; mask it before showing it. @throws RunbookError 64 for a file that cannot be read */
export async function readLogs(
  box: LaunchedBox,
  { lines, file = '' }: { lines: number; file?: string },
): Promise<string> {
  const result = await inside(box, LOGS, [String(lines), file]);
  if (result.code === 0) return result.stdout;
  throw boxError(
    'no-log',
    `${box.name}: ${result.stderr.trim()}.`,
    'Use the path of a readable file in the box.',
  );
}
