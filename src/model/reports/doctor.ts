/** One thing that this machine can do, or cannot. */
export interface DoctorCheck {
  readonly name: string;
  /** `ok`; `missing`: only what it is for does not work; `broken`: runbook itself does not work. */
  readonly verdict: 'ok' | 'missing' | 'broken';
  /** What was found. */
  readonly found: string;
  /** What it is for. */
  readonly for: string;
  /** How to fix it; empty if it is ok. */
  readonly remedy: string;
}

/** The result of `runbook doctor`. */
export interface DoctorReport {
  readonly checks: readonly DoctorCheck[];
  readonly summary: Readonly<Record<DoctorCheck['verdict'], number>>;
}
