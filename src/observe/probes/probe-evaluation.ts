import type { ProbeContext } from '../../model/box.ts';
import type { Probe, Verdict } from '../../model/check.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import type { Machine } from '../machine.ts';

/** Evaluates a probe once. May throw: the verdict is then unknown, with the error as the reason. */
export type EvaluateProbe<K extends Probe['kind']> = (
  probe: ProbeOf<K>,
  context: ProbeContext,
  machine: Machine,
) => Promise<Verdict>;

/** How one kind of probe is evaluated: on this machine, and on a remote one that has only a shell. */
export interface ProbeEvaluation<K extends Probe['kind']> {
  readonly evaluate: EvaluateProbe<K>;
  /**
   * Script fragments that record what `evaluate` reads of a remote machine; none if it reads none of its files.
   * @throws NotGathered for a name that cannot be passed to the remote shell
   */
  readonly fragments: (probe: ProbeOf<K>, context: ProbeContext) => readonly string[];
}
