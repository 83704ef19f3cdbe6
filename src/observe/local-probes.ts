import type { ProbeContext } from '../model/box.ts';
import type { Probe, Verdict } from '../model/check.ts';
import { localMachine } from './local-machine.ts';
import { probeMachine } from './probe-machine.ts';

/** Evaluates a typed probe on this machine once. Never throws. */
export function runProbe(probe: Probe, context: ProbeContext): Promise<Verdict> {
  return probeMachine(probe, context, localMachine);
}
