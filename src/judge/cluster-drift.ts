import { type KubeObject, type ObjectKey, showKey } from '../model/cluster/kube.ts';
import type { DriftFinding } from '../model/reports/drift.ts';
import { foreignFields } from './foreign-fields.ts';
import type { Difference } from './object-difference.ts';
import { isPrivatePath } from './private-path.ts';

/** The live state of an object of the runbook, and what an apply would change. */
export interface ComparedObject {
  readonly key: ObjectKey;
  /** Undefined: the object does not exist. */
  readonly live: KubeObject | undefined;
  readonly differences: readonly Difference[];
}

/** What drift detection needs in addition to the objects. */
export interface DriftWords {
  /** The field managers that belong to runbook itself. */
  readonly ours: ReadonlySet<string>;
  /** A replacement for a value that must not be shown. Equal values have equal hashes. */
  hash(value: string): string;
  /** Whether a line of the form `path: value` contains a secret. */
  looksSecret(line: string): boolean;
}

/** Values are cut to this length. */
const LONGEST = 60;

/** The drift of one object: it was removed, fields have other values, or other managers have added fields. Pure. */
export function driftOfObject({ key, live, differences }: ComparedObject, words: DriftWords): DriftFinding[] {
  const subject = showKey(key);
  const find = (kind: DriftFinding['kind'], detail: string): DriftFinding => ({
    source: 'cluster',
    subject,
    kind,
    detail,
  });
  if (!live) return [find('removed', 'it was applied here and no longer exists')];
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

/**
 * Objects with the runbook's label that neither the document nor the journal knows, and kinds that could not be
 * listed. Pure.
 */
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
        detail: 'it has the label of this runbook, but the runbook no longer contains it',
      }),
    ),
    ...unseen.map(
      (place): DriftFinding => ({
        source: 'cluster',
        subject: showKey({ ...place, name: '*' }),
        kind: 'unknown',
        detail: 'it may not be listed, so it is unknown whether the runbook left objects of this kind',
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
  if (kind === 'missing') return `missing, expected ${shown(wanted)}`;
  if (kind === 'extra') return `${shown(live)}, expected none`;
  return `${shown(live)}, expected ${shown(wanted)}`;
}
