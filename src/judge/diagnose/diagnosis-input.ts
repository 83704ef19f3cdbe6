import type { ConnectRow } from '../../model/facts/connect-row.ts';
import type { NamedProcess } from '../../model/facts/named-process.ts';
import type { PacketRule } from '../../model/facts/packet-rule.ts';
import type { PathFact } from '../../model/facts/path-fact.ts';
import type { ProgramFact } from '../../model/facts/program-fact.ts';
import type { Snapshot } from '../../model/facts/snapshot.ts';
import type { TextFault } from '../../model/facts/text-fault.ts';
import type { NewLines } from '../../model/new-lines.ts';
import type { CheckResult } from '../../model/outcome.ts';
import type { ShellResult } from '../../model/shell.ts';
import type { AboutStep } from './about-step.ts';

/**
 * Everything known about a failure. Only `attempt`, `at`, `output` and `checks` are required; more input gives more
 * precise findings.
 */
export interface DiagnosisInput {
  /** Id of the attempt or job. The ids of its own evidence start with it (`ev-<attempt>-…`). */
  readonly attempt: string;
  /** ISO 8601; when it ended. */
  readonly at: string;
  /** ISO 8601; when it started. Logs that were not written since then are not evidence. */
  readonly startedAt?: string;
  /** How the fence ended. Absent: nothing ran, or the end is not known. */
  readonly end?: ShellResult['end'];
  /** Masked output, stdout and stderr interleaved. Only the last 500 lines are read, so a tail is enough. */
  readonly output: string;
  /** What was written into log files during the attempt. It counts as output of the step. */
  readonly logs?: readonly NewLines[];
  readonly checks: readonly Pick<CheckResult, 'check' | 'verdict' | 'class' | 'observed' | 'expected'>[];
  /**
   * `text`: all fences of the step, including files, to find wanted ports and known names. `about`: the cluster
   * objects that it acts on, if known for certain.
   */
  readonly step?: {
    readonly text: string;
    readonly interpreter?: readonly string[];
    readonly about?: AboutStep;
  };
  /** The box after the failure. */
  readonly snapshot?: Snapshot;
  /** The box before the attempt. Distinguishes an OOM kill of this attempt from an older one. */
  readonly before?: Snapshot;
  /** The results of `inspectProgram` for the programs that `namedPrograms` found in the output. */
  readonly programs?: readonly ProgramFact[];
  /** Processes that the output names by their pid. */
  readonly processes?: readonly NamedProcess[];
  /** Rules of this box's packet filter that stop what was tried. */
  readonly packetRules?: readonly PacketRule[];
  /** Files that the step names, with Windows line ends or a byte order mark. */
  readonly textFaults?: readonly TextFault[];
  /** Paths that the output or a failed check names. */
  readonly paths?: readonly PathFact[];
  /** Connection matrix, including rows from outside if available. */
  readonly matrix?: readonly ConnectRow[];
  /** Measured facts of the runbook, such as `disk-read`: `2.1 MB/s`. */
  readonly measurements?: readonly { readonly name: string; readonly value: string }[];
}
