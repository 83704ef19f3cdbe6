import type { ShellState } from '../../model/shell.ts';
import { carriesName } from './shell-state.ts';

/** Shell commands that set and unset what a state says. What cannot be set (a readonly variable) stays as it is. */
export function applyState(state: ShellState, quote: (text: string) => string): string[] {
  const carried = [...state.variables].filter(([name]) => carriesName(name));
  const set = carried.flatMap(([name, value]) => (value === null ? [] : [`${name}=${quote(value)}`]));
  const unset = carried.flatMap(([name, value]) => (value === null ? [name] : []));
  return [
    ...(set.length === 0 ? [] : [`export ${set.join(' ')} 2>/dev/null`]),
    ...(unset.length === 0 ? [] : [`unset -v ${unset.join(' ')} 2>/dev/null`]),
  ];
}

/** Goes to a folder, or says on the control pipe why the fence cannot start. */
export function enterFolder(cwd: string, quote: (text: string) => string, control: number): string {
  return `cd -- ${quote(cwd)} 2>/dev/null || ${refuse(quote(`the folder ${cwd} cannot be entered`), control)}`;
}

/** Ends the shell with a `u` record: the fence was not started, and why (a quoted word). */
export function refuse(reason: string, control: number): string {
  return `{ printf 'u%s\\0' ${reason} >&${control}; exit 126; }`;
}
