import type { Place, Span } from './place.ts';

/** What every fence that acts has in common. Attributes are as written; the typed fields are read from them. */
export interface ActionBase {
  /** The fence's own name attribute, if any. */
  readonly name?: string;
  /** Where the fence belongs. */
  readonly part: 'run' | 'fix' | 'verify' | 'undo' | 'when';
  /** Fence text: LF line ends, exactly one final newline (empty stays empty). */
  readonly text: string;
  /** First word of the info string, lower-cased. */
  readonly language: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The working directory asked for, `${NAME}` not yet replaced. A fence's own cwd does not carry. */
  readonly cwd?: string;
  /** Run as this user through `sudo -n`. */
  readonly user?: string;
  /** Milliseconds; default 30 minutes. */
  readonly timeoutMs: number;
  /** `{"always":"true"}`: runs in every pass, counts as no action, re-runs no dependent. */
  readonly always: boolean;
  /** The whole fence in the document, marks included. */
  readonly span: Span;
  /** Of the opening mark; `textPlace` is that of its first line of text. */
  readonly place: Place;
  readonly textPlace: Place;
}

/** Code for bash, sh, zsh, or any interpreter named by `{"interpreter":"python3"}`. */
export interface ShellAction extends ActionBase {
  readonly kind: 'shell';
  /** argv of the interpreter, such as `["bash"]`, `["python3"]`. bash runs as `bash -e -o pipefail`, sh and zsh as `-e`. */
  readonly interpreter: readonly string[];
  /** bash, sh, zsh: exported variables and directory carry to the next fence. */
  readonly carries: boolean;
  readonly interactive: boolean;
  /** `keep`: outlives the pass in its own session. `pass`: ended with the pass. */
  readonly background: 'no' | 'keep' | 'pass';
}

/** Writes a file atomically, only when content, mode or owner differ. */
export interface FileAction extends ActionBase {
  readonly kind: 'file';
  /** `${NAME}` not yet replaced; a relative path starts at the document's folder. */
  readonly path: string;
  /** Permission bits. Undefined: 0644, or 0600 where a secret is in the text. */
  readonly mode?: number;
  /** `user`, `user:group` or `:group`. */
  readonly owner?: string;
}

/** Server-side apply of every document in the fence, or in the vendored file named by `from`. */
export interface ApplyAction extends ActionBase {
  readonly kind: 'apply';
  readonly from?: string;
  /** Hash of that file's content as it was read with the document; absent: it is not there. */
  readonly vendored?: string;
  readonly namespace?: string;
}

/** A docker-registry Secret from `server`, `username`, `password`. */
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
