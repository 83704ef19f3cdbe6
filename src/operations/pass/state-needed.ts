import type { PlanStep } from '../../model/plan.ts';
import { environmentOf } from './environment.ts';
import type { Pass } from './pass.ts';
import type { CarriedState } from './state.ts';

/** Whether a later step uses what this step's fences leave: then it runs, though its checks pass without it. */
export async function isStateNeeded(
  pass: Pick<Pass, 'plan' | 'declared' | 'box'>,
  planned: PlanStep,
): Promise<boolean> {
  if (!leavesSomething(planned)) return false;
  const { laterUseOfState } = await import('../../plan/left-state.ts');
  const declared = (name: string) => pass.declared.has(name) || name in pass.box.baseline;
  return laterUseOfState(pass.plan.steps, planned, declared) !== undefined;
}

/**
 * The steps that would export a name that `material` uses and that is not set: they were found satisfied, so nothing of
 * them has run on this box. A step that has run here left what it left, and does not run again for it.
 */
export async function neverExported(
  pass: Pick<Pass, 'plan' | 'box'> & { readonly journal: Pick<Pass['journal'], 'memory'> },
  planned: PlanStep,
  state: CarriedState,
  material: unknown,
): Promise<string[]> {
  const idle = earlier(pass, planned).filter(
    (each) => leavesSomething(each) && (pass.journal.memory.get(each.step.id)?.actedSeq ?? 0) === 0,
  );
  if (idle.length === 0) return [];
  const { exportedNames, mentions } = await import('../../plan/left-state.ts');
  const environment = environmentOf(pass, state);
  const isMissing = (name: string) =>
    environment[name] === undefined && !state.withheld.has(name) && mentions(material, name);
  return idle.filter(({ step }) => [...exportedNames(step)].some(isMissing)).map(({ step }) => step.id);
}

/** A cheap look that spares most documents the parser. */
function leavesSomething({ step }: PlanStep): boolean {
  return step.actions.some(
    (action) =>
      action.kind === 'shell' &&
      action.carries &&
      /\b(?:export|declare|typeset|cd|pushd|popd|source|eval|set)\b|(?:^|[;&|\s])\.\s/m.test(action.text),
  );
}

/** The steps that this one follows, nearest last. */
function earlier({ plan }: Pick<Pass, 'plan'>, planned: PlanStep): PlanStep[] {
  const wanted = new Set(planned.after);
  const found: PlanStep[] = [];
  const at = plan.steps.indexOf(planned);
  for (const each of plan.steps.slice(0, at).reverse()) {
    if (!wanted.has(each.step.id)) continue;
    found.unshift(each);
    for (const id of each.after) wanted.add(id);
  }
  return found;
}
