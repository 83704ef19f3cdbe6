import type { ShellState } from '../../model/shell.ts';

/** Names that the shell keeps for itself: they tell where it is, not what the fence decided. */
const OF_THE_SHELL = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a variable of this name carries: the shell itself can name it, and it is not one of the shell's own. */
export const carriesName = (name: string): boolean => IDENTIFIER.test(name) && !OF_THE_SHELL.has(name);

/**
 * The state after a fence: what it was given, with what it changed between two listings of exports.
 * A name that was set in the state given and is unset now stays as null, so that merging states keeps the unset.
 */
export function stateAfter(
  given: ShellState,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  cwd: string | undefined,
): ShellState {
  const variables = new Map(given.variables);
  for (const [name, value] of after) {
    if (carriesName(name) && before.get(name) !== value) variables.set(name, value);
  }
  for (const name of before.keys()) {
    if (carriesName(name) && !after.has(name)) variables.set(name, null);
  }
  return { variables, ...(cwd === undefined ? {} : { cwd }) };
}

/** What the exports are once a state is applied to a baseline. */
export function exportsWith(
  baseline: Readonly<Record<string, string>>,
  state: ShellState,
): Map<string, string> {
  const variables = new Map(Object.entries(baseline));
  for (const [name, value] of state.variables) {
    if (value === null) variables.delete(name);
    else variables.set(name, value);
  }
  return variables;
}
