import type { Approved } from './approved.ts';

/** What carries over from one shell fence to the next: exactly the exported variables and the directory. */
export interface ShellState {
  /** Changes relative to the box's baseline; null means unset. */
  readonly variables: ReadonlyMap<string, string | null>;
  /** Absolute. Undefined: the baseline's directory. */
  readonly cwd?: string;
}

/** No changes. */
export const EMPTY_STATE: ShellState = { variables: new Map() };

/** A text and what interprets it. */
export interface InterpretedText {
  /** argv of the interpreter. `["bash"]`, `["sh"]`, `["zsh"]` get strict flags and carry state. */
  readonly interpreter: readonly string[];
  readonly text: string;
}

/** One fence to run. */
export interface ShellRequest {
  readonly code: Approved<InterpretedText>;
  /** State that the fence starts from. */
  readonly state: ShellState;
  /** The fence's own directory; it does not carry over. */
  readonly cwd?: string;
  readonly user?: string;
  readonly timeoutMs: number;
  /** Whether to capture the state after the fence. Not for shell checks. */
  readonly capture: boolean;
  /** Called with raw output; stdout and stderr are interleaved. */
  readonly onOutput?: (chunk: Buffer) => void;
  readonly signal?: AbortSignal;
}

/** How a fence ended. A failed fence is a result, not an exception. */
export interface ShellResult {
  readonly end: /** `line`: of the fence's text, counted from 1, where bash stopped at a failed command. */
    | { readonly kind: 'exit'; readonly code: number; readonly line?: number }
    | { readonly kind: 'timeout'; readonly afterMs: number }
    | { readonly kind: 'aborted' }
    | { readonly kind: 'unstartable'; readonly reason: string }
    /** The connection to the box was lost, so the result of the fence is unknown. */
    | { readonly kind: 'disconnected'; readonly reason: string };
  /** Changes relative to the baseline after the fence; only if captured. */
  readonly state?: ShellState;
  readonly durationMs: number;
}
