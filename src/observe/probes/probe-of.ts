import type { ProbeContext } from '../../model/box.ts';
import type { Probe, Verdict } from '../../model/check.ts';
import type { Machine } from '../machine.ts';

/** The probe of one kind. */
export type ProbeOf<K extends Probe['kind']> = Extract<Probe, { kind: K }>;

/** Asks a machine once. May throw: the verdict is then unknown, with the error as the reason. */
export type EvaluateProbe<K extends Probe['kind']> = (
  probe: ProbeOf<K>,
  context: ProbeContext,
  machine: Machine,
) => Promise<Verdict>;
