/** What carries from one shell fence to the next: exactly the exported variables and the directory. */
export interface ShellState {
  /** Changes against the box's baseline: a value was set or changed, null: it was unset. */
  readonly variables: ReadonlyMap<string, string | null>;
  /** Absolute; undefined: where the baseline starts. */
  readonly cwd?: string;
}

/** Nothing changed yet. */
export const EMPTY_STATE: ShellState = { variables: new Map() };

/** One fence to run. */
export interface ShellRequest {
  /** argv of the interpreter; `["bash"]`, `["sh"]`, `["zsh"]` get strict flags and carry state. */
  readonly interpreter: readonly string[];
  readonly text: string;
  /** State that the fence starts from. */
  readonly state: ShellState;
  /** The fence's own directory; does not carry. */
  readonly cwd?: string;
  readonly user?: string;
  readonly timeoutMs: number;
  /** Whether the state it leaves is wanted (a shell check leaves none). */
  readonly capture: boolean;
  /** Called with raw output, stdout and stderr as they interleave. */
  readonly onOutput?: (chunk: Buffer) => void;
  readonly signal?: AbortSignal;
}

/** How it ended. Never an exception: a failed fence is an outcome. */
export interface ShellResult {
  readonly end:
    | { readonly kind: 'exit'; readonly code: number }
    | { readonly kind: 'timeout'; readonly afterMs: number }
    | { readonly kind: 'aborted' }
    | { readonly kind: 'unstartable'; readonly reason: string }
    /** The connection to the box was lost: what became of the fence is unknown. */
    | { readonly kind: 'disconnected'; readonly reason: string };
  /** Changes against the baseline after the fence (the state given, plus what it changed); only if captured. */
  readonly state?: ShellState;
  readonly durationMs: number;
}
