/**
 * How well a finding is founded; within one weight the order of the table decides.
 * `told`: the last lines, the exit code or a check say so. `logged`: a log written meanwhile, or an earlier line.
 * `inferred`: only the state of the box fits. `consequence`: true, but something else is behind it.
 */
export const WEIGHTS = ['told', 'logged', 'inferred', 'consequence'] as const;
export type Weight = (typeof WEIGHTS)[number];
