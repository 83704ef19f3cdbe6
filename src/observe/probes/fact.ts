import { compareValues } from '../compare-values.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Compares the recorded value of a fact. Measures nothing; `facts` does that. */
export const probeFact: EvaluateProbe<'fact'> = async (probe, context) => {
  const say = answers(`${probe.name} ${probe.comparator} ${probe.value}`);
  const recorded = context.facts.get(probe.name);
  if (recorded === undefined || recorded === '')
    return say.unknown('unrecorded', `${probe.name} has no recorded value`);
  const holds = compareValues(recorded, probe.comparator, probe.value);
  const observed = `${probe.name} = ${recorded}`;
  if (holds === undefined) return say.unknown('not-a-number', `${observed}, which is not a number`);
  return holds ? say.pass('holds', observed) : say.fail('differs', observed);
};

export const factEvaluation: ProbeEvaluation<'fact'> = {
  evaluate: probeFact,
  fragments: () => [],
};
