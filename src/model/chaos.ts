/** What can be done to a box on purpose. */
export const FAULTS = ['kill-step', 'kill-box', 'drop-network', 'fill-disk', 'restart'] as const;

export type Fault = (typeof FAULTS)[number];

/** One fault, and what came of it. */
export interface FaultResult {
  readonly fault: Fault;
  /** The step at whose beginning it came. */
  readonly step: string;
  /**
   * `survived`: the pass did not notice. `recovered`: it failed, and the same command brought it to its end. `lost`: it
   * did not. `skipped`: this box cannot be hurt this way.
   */
  readonly outcome: 'survived' | 'recovered' | 'lost' | 'skipped';
  /** How the pass ended that was hurt. */
  readonly hurt?: string;
  /** Passes until all was well again, after the hurt one. */
  readonly passes: number;
  /** Milliseconds from the fault to the end of the pass that found every check to pass. */
  readonly recoveredMs?: number;
  /** Milliseconds of these for which the fault itself lasted. */
  readonly faultMs?: number;
  /** Steps that acted again although they were confirmed, and no check of theirs had failed: there must be none. */
  readonly repeated: readonly string[];
  readonly message: string;
}

/** The answer of `runbook chaos`. */
export interface ChaosReport {
  readonly file: string;
  /** The box that was named; undefined: a fresh one for each fault. */
  readonly box?: string;
  /** With which the same faults come at the same steps. */
  readonly seed: number;
  readonly faults: readonly FaultResult[];
}
