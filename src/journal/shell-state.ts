import type { JournalState } from '../model/journal.ts';
import type { ShellState } from '../model/shell.ts';

/** A directory that contains a secret cannot be written either; the withheld names then include this one. */
const DIRECTORY = 'PWD';

/** The part of a state that the journal may contain: exports that contain a secret by name only. Pure. */
export function splitState(state: ShellState, holdsSecret: (value: string) => boolean): JournalState {
  const set: [string, string][] = [];
  const unset: string[] = [];
  const secret: string[] = [];
  for (const [name, value] of state.variables) {
    if (value === null) unset.push(name);
    else if (holdsSecret(value)) secret.push(name);
    else set.push([name, value]);
  }
  const { cwd } = state;
  const secretDirectory = cwd !== undefined && holdsSecret(cwd);
  if (secretDirectory && !secret.includes(DIRECTORY)) secret.push(DIRECTORY);
  return {
    set: Object.fromEntries(set),
    unset,
    secret,
    ...(cwd === undefined || secretDirectory ? {} : { cwd }),
  };
}

/** Restores the state, and the names whose value only running the step can restore. Pure. */
export function joinState(kept: JournalState): {
  readonly state: ShellState;
  readonly withheld: readonly string[];
} {
  const variables = new Map<string, string | null>(Object.entries(kept.set));
  for (const name of kept.unset) variables.set(name, null);
  return {
    state: { variables, ...(kept.cwd === undefined ? {} : { cwd: kept.cwd }) },
    withheld: kept.secret,
  };
}
