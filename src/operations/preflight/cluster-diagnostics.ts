import type { Diagnostic } from '../../model/diagnostic.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import type { ClusterFence } from './cluster/wanted.ts';

/** Known problems in the cluster. Loads and queries nothing if no selected step has a fence for a cluster. */
export async function clusterDiagnostics(
  context: OperationContext,
  session: Session,
  selected: ReadonlySet<string>,
): Promise<Diagnostic[]> {
  const fences = clusterFences(session, selected);
  if (fences.length === 0) return [];
  const { simulateApply } = await import('./cluster/simulate-apply.ts');
  return simulateApply(context, session, fences);
}

function clusterFences({ plan }: Session, selected: ReadonlySet<string>): ClusterFence[] {
  let afterShell = false;
  const steps = plan.steps.filter(({ step }) => selected.has(step.id));
  return steps.flatMap(({ step }) =>
    step.actions.flatMap((action): ClusterFence[] => {
      if (action.kind === 'shell') afterShell = true;
      return action.kind === 'apply' || action.kind === 'registry' || action.kind === 'patch'
        ? [{ action, afterShell }]
        : [];
    }),
  );
}
