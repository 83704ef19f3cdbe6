import type { OperationRow } from '../operations/all.ts';

/** A line of the root help: an operation, or one of the command's own verbs. */
export type Verb = Pick<OperationRow, 'name' | 'summary' | 'effect'>;

const completion: Verb = {
  name: 'completion',
  summary: 'print the completion script of a shell: bash, zsh or fish',
  effect: 'read',
};

/** Verbs of two words, by their first: root help shows one line for all of them, `runbook box --help` each. */
const families: readonly Verb[] = [
  { name: 'secret', summary: 'keep secrets encrypted next to the document, with age', effect: 'write' },
  { name: 'notify', summary: 'test and send the messages of schedules and passes', effect: 'write' },
  { name: 'telemetry', summary: 'send traces, metrics and logs of passes to OpenTelemetry', effect: 'write' },
  { name: 'schedule', summary: 'list, install, remove and run the schedules of a document', effect: 'write' },
  { name: 'box', summary: 'launch, list, fill, expose and remove throw-away boxes', effect: 'act' },
  { name: 'approvals', summary: 'list, show and revoke what you have approved, and leases', effect: 'write' },
];

/** The family that a first word names, with the verbs that begin with it. */
export interface Family extends Verb {
  readonly verbs: readonly Verb[];
}

/** Every verb that help and completion offer: operations, with a family in the place of its first member. */
export function verbsOf(operations: readonly OperationRow[]): readonly Verb[] {
  const seen = new Set<string>();
  const verbs = operations.flatMap((row): Verb[] => {
    const family = familyOf(row.name.split(' ')[0]!, operations);
    if (!family) return [row];
    if (seen.has(family.name)) return [];
    seen.add(family.name);
    return [family];
  });
  return [...verbs, completion];
}

/** Undefined where no verb of two words begins with this one. */
export function familyOf(word: string, operations: readonly OperationRow[]): Family | undefined {
  const family = families.find(({ name }) => name === word);
  const verbs = operations.filter(({ name }) => name.startsWith(`${word} `));
  return family && verbs.length > 0 ? { ...family, verbs } : undefined;
}

/** Verbs by what they touch: the order of help and of docs/cli.md. */
export const verbGroups: readonly { readonly effect: Verb['effect']; readonly title: string }[] = [
  { effect: 'act', title: 'Change the box' },
  { effect: 'read', title: 'Look, and change nothing' },
  { effect: 'write', title: 'Write the document, or what you allow' },
];
