import type { ProbeContext } from '../model/box.ts';
import type { Probe, Verdict } from '../model/check.ts';
import type { Machine } from './machine.ts';
import { evaluationOf } from './probes/all.ts';
import { answers } from './probes/answers.ts';

/**
 * Evaluates a typed probe on a machine once. Never throws: a probe that cannot be evaluated is `unknown`. The caller
 * handles `not` and `within`.
 */
export async function probeMachine(probe: Probe, context: ProbeContext, machine: Machine): Promise<Verdict> {
  try {
    return await evaluationOf(probe).evaluate(probe, context, machine);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return answers(`a result of the ${probe.kind} probe`).unknown('error', message);
  }
}
