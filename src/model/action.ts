import type { Place, Span } from './place.ts';

/** Fields that every fence with an action has. Attributes are as written; the typed fields are parsed from them. */
export interface ActionBase {
  /** The fence's own name attribute, if any. */
  readonly name?: string;
  /** The part of the document that the fence belongs to. */
  readonly part: 'run' | 'fix' | 'verify' | 'undo' | 'when';
  /** Fence text with LF line ends and exactly one final newline; empty stays empty. */
  readonly text: string;
  /** First word of the info string in lower case. */
  readonly language: string;
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * The requested working directory, with `${NAME}` not yet replaced. A fence's own cwd does not carry over to the
   * next fence.
   */
  readonly cwd?: string;
  /** Run as this user through `sudo -n`. */
  readonly user?: string;
  /** In milliseconds; default 30 minutes. */
  readonly timeoutMs: number;
  /**
   * `{"always":"true"}`: runs in every pass, is not counted as an action, and does not cause dependents to run again.
   */
  readonly always: boolean;
  /** The whole fence in the document, including its markers. */
  readonly span: Span;
  /** Place of the opening marker; `textPlace` is the place of its first line of text. */
  readonly place: Place;
  readonly textPlace: Place;
  /** Of a fence with prompts: for each line of `text`, its line in the fence, counted from 1. */
  readonly lines?: readonly number[];
}

/** Code for bash, sh, zsh, or any interpreter named by `{"interpreter":"python3"}`. */
export interface ShellAction extends ActionBase {
  readonly kind: 'shell';
  /** argv of the interpreter, such as `["bash"]`, `["python3"]`. bash runs as `bash -e -o pipefail`, sh and zsh as `-e`. */
  readonly interpreter: readonly string[];
  /** bash, sh, zsh: exported variables and the directory carry over to the next fence. */
  readonly carries: boolean;
  readonly interactive: boolean;
  /** `keep`: outlives the pass in its own session. `pass`: stopped at the end of the pass. */
  readonly background: 'no' | 'keep' | 'pass';
}

/** Writes a file atomically, but only if content, mode or owner differ. */
export interface FileAction extends ActionBase {
  readonly kind: 'file';
  /** `${NAME}` is not yet replaced. A relative path starts at the document's folder. */
  readonly path: string;
  /** Permission bits. Undefined: 0644, or 0600 if the text contains a secret. */
  readonly mode?: number;
  /** `user`, `user:group` or `:group`. */
  readonly owner?: string;
}

/** Server-side apply of every document in the fence, or in the vendored file that `from` names. */
export interface ApplyAction extends ActionBase {
  readonly kind: 'apply';
  readonly from?: string;
  /** Hash of that file's content, read together with the document. Absent: the file is missing. */
  readonly vendored?: string;
  readonly namespace?: string;
}

/** A docker-registry Secret built from `server`, `username`, `password`. */
export interface RegistryAction extends ActionBase {
  readonly kind: 'registry';
  readonly secret: string;
  readonly namespace: string;
}

/** A patch of one Kubernetes object. */
export interface PatchAction extends ActionBase {
  readonly kind: 'patch';
  /** `kind/name`. */
  readonly target: string;
  readonly namespace: string;
  readonly type: 'json' | 'merge' | 'strategic';
}

export type Action = ShellAction | FileAction | ApplyAction | RegistryAction | PatchAction;
