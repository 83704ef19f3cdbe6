/** The faults that can be injected into a box. */
export const FAULTS = ['kill-step', 'kill-box', 'drop-network', 'fill-disk', 'restart'] as const;

export type Fault = (typeof FAULTS)[number];

/** One injected fault and its result. */
export interface FaultResult {
  readonly fault: Fault;
  /** The step that was starting when the fault was injected. */
  readonly step: string;
  /**
   * `survived`: the pass did not notice. `recovered`: the pass failed, and the same command completed it. `lost`: it
   * could not be completed. `skipped`: this fault cannot be injected into this box.
   */
  readonly outcome: 'survived' | 'recovered' | 'lost' | 'skipped';
  /** How the pass with the fault ended. */
  readonly hurt?: string;
  /** Passes after the one with the fault until every check passed. */
  readonly passes: number;
  /** Milliseconds from the fault to the end of the pass in which every check passed. */
  readonly recoveredMs?: number;
  /** Milliseconds of these during which the fault itself lasted. */
  readonly faultMs?: number;
  /** Confirmed steps that ran again although none of their checks had failed. Must be empty. */
  readonly repeated: readonly string[];
  readonly message: string;
}

/** The result of `runbook chaos`. */
export interface ChaosReport {
  readonly file: string;
  /** The named box; undefined if each fault gets a new box. */
  readonly box?: string;
  /** The same seed injects the same faults at the same steps. */
  readonly seed: number;
  readonly faults: readonly FaultResult[];
}
