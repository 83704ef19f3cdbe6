/**
 * What a program's name resolves to: enough to distinguish a missing file from a missing interpreter. Never its
 * content.
 */
export interface ProgramFact {
  /** `ev-…`. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** As given: a name to look up on PATH, or a path. */
  readonly name: string;
  /** The resolved file. Absent: not found. */
  readonly path?: string;
  readonly executable?: boolean;
  /** The interpreter in its first line as written, including a CR at its end; of an ELF file its loader. */
  readonly shebang?: string;
  /** Whether that interpreter exists. */
  readonly interpreterFound?: boolean;
  /** Its first line ends in CR LF; the kernel reads the CR as part of the interpreter's name. */
  readonly crlf?: boolean;
  /** Machine of an ELF file, as in images: `amd64`, `arm64`, or the number. */
  readonly machine?: string;
}
