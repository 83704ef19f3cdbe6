import type { Action } from '../../../model/action.ts';
import type { BackgroundProcess } from '../../../model/box.ts';
import type { Failure } from '../../../model/outcome.ts';
import type { ShellState } from '../../../model/shell.ts';
import type { StepOutput } from '../output.ts';
import type { Pass } from '../pass.ts';

/** What went wrong with one fence; the step adds the rest of the failure. */
export type FenceFailure = Pick<Failure, 'kind' | 'message' | 'remedy' | 'place'> & { exitCode?: number };

/** A fence that was carried out, or why it was not. */
export type Performed =
  | { readonly ok: true; readonly state: ShellState; readonly background?: BackgroundProcess }
  | { readonly ok: false; readonly failure: FenceFailure };

/** What performing a fence needs in addition to the fence. */
export interface Performing {
  readonly pass: Pass;
  /** The step that it is done for: of a Fix, the step that needed it. */
  readonly step: string;
  readonly state: ShellState;
  readonly output: StepOutput;
  readonly signal: AbortSignal;
  /** Where a background fence's output goes. */
  readonly log: string;
  /** What a background fence left running in an earlier pass: stopped before a new start. */
  readonly previous?: readonly BackgroundProcess[];
}

/** A fence that could not be carried out. */
export function notPerformed(action: Action, kind: string, message: string, remedy: string): Performed {
  return { ok: false, failure: { kind, message, remedy, place: action.place } };
}
