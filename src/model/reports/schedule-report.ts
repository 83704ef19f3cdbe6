/** How a scheduled run ended: all is well, it found differences, it failed, or a person is needed. */
export type ScheduleState = 'ok' | 'different' | 'failed' | 'person';

/** What is remembered of a schedule between its runs. */
export interface ScheduleMemory {
  readonly state: ScheduleState;
  /** Each difference or failure in one line, masked. A message is sent when they change. */
  readonly details: readonly string[];
  /** ISO 8601: the last run, and the first run with this state. */
  readonly at: string;
  readonly since: string;
  readonly ms: number;
}

/** One row of `runbook schedule list`. */
export interface ScheduleRow {
  readonly name: string;
  readonly what: string;
  readonly when: string;
  readonly tell: readonly string[];
  /** Where it is installed: `systemd --user`, `systemd --system`, `cron`. */
  readonly installed: readonly string[];
  readonly last?: ScheduleMemory;
  /** ISO 8601. */
  readonly next?: string;
  /** It is installed and did not run when it should have. */
  readonly late: boolean;
}

/** The result of `runbook schedule list`. */
export interface ScheduleListReport {
  readonly file: string;
  readonly tasks: readonly ScheduleRow[];
}

/** The result of `runbook schedule install` and `remove`. */
export interface ScheduleChangeReport {
  readonly file: string;
  readonly did: 'installed' | 'removed' | 'printed';
  /** Names of units, of objects, or lines of a crontab. */
  readonly items: readonly string[];
  /** What was printed instead of installed. */
  readonly text?: string;
  /** What to do before it can work, one sentence each. */
  readonly notes: readonly string[];
}

/** The result of `runbook schedule run`. */
export interface ScheduleRunReport extends ScheduleMemory {
  readonly file: string;
  readonly name: string;
  readonly what: string;
  readonly box: string;
  /** The state or its details differ from those of the last run. */
  readonly changed: boolean;
  /** Targets that were notified. */
  readonly notified: readonly string[];
  /** The next command; empty if all is well. */
  readonly next: string;
  readonly exit: number;
}

/** The result of `runbook notify test`. */
export interface NotifyTestReport {
  readonly targets: readonly {
    readonly name: string;
    readonly type: string;
    /** Why the message did not arrive; absent: it did. */
    readonly failure?: string;
  }[];
}
