import type { Scope, Snapshot } from '../../../src/model/snapshot.ts';

/** What moves by itself is left out of a comparison. */
const MOVING = /^(?:id|load|bootedAt|used|freeBytes|freeInodes|hits|periods)$/;

/** The facts of a scope as lines, without what moves. */
export function still(snapshot: Snapshot, scope: Scope): string[] {
  return (snapshot.facts[scope] ?? [])
    .map((fact) => JSON.stringify(fact, (key, value) => (MOVING.test(key) ? undefined : (value as unknown))))
    .sort();
}
