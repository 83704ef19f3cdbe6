import type { OperationRow } from '../operations/all.ts';

/** A line of the root help: an operation, or one of the few verbs that are the command's own. */
export type Verb = Pick<OperationRow, 'name' | 'summary' | 'effect'>;

const completion: Verb = {
  name: 'completion',
  summary: 'print the completion script of a shell: bash, zsh or fish',
  effect: 'read',
};

/** Every verb that help and completion offer. */
export const verbsOf = (operations: readonly OperationRow[]): readonly Verb[] => [...operations, completion];

/** Verbs by what they touch: the order of help and of docs/cli.md. */
export const verbGroups: readonly { readonly effect: Verb['effect']; readonly title: string }[] = [
  { effect: 'act', title: 'Change the box' },
  { effect: 'read', title: 'Look, and change nothing' },
  { effect: 'write', title: 'Write the document, or what you allow' },
];
