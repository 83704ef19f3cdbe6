/** Lines that a program wrote into a log file during a step. Masked. */
export interface NewLines {
  /** As a reader finds it: relative below the working folder, else absolute. */
  readonly path: string;
  /** Number of the first line in its file, from 1. Absent: the file is too long to count. */
  readonly first?: number;
  readonly lines: readonly string[];
}
