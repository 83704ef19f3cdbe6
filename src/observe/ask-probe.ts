import type { ProbeContext } from '../model/box.ts';
import type { Probe, Verdict } from '../model/check.ts';
import type { Machine } from './machine.ts';
import { evaluationOf } from './probes/all.ts';
import { answers } from './probes/answers.ts';

/**
 * Asks a machine a typed probe once. Never throws: what cannot be asked is `unknown`. `not` and `within` are the caller's:
 * a check's verdict is made of this one.
 */
export async function askMachine(probe: Probe, context: ProbeContext, machine: Machine): Promise<Verdict> {
  try {
    return await evaluationOf(probe).evaluate(probe, context, machine);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return answers(`an answer to a ${probe.kind} probe`).unknown('error', message);
  }
}
