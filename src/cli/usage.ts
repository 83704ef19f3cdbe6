import { EXIT, RunbookError } from '../model/diagnostic.ts';

/** A wrong use of the command line, as the one shape of all trouble. */
export function usage(code: string, message: string, remedy: string): RunbookError {
  return new RunbookError([{ code, severity: 'error', message, remedy }], EXIT.usage);
}
