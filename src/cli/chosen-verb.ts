import { nearest } from '../base/nearest.ts';
import { usageError } from '../model/diagnostic.ts';
import type { OperationRow } from '../operations/all.ts';
import { type Family, familyOf, verbsOf } from './verbs.ts';

/** The meaning of a call's words: an operation and its remaining words, or a family alone. */
export type ChosenVerb =
  | { readonly kind: 'operation'; readonly row: OperationRow; readonly rest: readonly string[] }
  | { readonly kind: 'family'; readonly family: Family };

/**
 * Finds the verb of one or two words.
 *
 * @throws RunbookError (exit 64) with the nearest verb if it does not exist
 */
export function chosenVerb(words: readonly string[], operations: readonly OperationRow[]): ChosenVerb {
  const [first = '', second] = words;
  const family = familyOf(first, operations);
  if (family) return inFamily(family, second, words.slice(2), operations);
  const row = operations.find(({ name }) => name === first);
  if (row) return { kind: 'operation', row, rest: words.slice(1) };
  const near = nearest(
    first,
    verbsOf(operations).map(({ name }) => name),
  );
  throw usageError(
    'unknown-verb',
    `The verb \`${first}\` does not exist.`,
    near ? `Did you mean \`runbook ${near}\`?` : '`runbook --help` lists the verbs.',
  );
}

function inFamily(
  family: Family,
  second: string | undefined,
  rest: readonly string[],
  operations: readonly OperationRow[],
): ChosenVerb {
  if (second === undefined) return { kind: 'family', family };
  const name = `${family.name} ${second}`;
  const row = operations.find((each) => each.name === name);
  if (row) return { kind: 'operation', row, rest };
  const near = nearest(
    name,
    family.verbs.map((verb) => verb.name),
  );
  throw usageError(
    'unknown-verb',
    second.startsWith('-')
      ? `\`runbook ${family.name}\` needs a verb before ${second}.`
      : `The verb \`${name}\` does not exist.`,
    near ? `Did you mean \`runbook ${near}\`?` : `\`runbook ${family.name} --help\` lists them.`,
  );
}
