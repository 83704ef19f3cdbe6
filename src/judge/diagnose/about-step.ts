import type { Facts } from '../../model/facts/snapshot.ts';

/** The cluster objects that a step acts on and checks, if its fences say so and no shell code could do more. */
export interface AboutStep {
  readonly namespaces: readonly string[];
  /** Names of objects. */
  readonly names: readonly string[];
}

/** Kinds of facts that concern more than one namespace, or an enclosing cluster. */
const CLUSTER_WIDE_KINDS = new Set([
  'context',
  'quota',
  'limit-range',
  'network-policy',
  'host-port',
  'field-fight',
]);

/** The facts without objects of namespaces that the failed step does not use: they do not explain its failure. */
export function relevantFacts(facts: Facts, about: AboutStep | undefined): Facts {
  if (about === undefined || about.namespaces.length === 0 || facts.kubernetes === undefined) return facts;
  const own = new Set(about.namespaces);
  const kubernetes = facts.kubernetes.filter(
    (fact) =>
      CLUSTER_WIDE_KINDS.has(fact.kind) ||
      !('namespace' in fact) ||
      fact.namespace === undefined ||
      own.has(fact.namespace),
  );
  return { ...facts, kubernetes };
}
