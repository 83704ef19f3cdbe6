import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { named, type RawManaged, type RawObject } from './raw.ts';

type NewFight = Extract<NewClusterFact, { kind: 'field-fight' }>;

/** Maximum number of reported paths per object. */
const MAX_PATHS = 5;

/**
 * Fields of an object's spec that several managers own (metadata.managedFields, FieldsV1). The status belongs to
 * controllers and is excluded.
 */
export function fieldFights(raw: RawObject): NewFight[] {
  const meta = raw.metadata ?? {};
  const held = new Map<string, RawManaged[]>();
  for (const each of meta.managedFields ?? []) {
    if (each.subresource === 'status') continue;
    for (const path of leafPaths(each.fieldsV1 ?? {})) {
      if (path.startsWith('.spec')) held.set(path, [...(held.get(path) ?? []), each]);
    }
  }
  const shared = [...held].filter(([, by]) => new Set(by.map(({ manager }) => manager)).size > 1);
  return shared.slice(0, MAX_PATHS).map(([path, by]) => ({
    kind: 'field-fight',
    object: named(raw.kind ?? '', meta.namespace ?? 'default', meta.name ?? ''),
    path,
    generation: meta.generation ?? 0,
    managers: by
      .map(({ manager = '', operation = '', time = '' }) => ({ manager, operation, at: time }))
      .sort((a, b) => (a.at < b.at ? 1 : -1)),
  }));
}

/** `{"f:spec": {"f:replicas": {}}}` becomes `.spec.replicas`; keys of lists are kept as written. */
function leafPaths(fields: Readonly<Record<string, unknown>>, above = '', depth = 0): string[] {
  const entries = Object.entries(fields).filter(([key]) => key !== '.');
  if (entries.length === 0 || depth > 20) return above === '' ? [] : [above];
  return entries.flatMap(([key, below]) =>
    leafPaths((below ?? {}) as Record<string, unknown>, above + step(key), depth + 1),
  );
}

function step(key: string): string {
  if (key.startsWith('f:')) return `.${key.slice(2)}`;
  if (!key.startsWith('k:')) return `[${key.slice(2)}]`;
  const pairs = /^\{(.{1,200})\}$/.exec(key.slice(2))?.[1] ?? key.slice(2);
  return `[${pairs.replaceAll('"', '').replaceAll(':', '=')}]`;
}
