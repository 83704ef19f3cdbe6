import type { ProbeContext } from '../model/box.ts';
import type { Probe, Verdict } from '../model/check.ts';
import { askMachine } from './ask-probe.ts';
import { localMachine } from './local-machine.ts';

/** Evaluates a typed probe on this machine once. Never throws. */
export function askProbe(probe: Probe, context: ProbeContext): Promise<Verdict> {
  return askMachine(probe, context, localMachine);
}
