import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Program, ProgramResult } from '../model/box.ts';
import { keepOutput, TOO_MUCH_OUTPUT } from './kept-output.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Exit codes as in a shell: 124 from timeout(1), 127 for a missing program, 141 for SIGPIPE. */
export const PROGRAM_CODE = { timedOut: 124, missing: 127, tooMuch: 141, lost: 255 } as const;

/** Runs one of the engine's own programs on this machine, in its own process group. Never throws. */
export function runProgram(
  { run, input, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: Program,
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<ProgramResult> {
  const [program = '', ...args] = typeof run === 'string' ? ['sh', '-c', run] : run;
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    let stopCode: number | undefined;
    const stop = (code: number) => {
      stopCode ??= code;
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    const { stdout, stderr } = keepOutput(child, () => stop(PROGRAM_CODE.tooMuch));
    const deadline = setTimeout(() => stop(PROGRAM_CODE.timedOut), timeoutMs);
    const onAbort = () => stop(130);
    signal?.addEventListener('abort', onAbort);
    const finish = (code: number, said = '') => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
      resolve({
        code: stopCode ?? code,
        stdout: stdout.take(),
        stderr: stopCode === PROGRAM_CODE.tooMuch ? TOO_MUCH_OUTPUT : stderr.take().toString() + said,
      });
    };
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.once('error', (error) => finish(PROGRAM_CODE.missing, error.message));
    child.once('close', (code, ended) => finish(ended ? 128 + constants.signals[ended] : (code ?? 1)));
    if (signal?.aborted) onAbort();
  });
}
