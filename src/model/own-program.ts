/** A program that the engine runs for itself, to read or to write; not part of the document. */
export interface Program {
  /** What to run: an argument list, or the text of a POSIX shell script. */
  readonly run: readonly string[] | string;
  /** Its standard input; empty by default. */
  readonly input?: Buffer | string;
  /** In milliseconds; default 60 seconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * A program whose text is in the engine's source: it needs no approval. The class is nominal, as `Approved` is, and only
 * the files that hold such programs may make one (.dependency-cruiser.cjs). Words of a document may only be arguments.
 */
export class OwnProgram {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  static make(program: Program): OwnProgram {
    return new OwnProgram(program);
  }

  get program(): Program {
    return this.#program;
  }
}
