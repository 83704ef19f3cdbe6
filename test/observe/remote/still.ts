import type { Scope, Snapshot } from '../../../src/model/facts/snapshot.ts';

/** Facts that change all the time are excluded from a comparison. */
const MOVING = /^(?:id|load|bootedAt|used|freeBytes|freeInodes|hits|periods)$/;

/** The facts of a scope as lines, without changing values. */
export function still(snapshot: Snapshot, scope: Scope): string[] {
  return (snapshot.facts[scope] ?? [])
    .map((fact) => JSON.stringify(fact, (key, value) => (MOVING.test(key) ? undefined : (value as unknown))))
    .sort();
}
