import type { JournalState } from '../model/journal.ts';
import type { ShellState } from '../model/shell.ts';

/** A directory that holds a secret cannot be written either; this name stands for it among the withheld ones. */
const DIRECTORY = 'PWD';

/** What the journal may keep of a state: exports that hold a secret by name only. Pure. */
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

/** The state again, and the names whose value only running the step can give back. Pure. */
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
