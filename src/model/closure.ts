/**
 * Everything that one call or one pass may run, judge by or resolve. A person sees all of it and approves its hash. Nothing
 * else runs.
 */
export interface Closure {
  readonly place: ClosurePlace;
  /** What it is, in a few words: the document's file, or a step's id. Not bound. */
  readonly what: string;
  readonly parts: readonly ClosurePart[];
  readonly values: readonly ClosureValue[];
  readonly files: readonly ClosureFile[];
}

/** Where it would run: one document on one box. */
export interface ClosurePlace {
  /** The document's real path, and with it the project. */
  readonly document: string;
  /** The box's id, or how a remote box is named. */
  readonly box: string;
  readonly boxName: string;
}

/** A text that runs or judges, with all that decides how. */
export interface ClosurePart {
  /** The step that it belongs to, `''` for the one that is asked about. */
  readonly of: string;
  /** How it runs: `bash`, `Undo, bash {"user":"root"}`, `Verify, check`. */
  readonly how: string;
  readonly text: string;
}

/** A variable, secret, fact or front matter env that fences see. */
export interface ClosureValue {
  readonly name: string;
  readonly kind: 'variable' | 'secret' | 'fact' | 'env';
  /** Where it comes from: `default`, `--input`, `environment`, `.env`, `command`, `missing`, … Not bound. */
  readonly source: string;
  /** Absent for secrets, and while it is not known. */
  readonly value?: string;
  /** Whether the document or the caller holds the value literally. All others are shown to the person's terminal alone. */
  readonly isOpen: boolean;
  /** Keyed hash of the value; `''`: it is not known before a command has run or a person has answered. */
  readonly mark: string;
}

/** A file that a part names and that decides what runs: a script, a makefile, a vendored manifest. */
export interface ClosureFile {
  /** As the part names it, relative to the document's folder where it is below that. */
  readonly path: string;
  /** Of its content; `missing`: the file does not exist, `unreadable`: this user may not read it. */
  readonly sha256: string;
  readonly bytes: number;
  /** It may hold secrets: neither its content nor its hash is shown. */
  readonly isPrivate: boolean;
  /** Its content, where a person can read that in passing; never of a private one. */
  readonly text?: string;
}
