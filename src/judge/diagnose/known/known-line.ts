import type { Cause } from '../../../model/finding.ts';

/**
 * A line that a program prints when one particular thing is wrong. `{name}` in `says` and `remedy` is replaced by the group
 * of that name in the pattern.
 */
export interface KnownLine {
  /** Stable name, such as `nginx-no-terminator`. */
  readonly id: string;
  /** The program and the version that printed the line, or whose documentation gives it. */
  readonly by: string;
  /** The line, word for word. */
  readonly line: string;
  readonly pattern: RegExp;
  readonly cause: Cause;
  readonly says: string;
  readonly remedy: string;
  /** It only says that something failed, so other words of the program are preferred. */
  readonly weak?: true;
}
