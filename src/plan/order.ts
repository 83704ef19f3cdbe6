import type { Diagnostic } from '../model/diagnostic.ts';
import type { Step } from '../model/runbook.ts';

/** A step with the ids of the steps that it follows. */
export interface OrderedStep {
  readonly step: Step;
  readonly after: readonly string[];
}

/**
 * Steps in pass order: document order, except that a step's needs come before it. Each dependency cycle is reported
 * with its whole path, and its members are omitted.
 */
export function orderSteps(steps: readonly Step[]): { ordered: OrderedStep[]; diagnostics: Diagnostic[] } {
  const after = predecessors(steps);
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ordered: OrderedStep[] = [];
  const diagnostics: Diagnostic[] = [];
  const state = new Map<string, 'open' | 'done'>();

  // Depth-first without recursion: a document may chain ten thousand steps.
  for (const root of steps) {
    const path: { step: Step; next: number }[] = [];
    const enter = (step: Step) => {
      state.set(step.id, 'open');
      path.push({ step, next: 0 });
    };
    if (!state.has(root.id)) enter(root);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const needed = after.get(top.step.id)?.[top.next++];
      if (needed === undefined) {
        state.set(top.step.id, 'done');
        ordered.push({ step: top.step, after: after.get(top.step.id) ?? [] });
        path.pop();
        continue;
      }
      const target = byId.get(needed);
      if (!target || state.get(needed) === 'done') continue;
      if (state.get(needed) === 'open') {
        diagnostics.push(
          circle(
            path.map((each) => each.step),
            target,
          ),
        );
        return { ordered: [], diagnostics };
      }
      enter(target);
    }
  }
  return { ordered, diagnostics };
}

/** The explicit Needs of each step, or the previous step. */
function predecessors(steps: readonly Step[]): Map<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  const known = new Set(steps.map((step) => step.id));
  let previous: Step | undefined;
  for (const step of steps) {
    const needed = step.needs.kind === 'listed' ? step.needs.ids : previous ? [previous.id] : [];
    result.set(
      step.id,
      needed.filter((id) => known.has(id)),
    );
    previous = step;
  }
  return result;
}

function circle(path: readonly Step[], target: Step): Diagnostic {
  const members = path.slice(path.findIndex((step) => step.id === target.id));
  const names = [...members.map((step) => step.id), target.id].join(' → ');
  const implicit = members.find((step) => step.needs.kind === 'previous');
  return {
    code: 'needs-circle',
    severity: 'error',
    message: `Steps must not depend on each other in a cycle: ${names}.`,
    remedy: implicit
      ? `Move "${implicit.id}" above the step that needs it, or add a line "Needs: none" to it.`
      : 'Remove one of the Needs.',
    place: target.place,
  };
}
