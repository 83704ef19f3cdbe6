import { type Excess, excesses } from './demand.ts';
import { type Guard, PASS } from './guard.ts';
import { hypothesisDefects } from './weigh-hypothesis.ts';

/**
 * A workload that would exceed a limit of any layer: requests × (replicas + surge), after the defaults of the layers.
 */
export const nestedLimits: Guard = {
  code: 'nested-limits',
  judge(input) {
    const demands = input.attempt.demands ?? [];
    const over = demands.flatMap(({ demand, layers }) =>
      excesses(demand, layers).map((each) => ({ ...each, object: demand.object })),
    );
    if (over.length === 0) return PASS;
    const isCertain = over.some((each) => each.known);
    if (!isCertain && hypothesisDefects(input, []).length === 0) return PASS;
    const [first] = over.filter((each) => each.known === isCertain);
    return {
      verdict: isCertain ? 'refuse' : 'ask',
      code: 'nested-limits',
      reason: isCertain
        ? `${first!.object} does not fit: ${showExcess(first!)}.`
        : `Whether ${first!.object} fits is unknown: ${showExcess(first!)}.`,
      evidence: over.map((each) => `${each.object}: ${showExcess(each)}`),
      nextStep: `Request less (requests, limits, replicas, maxSurge, or strategy Recreate), or ask a person to raise ${first!.layer}. Raising an outer limit does not help while an inner one is smaller.`,
    };
  },
};

function showExcess({ layer, resource, requested, used, hard }: Excess): string {
  return `${resource} ${requested} requested${used === undefined ? '' : `, ${used} used`}, ${hard} allowed by ${layer}`;
}
