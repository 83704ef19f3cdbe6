import type { ConnectRow } from '../../model/connect-row.ts';
import type { CheckResult } from '../../model/outcome.ts';
import type { ProgramFact } from '../../model/program-fact.ts';
import type { ShellResult } from '../../model/shell.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { AboutStep } from './about-step.ts';

/** All that is known of a failure. Only `attempt`, `at`, `output` and `checks` are needed; more makes findings sharper. */
export interface DiagnosisInput {
  /** Id of the attempt or job: the stem of the ids of the evidence that it gives itself (`ev-<attempt>-…`). */
  readonly attempt: string;
  /** ISO 8601; when it ended. */
  readonly at: string;
  /** ISO 8601; when it began. Logs not written since are no evidence. */
  readonly startedAt?: string;
  /** How the fence ended; absent: nothing ran, or its end is not known. */
  readonly end?: ShellResult['end'];
  /** Output as it came, stdout and stderr together, masked; its last 500 lines are looked at, so a tail is enough. */
  readonly output: string;
  readonly checks: readonly Pick<CheckResult, 'check' | 'verdict' | 'class' | 'observed' | 'expected'>[];
  /**
   * `text`: every fence of the step, files included, so that wanted ports and known names can be read from it.
   * `about`: what it acts on in a cluster, where that is known for certain.
   */
  readonly step?: {
    readonly text: string;
    readonly interpreter?: readonly string[];
    readonly about?: AboutStep;
  };
  /** The box after the failure. */
  readonly snapshot?: Snapshot;
  /** The box before the attempt: tells an OOM kill of this attempt from an older one. */
  readonly before?: Snapshot;
  /** What `inspectProgram` saw of the programs that `namedPrograms` found in the output. */
  readonly programs?: readonly ProgramFact[];
  /** Connect matrix, with rows from outside where there are any. */
  readonly matrix?: readonly ConnectRow[];
  /** What the runbook has measured here (its facts), such as `disk-read`: `2.1 MB/s`. */
  readonly measurements?: readonly { readonly name: string; readonly value: string }[];
}
