/** The result of `runbook telemetry send`. */
export interface TelemetryReport {
  readonly file: string;
  /** Absent if no pass was sent. */
  readonly pass?: string;
  readonly spans: number;
  readonly logs: number;
  /** Why something did not arrive. */
  readonly failures: readonly string[];
}
