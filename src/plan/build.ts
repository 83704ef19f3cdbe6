import type { Action } from '../model/action.ts';
import type { Check } from '../model/check.ts';
import type { Plan, PlanStep } from '../model/plan.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import { actionHash } from './hash.ts';
import { orderSteps } from './order.ts';
import { undeclaredNames } from './undeclared.ts';

/** Runbook → Plan: what a pass will process, computed from the document alone. */
export function buildPlan(runbook: Runbook): Plan {
  const steps = runbook.steps.filter((each) => each.kind === 'step');
  const problems = runbook.steps.filter((each) => each.kind === 'problem');
  const { ordered, diagnostics } = orderSteps(steps);
  const inputsOf = inputFinder(runbook.inputs.map((each) => each.name));
  const obstacles = obstaclesByStep(steps, problems);

  const planned = (step: Step, after: readonly string[]): PlanStep => ({
    step,
    actionHash: actionHash(step),
    after,
    rebuildAfter: step.needs.kind === 'listed' ? step.needs.ids : [],
    obstaclesBefore: obstacles.get(step.id)?.before ?? [],
    obstaclesAfter: obstacles.get(step.id)?.after ?? [],
    inputs: inputsOf(step),
  });
  return {
    steps: ordered.map(({ step, after }) => planned(step, after)),
    problems: problems.map((problem) => planned(problem, [])),
    diagnostics: [...diagnostics, ...undeclaredNames(runbook)],
  };
}

/**
 * In-pass problems by the step they serve. Problems above the step are checked before its actions, those below after
 * its actions.
 */
function obstaclesByStep(
  steps: readonly Step[],
  problems: readonly Step[],
): Map<string, { before: string[]; after: string[] }> {
  const result = new Map<string, { before: string[]; after: string[] }>();
  const indexes = new Map(steps.map((step) => [step.id, step.index]));
  for (const problem of problems) {
    if (problem.section !== 'steps' || problem.for === undefined || !isApplicable(problem)) continue;
    const served = indexes.get(problem.for);
    if (served === undefined) continue;
    const entry = result.get(problem.for) ?? { before: [], after: [] };
    (problem.index < served ? entry.before : entry.after).push(problem.id);
    result.set(problem.for, entry);
  }
  return result;
}

/** A problem without a Verify or an action is only displayed. */
export function isApplicable(problem: Step): boolean {
  return problem.actions.length > 0 && problem.verify.length > 0;
}

/** Finds the declared inputs that a step refers to, as whole words in its fences and checks. */
function inputFinder(names: readonly string[]): (step: Step) => readonly string[] {
  if (names.length === 0) return () => [];
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${names.join('|')})(?![A-Za-z0-9_])`, 'g');
  return (step) => {
    const found = new Set(texts(step).flatMap((text) => text.match(pattern) ?? []));
    return names.filter((name) => found.has(name));
  };
}

function texts(step: Step): string[] {
  const ofAction = (action: Action) => [action.text, ...Object.values(action.attributes)];
  const ofCheck = (check: Check) => (check.kind === 'shell' ? ofAction(check.action) : [check.text]);
  return [...step.actions.flatMap(ofAction), ...step.verify.flatMap(ofCheck), ...step.when.flatMap(ofCheck)];
}
