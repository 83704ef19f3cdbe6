import type { ShellState } from '../../model/shell.ts';
import type { Pass } from './pass.ts';

/** The environment that the next fence would have. */
export function environmentOf(
  { box }: Pick<Pass, 'box'>,
  state: ShellState,
): Readonly<Record<string, string>> {
  return state.variables.size === 0 ? box.baseline : withState(box.baseline, state);
}

function withState(baseline: Readonly<Record<string, string>>, state: ShellState): Record<string, string> {
  const env = { ...baseline };
  for (const [name, value] of state.variables) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
  return env;
}
