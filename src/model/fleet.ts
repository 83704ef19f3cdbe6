import type { Diagnostic } from './diagnostic.ts';
import type { BoxOutcome, FleetSummary, PassSummary, StepOutcome } from './outcome.ts';

/** What came of one box. Of steps that went well the checks are left out: a fleet's report stays small. */
export interface BoxResult {
  readonly target: string;
  /** As `--on` takes it. */
  readonly on: string;
  readonly outcome: BoxOutcome;
  readonly ms: number;
  /** Of its pass, where one began. */
  readonly summary?: PassSummary;
  readonly steps: readonly { readonly id: string; readonly title: string; readonly outcome: StepOutcome }[];
  /** Why no pass began, or what broke the one that had. */
  readonly diagnostics: readonly Diagnostic[];
  /** One line: what acted, what failed, why it could not begin. */
  readonly message: string;
}

/** The answer of `runbook replay --fleet`. */
export interface FleetReport {
  readonly file: string;
  readonly name: string;
  /** The inventory. */
  readonly fleet: string;
  readonly boxes: readonly BoxResult[];
  readonly summary: FleetSummary;
  /** How to go on; empty when done. */
  readonly next: string;
}
