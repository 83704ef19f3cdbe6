import type { ShellState } from '../../model/shell.ts';
import { FENCE_MARK } from '../fence-mark.ts';

/** Variables that the shell sets itself. They do not express a decision of the fence. */
const OF_THE_SHELL = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', FENCE_MARK]);

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a variable of this name is carried: the shell can name it, and does not set it itself. */
export const carriesName = (name: string): boolean => IDENTIFIER.test(name) && !OF_THE_SHELL.has(name);

/**
 * The state after a fence: the given state, with the changes between two listings of exports. A name that was set and
 * is now unset is stored as null, so that merging states keeps it unset.
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

/** The exports after a state is applied to a baseline. */
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
