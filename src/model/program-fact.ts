/** What stands behind a program's name: enough to tell a missing file from a missing interpreter. Never its content. */
export interface ProgramFact {
  /** `ev-…`. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** As asked: a name looked up on PATH, or a path. */
  readonly name: string;
  /** The file found; absent: none. */
  readonly path?: string;
  readonly executable?: boolean;
  /** The interpreter that its first line names, as written (a CR at its end included). */
  readonly shebang?: string;
  /** Whether that interpreter is there. */
  readonly interpreterFound?: boolean;
  /** Its first line ends in CR LF, which the kernel takes as part of the interpreter's name. */
  readonly crlf?: boolean;
  /** Machine of an ELF file, as in images: `amd64`, `arm64`, or the number. */
  readonly machine?: string;
}
