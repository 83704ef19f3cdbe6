import { EXIT, type ExitCode, RunbookError } from '../model/diagnostic.ts';

/** An error about a box. */
export function boxError(
  code: string,
  message: string,
  remedy: string,
  { exit = EXIT.person, cause }: { exit?: ExitCode; cause?: string } = {},
): RunbookError {
  return new RunbookError(
    [{ code, severity: 'error', message, remedy, ...(cause === undefined ? {} : { cause }) }],
    exit,
  );
}
