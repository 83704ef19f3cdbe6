import { EXIT, RunbookError } from '../model/diagnostic.ts';

/** An error in the use of the command line, as a diagnostic. */
export function usage(code: string, message: string, remedy: string): RunbookError {
  return new RunbookError([{ code, severity: 'error', message, remedy }], EXIT.usage);
}
