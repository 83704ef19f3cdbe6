import type { Diagnostic } from '../diagnostic.ts';
import type { BoxOutcome, FleetSummary, PassSummary, StepOutcome } from '../outcome.ts';

/** The result of one box. To keep a fleet's report small, checks of successful steps are omitted. */
export interface BoxResult {
  readonly target: string;
  /** The box as `--on` accepts it. */
  readonly on: string;
  readonly outcome: BoxOutcome;
  readonly ms: number;
  /** Summary of its pass, if one started. */
  readonly summary?: PassSummary;
  readonly steps: readonly { readonly id: string; readonly title: string; readonly outcome: StepOutcome }[];
  /** Why no pass started, or why it was aborted. */
  readonly diagnostics: readonly Diagnostic[];
  /** One line: what ran, what failed, or why it could not start. */
  readonly message: string;
}

/** The result of `runbook replay --fleet`. */
export interface FleetReport {
  readonly file: string;
  readonly name: string;
  /** Path of the inventory. */
  readonly fleet: string;
  readonly boxes: readonly BoxResult[];
  readonly summary: FleetSummary;
  /** The next command to run; empty when done. */
  readonly next: string;
}
