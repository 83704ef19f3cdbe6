import { matchSymptom } from '../../judge/symptom.ts';
import type { Failure } from '../../model/outcome.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Step } from '../../model/runbook.ts';
import { isApplicable } from '../../plan/build.ts';
import type { Pass } from './pass.ts';

/** Recorded problems whose Symptom occurs in the output of a failed step, in document order. */
export async function matchingProblems(pass: Pass, failure: Failure, output: string): Promise<PlanStep[]> {
  const findings = failure.checks.filter((check) => check.verdict !== 'pass').map((check) => check.observed);
  const explained = (failure.findings ?? []).map((finding) => finding.title);
  const text = [output, failure.message, ...findings, ...explained].join('\n');
  const matching: PlanStep[] = [];
  for (const problem of pass.plan.problems) {
    if (await anySymptom(problem.step, text)) matching.push(problem);
  }
  return matching;
}

/** Whether its Fix may be tried: it can be, and it was not yet for this step in this pass (a resumed pass is the same pass). */
export function isFixAllowed(pass: Pass, step: PlanStep, problem: PlanStep): boolean {
  return (
    isApplicable(problem.step) && !pass.journal.fixUsed(step.step.id, problem.step.id, problem.actionHash)
  );
}

async function anySymptom(problem: Step, text: string): Promise<boolean> {
  for (const symptom of problem.symptoms) if (await matchSymptom(symptom, text)) return true;
  return false;
}
