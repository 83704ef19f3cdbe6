import { shellQuote } from '../../base/shell-quote.ts';
import type { Failure } from '../../model/outcome.ts';
import type { StepOutput } from './output.ts';
import type { Pass } from './pass.ts';

/** Where all output of a step is, if a failure shows only its end. */
export function wholeOutput(
  { recordId, plan }: Pick<Pass, 'recordId' | 'plan'>,
  step: string,
  output: StepOutput,
): Pick<Failure, 'wholeOutput'> {
  if (recordId === undefined || output.lines <= output.tail.split('\n').length) return {};
  const file = plan.steps[0]?.step.place.file ?? 'AUTODOCK.md';
  const named = file === 'AUTODOCK.md' ? '' : ` --file ${shellQuote(file)}`;
  return { wholeOutput: { lines: output.lines, command: `runbook logs ${step} --pass ${recordId}${named}` } };
}
