import { waitRole, waitValue } from './knobs.ts';
import { resolve, type ScriptState } from './reading.ts';

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/** Whether a word is `NAME=value`. */
export function isAssignment(text: string): boolean {
  return ASSIGNMENT.test(text);
}

/** `export`, `readonly`, `local`, `declare`: assignments follow. */
export function declares(name: string | undefined): boolean {
  return /^(?:export|readonly|local|declare)$/.test(name ?? '');
}

/** The variable's name, if the word only counts iterations or measures time: `i=$((i+1))`, `start=$SECONDS`. */
export function isCounter(text: string): boolean {
  const value = ASSIGNMENT.exec(text)?.[2] ?? '';
  return /^\$?\(\(|^\$\((?:expr|date)\b|^\$SECONDS$|^\d+$|^$/.test(value);
}

export function assignedName(text: string): string {
  return ASSIGNMENT.exec(text)?.[1] ?? '';
}

/**
 * Records an assignment. True: its name or value defines a wait (`WAIT_SECONDS=5`, `end=$((SECONDS+300))`), so it is
 * not part of the action.
 */
export function noteAssignment(text: string, reading: ScriptState): boolean {
  const [, name, written] = ASSIGNMENT.exec(text) ?? [];
  if (name === undefined || written === undefined) return false;
  const until = /(?:SECONDS|date \+%s).*?\+ *(\d+|\$\{?\w+)/.exec(written);
  if (until) {
    reading.waits.push({
      kind: 'deadline',
      slot: 'until',
      ms: Number(resolve(until[1]!, reading)) * 1000,
      where: 'shell',
    });
    return true;
  }
  const value = reading.variables.get(/^\$\{?(\w+)\}?$/.exec(written)?.[1] ?? '') ?? written;
  reading.variables.set(name, value);
  const role = waitRole(name);
  const amount = role && waitValue(role, name, value);
  if (!role || amount === undefined) return false;
  reading.usedByKnobs.add(name);
  // A delay or a number of tries counts where it is used; a limit may also be read by the program itself.
  if (role === 'deadline') reading.waits.push({ kind: role, slot: name, ms: amount, where: 'shell' });
  return true;
}
