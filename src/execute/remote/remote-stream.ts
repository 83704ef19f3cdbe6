import { shellQuote } from '../../base/shell-quote.ts';
import type { ProgramResult } from '../../model/box.ts';
import type { Program } from '../../model/own-program.ts';
import { keepOutput, TOO_MUCH_OUTPUT } from '../../program/kept-output.ts';
import { PROGRAM_CODE } from '../../program/run-program.ts';
import { watchDeadline } from '../deadline.ts';
import type { BoxLink } from './link.ts';
import { programText } from './remote-program.ts';
import { BOOT } from './session-script.ts';

/**
 * Runs a program in its own session, with the session's input as its input, for data that a shell cannot hold. The
 * program's text is sent as one line before the input, so it appears in no argument list.
 */
export function runApart(
  link: BoxLink,
  { run, input, timeoutMs = 60_000, signal }: Program,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = link.start(BOOT);
    let stopCode: number | undefined;
    const stop = (code: number) => {
      stopCode ??= code;
      child.kill('SIGKILL');
    };
    const { stdout, stderr } = keepOutput(child, () => stop(PROGRAM_CODE.tooMuch));
    const unwatch = watchDeadline({ timeoutMs, ...(signal ? { signal } : {}) }, (why) =>
      stop(why.kind === 'timeout' ? PROGRAM_CODE.timedOut : 130),
    );
    const finish = (code: number, said = '') => {
      unwatch();
      resolve({
        code: stopCode ?? code,
        stdout: stdout.take(),
        stderr: stopCode === PROGRAM_CODE.tooMuch ? TOO_MUCH_OUTPUT : stderr.take().toString() + said,
      });
    };
    child.stdin!.on('error', () => {});
    child.stdin!.write(`${onOneLine(programText(run))}\n`);
    child.stdin!.end(input ?? '');
    child.once('error', (error) => finish(PROGRAM_CODE.missing, error.message));
    child.once('close', (code) => finish(code ?? PROGRAM_CODE.lost));
  });
}

/** Shell text that evaluates to the given text and contains no newline. */
export function onOneLine(text: string): string {
  if (!text.includes('\n')) return text;
  const lines = text.split('\n').map(shellQuote);
  return `rb_n=$(printf "\\nx"); rb_n=\${rb_n%x}; eval ${lines.join('"$rb_n"')}`;
}
