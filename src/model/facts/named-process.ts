/** A process that a message names by its pid, as it was after the failure. */
export interface NamedProcess {
  readonly pid: number;
  /** Its program. Absent: no process has this pid. */
  readonly name?: string;
}
