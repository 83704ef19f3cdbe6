import type { Plan } from '../../model/plan.ts';
import type { Runbook } from '../../model/runbook.ts';
import type { OperationContext } from '../operation.ts';

/** What is reported about a fleet before its first box starts. */
export interface FleetBeginning {
  readonly runbook: Runbook;
  readonly plan: Plan;
  readonly targets: readonly { readonly name: string }[];
  readonly forks: number;
  readonly canary: number;
}

/** Reports that a fleet starts, on this machine or in a cluster. */
export function announceFleet(
  { world, emit }: OperationContext,
  { runbook, plan, targets, forks, canary }: FleetBeginning,
): void {
  emit({
    type: 'fleet-started',
    at: new Date(world.now()).toISOString(),
    file: runbook.file,
    name: runbook.name,
    targets: targets.map(({ name }) => name),
    steps: plan.steps.length,
    forks,
    canary,
  });
}
