import { EXIT, type ExitCode, type RunbookError, runbookError } from '../model/diagnostic.ts';

/** An error about a box. */
export function boxError(
  code: string,
  message: string,
  remedy: string,
  { exit = EXIT.person, cause }: { exit?: ExitCode; cause?: string } = {},
): RunbookError {
  return runbookError({ code, message, remedy, ...(cause === undefined ? {} : { cause }) }, exit);
}
