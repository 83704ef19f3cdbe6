/**
 * The strength of a finding; the order of the rules decides among equals. `direct`: the last lines, the exit code or a
 * check say so. `logged`: a log written during the attempt, or an earlier line. `inferred`: only the state of the box
 * fits. `quoted`: the program's own words, without an explanation. `consequence`: true, but caused by something else.
 */
export const WEIGHTS = ['direct', 'logged', 'inferred', 'quoted', 'consequence'] as const;
export type Weight = (typeof WEIGHTS)[number];
