import type { Snapshot } from '../../model/facts/snapshot.ts';

type Inputs = NonNullable<Snapshot['inputs']>;

/** What was edited between two looks at the inputs of a step. */
export interface InputChanges {
  /** Paths whose content, mode, owner or existence differs. */
  readonly edited: readonly string[];
  /** Paths in whose content only numbers differ. */
  readonly numbers: readonly string[];
}

/**
 * Compares the inputs of a step. A path that only one look has is a change only below `folder`, where everything is read.
 */
export function compareInputs(before: Inputs, after: Inputs, folder: string): InputChanges {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const differ = paths.filter((path) => {
    if (before[path] === after[path]) return false;
    const isInBoth = before[path] !== undefined && after[path] !== undefined;
    return isInBoth || path.startsWith(`${folder.replace(/\/$/, '')}/`);
  });
  const numbers = differ.filter((path) => isMasked(before[path], after[path]));
  return { edited: differ.filter((path) => !numbers.includes(path)), numbers };
}

/** Both are files with equal mode, owner and masked content. */
function isMasked(before: string | undefined, after: string | undefined): boolean {
  const [a, b] = [before?.split(' ') ?? [], after?.split(' ') ?? []];
  return a.length === 3 && b.length === 3 && a[0] === b[0] && a[2] === b[2];
}
