import type { Place } from './place.ts';

/**
 * One thing wrong with a document, an input or the surroundings: the only shape in which both front ends report trouble.
 * (`Problem` is the runbook's word for an obstacle with Symptom and Fix; this is the compiler's kind.)
 */
export interface Diagnostic {
  /** Permanent and kebab-case, such as `duplicate-id`; scripts may rely on it. */
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
 * Thrown where an operation cannot go on; `exit` is the process exit code that the front end should use. What went wrong is in
 * its diagnostics, for a person or a model, so no stack is taken: it costs an agent's server a sixth of a quick call.
 */
export class RunbookError extends Error {
  override readonly name = 'RunbookError';
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    readonly exit: ExitCode,
  ) {
    const message = diagnostics.map((each) => each.message).join('\n');
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = depth;
  }
}

/** Exit codes of the command. 64 and 65 follow BSD sysexits(3). */
export const EXIT = {
  /** Everything asked for is done. */
  done: 0,
  /** A step failed; parity, drift: a box could not be measured. */
  failed: 1,
  /** verify, facts, parity, drift: there are differences. */
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
