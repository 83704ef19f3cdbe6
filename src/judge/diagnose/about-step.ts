import type { Facts } from '../../model/snapshot.ts';

/** What a step acts on in a cluster and asks about there, where its fences say so and no shell code could do more. */
export interface AboutStep {
  readonly namespaces: readonly string[];
  /** Names of objects. */
  readonly names: readonly string[];
}

/** What reaches across namespaces, or stands for a cluster around this one. */
const EVERYBODY = new Set(['context', 'quota', 'limit-range', 'network-policy', 'host-port', 'field-fight']);

/** The facts, without objects of namespaces that the failed step has nothing to do with: what fails there explains nothing. */
export function withoutStrangers(facts: Facts, about: AboutStep | undefined): Facts {
  if (about === undefined || about.namespaces.length === 0 || facts.kubernetes === undefined) return facts;
  const own = new Set(about.namespaces);
  const kubernetes = facts.kubernetes.filter(
    (fact) =>
      EVERYBODY.has(fact.kind) ||
      !('namespace' in fact) ||
      fact.namespace === undefined ||
      own.has(fact.namespace),
  );
  return { ...facts, kubernetes };
}
