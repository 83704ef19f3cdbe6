import { type KubeObject, type ObjectKey, showKey } from '../model/cluster/kube.ts';
import type { DriftFinding } from '../model/drift.ts';
import { foreignFields } from './foreign-fields.ts';
import type { Difference } from './object-difference.ts';
import { isPrivatePath } from './private-path.ts';

/** An object of the runbook as it lives, and what an apply would change of it. */
export interface ComparedObject {
  readonly key: ObjectKey;
  /** Undefined: there is none. */
  readonly live: KubeObject | undefined;
  readonly differences: readonly Difference[];
}

/** What judging needs beside the objects. */
export interface DriftWords {
  /** Field managers of runbook itself. */
  readonly ours: ReadonlySet<string>;
  /** Stands for a value that is not to be shown: the same for the same value. */
  hash(value: string): string;
  /** Whether a line of the form `path: value` gives a secret away. */
  looksSecret(line: string): boolean;
}

/** Longer values say no more. */
const LONGEST = 60;

/** What has drifted of one object: it is gone, fields are otherwise, other hands have set fields of their own. Pure. */
export function driftOfObject({ key, live, differences }: ComparedObject, words: DriftWords): DriftFinding[] {
  const subject = showKey(key);
  const find = (kind: DriftFinding['kind'], detail: string): DriftFinding => ({
    source: 'cluster',
    subject,
    kind,
    detail,
  });
  if (!live) return [find('removed', 'it was applied here and is gone')];
  const owners = new Map(foreignFields(live, words.ours).map((each) => [each.path, each]));
  const changed = differences.map((each) => {
    const owner = ownerOf(each.path, owners);
    return find('changed', `${each.path}: ${values(each, key, words)}${owner ? `, set by ${owner}` : ''}`);
  });
  const paths = differences.map(({ path }) => path);
  const added = [...owners.values()]
    .filter(({ path }) => !paths.some((each) => path.startsWith(each)))
    .map(({ path, manager, at }) =>
      find('added', `${path}, set by ${manager}${at === '' ? '' : ` at ${at}`}`),
    );
  return [...changed, ...added];
}

/** Objects that carry the label, but neither the document nor the journal knows of; and where nobody could look. Pure. */
export function driftOfOrphans(
  orphans: readonly ObjectKey[],
  unseen: readonly { readonly kind: string; readonly namespace?: string }[],
): DriftFinding[] {
  return [
    ...orphans.map(
      (key): DriftFinding => ({
        source: 'cluster',
        subject: showKey(key),
        kind: 'added',
        detail: 'it carries the label of this runbook, which no longer holds it',
      }),
    ),
    ...unseen.map(
      (place): DriftFinding => ({
        source: 'cluster',
        subject: showKey({ ...place, name: '*' }),
        kind: 'unknown',
        detail: 'may not be listed, so nobody can tell whether the runbook left something there',
      }),
    ),
  ];
}

function ownerOf(
  path: string,
  owners: ReadonlyMap<string, { path: string; manager: string }>,
): string | undefined {
  const found = owners.get(path) ?? [...owners.values()].find((each) => each.path.startsWith(path));
  return found?.manager;
}

function values(
  { path, kind, live, wanted }: Difference,
  { kind: object }: ObjectKey,
  words: DriftWords,
): string {
  const shown = (value: unknown) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (object === 'Secret' || isPrivatePath(path) || words.looksSecret(`${path}: ${text}`))
      return words.hash(text);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  };
  if (kind === 'missing') return `missing, wanted ${shown(wanted)}`;
  if (kind === 'extra') return `${shown(live)}, which nobody wants`;
  return `${shown(live)}, wanted ${shown(wanted)}`;
}
