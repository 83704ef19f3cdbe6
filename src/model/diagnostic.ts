import type { Place } from './place.ts';

/**
 * One error or warning about a document, an input or the environment. Both front ends report errors only in this
 * shape. (In a runbook, a `Problem` is an obstacle with Symptom and Fix; a Diagnostic is what a compiler reports.)
 */
export interface Diagnostic {
  /** Permanent and kebab-case, such as `duplicate-id`. Scripts may depend on it. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** What is wrong and why, one sentence. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
  readonly place?: Place;
  /** The underlying error's text, where there is one. */
  readonly cause?: string;
}

/**
 * Ends an operation. `exit` is the process exit code for the front end; the diagnostics say what went wrong.
 */
export class RunbookError extends Error {
  override readonly name = 'RunbookError';
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    readonly exit: ExitCode,
  ) {
    super(diagnostics.map((each) => each.message).join('\n'));
  }
}

/** An error with one diagnostic: what must hold, what was found, what to do. */
export function runbookError(diagnostic: Omit<Diagnostic, 'severity'>, exit: ExitCode): RunbookError {
  return new RunbookError([{ ...diagnostic, severity: 'error' }], exit);
}

/** An error in the use of the command line, or of a tool. */
export function usageError(code: string, message: string, remedy: string): RunbookError {
  return runbookError({ code, message, remedy }, EXIT.usage);
}

/** Exit codes of the command. 64 and 65 follow BSD sysexits(3). */
export const EXIT = {
  /** Everything requested is done. */
  done: 0,
  /** A step failed. For parity and drift: a box could not be measured. */
  failed: 1,
  /** verify, facts, parity, drift: differences were found. */
  different: 2,
  /** A person is needed: approval, a secret, an unknown verdict, a held lock, an unwritable folder. */
  person: 3,
  /** Wrong use of the command line. */
  usage: 64,
  /** The document is not a valid runbook. */
  document: 65,
  /** A defect in runbook itself. */
  internal: 70,
  /** Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** SIGTERM (128 + 15). */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
