import type { ShellState } from '../../model/shell.ts';
import { carriesName } from './shell-state.ts';

/**
 * Shell commands that set and unset the variables of a state. A variable that cannot be set (readonly) keeps its value.
 */
export function applyState(state: ShellState, quote: (text: string) => string): string[] {
  const carried = [...state.variables].filter(([name]) => carriesName(name));
  const set = carried.flatMap(([name, value]) => (value === null ? [] : [`${name}=${quote(value)}`]));
  const unset = carried.flatMap(([name, value]) => (value === null ? [name] : []));
  return [
    ...(set.length === 0 ? [] : [`export ${set.join(' ')} 2>/dev/null`]),
    ...(unset.length === 0 ? [] : [`unset -v ${unset.join(' ')} 2>/dev/null`]),
  ];
}

/** Changes to a folder, or reports on the control pipe why the fence cannot start. */
export function enterFolder(cwd: string, quote: (text: string) => string, control: number): string {
  return `cd -- ${quote(cwd)} 2>/dev/null || ${refuse(quote(`the folder ${cwd} cannot be entered`), control)}`;
}

/** Ends the shell with a `u` record that holds the reason (a quoted word) why the fence was not started. */
export function refuse(reason: string, control: number): string {
  return `{ printf 'u%s\\0' ${reason} >&${control}; exit 126; }`;
}
