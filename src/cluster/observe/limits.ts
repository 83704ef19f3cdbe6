import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { amountsOf, type RawObject } from './raw.ts';

type Raw = Readonly<Record<string, string | number>>;

interface RawLimit {
  readonly type?: string;
  readonly default?: Raw;
  readonly defaultRequest?: Raw;
  readonly min?: Raw;
  readonly max?: Raw;
  readonly maxLimitRequestRatio?: Raw;
}

/** What a quota allows, and what is used. Until its controller has counted, only the specification is known. */
export function quotaFact(raw: RawObject): NewClusterFact {
  const status = raw.status as { hard?: Raw; used?: Raw } | undefined;
  const spec = raw.spec as { hard?: Raw } | undefined;
  return {
    kind: 'quota',
    namespace: raw.metadata?.namespace ?? 'default',
    name: raw.metadata?.name ?? '',
    hard: amountsOf(status?.hard ?? spec?.hard),
    used: amountsOf(status?.used),
  };
}

/** A limit range's items, one fact each. */
export function limitRangeFacts(raw: RawObject): NewClusterFact[] {
  const spec = raw.spec as { limits?: readonly RawLimit[] } | undefined;
  return (spec?.limits ?? []).map((each) => ({
    kind: 'limit-range' as const,
    namespace: raw.metadata?.namespace ?? 'default',
    name: raw.metadata?.name ?? '',
    type: each.type ?? 'Container',
    default: amountsOf(each.default),
    defaultRequest: amountsOf(each.defaultRequest),
    min: amountsOf(each.min),
    max: amountsOf(each.max),
    maxRatio: amountsOf(each.maxLimitRequestRatio),
  }));
}

/** Which pods a network policy selects, and in which directions. */
export function networkPolicyFact({ metadata, spec }: RawObject): NewClusterFact {
  const { podSelector, policyTypes } = (spec ?? {}) as {
    podSelector?: { matchLabels?: Record<string, string> };
    policyTypes?: string[];
  };
  const labels = Object.entries(podSelector?.matchLabels ?? {});
  return {
    kind: 'network-policy',
    namespace: metadata?.namespace ?? 'default',
    name: metadata?.name ?? '',
    selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    directions: [...(policyTypes ?? ['Ingress'])],
  };
}
