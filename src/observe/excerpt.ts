import { type FactOf, type Facts, SCOPE_NAMES, type Scope, type Snapshot } from '../model/facts/snapshot.ts';

/**
 * A snapshot reduced to the most relevant facts of each scope, for answers of bounded size; `more` counts the rest. The
 * stored snapshot stays complete. Pure.
 */
export function excerpt(snapshot: Snapshot, mostItems: number): Snapshot {
  const facts: { [S in Scope]?: readonly FactOf<Scope>[] } = {};
  const more: Snapshot['more'] = { ...snapshot.more };
  for (const scope of SCOPE_NAMES) {
    const all = snapshot.facts[scope];
    if (all === undefined) continue;
    facts[scope] = all.slice(0, mostItems);
    if (all.length > mostItems) more[scope] = (more[scope] ?? 0) + all.length - mostItems;
  }
  return { ...snapshot, facts: facts as Facts, more };
}
