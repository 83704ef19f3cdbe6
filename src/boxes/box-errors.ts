import { EXIT, type ExitCode, RunbookError } from '../model/diagnostic.ts';

/** Trouble with a box, as the one shape of all trouble. */
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
