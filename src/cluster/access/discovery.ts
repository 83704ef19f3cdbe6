import type { ApiClient, Discovery } from '../../model/cluster/cluster.ts';
import type { ApiResource } from '../../model/cluster/kube.ts';
import { ClusterError } from '../cluster-errors.ts';

/** Aggregated discovery: all kinds of a cluster in two responses (Kubernetes 1.26 and later). */
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface GroupList {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly AggregatedResource[];
    }[];
  }[];
}

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string };
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource?: string;
  readonly shortNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly singularName?: string;
    readonly shortNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** Loads discovery documents on first use. */
export function openDiscovery(client: ApiClient): Discovery {
  let known: Promise<readonly ApiResource[]> | undefined;
  const load = () => {
    const loading = discover(client);
    known = loading;
    loading.catch(() => {
      if (known === loading) known = undefined;
    });
    return loading;
  };
  const find = async (test: (each: ApiResource) => boolean): Promise<ApiResource | undefined> => {
    const fresh = known === undefined;
    const found = (await (known ?? load())).find(test);
    // The kind may be new, from a CustomResourceDefinition that a step has applied.
    return found ?? (fresh ? undefined : (await load()).find(test));
  };
  return {
    byKind: (apiVersion, kind) => find((each) => versionOf(each) === apiVersion && each.kind === kind),
    byName: (name) => find((each) => isCalled(each, name)),
    all: () => known ?? load(),
    refresh: () => {
      known = undefined;
    },
  };
}

/** `apps/v1`, or `v1` for the core group. */
export function versionOf({ group, version }: Pick<ApiResource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

function isCalled(each: ApiResource, name: string): boolean {
  const wanted = name.toLowerCase();
  const names = [each.resource, each.singular, each.kind.toLowerCase(), ...each.shortNames];
  if (names.includes(wanted)) return true;
  const dot = wanted.indexOf('.');
  if (dot < 0) return false;
  const [own, rest] = [wanted.slice(0, dot), wanted.slice(dot + 1)];
  return names.includes(own) && (rest === each.group || rest === `${each.version}.${each.group}`);
}

async function discover(client: ApiClient): Promise<readonly ApiResource[]> {
  const [core, groups] = await Promise.all([
    client.request<GroupList>({ path: '/api', accept: AGGREGATED }),
    client.request<GroupList>({ path: '/apis', accept: AGGREGATED }),
  ]);
  const isAggregated = [core, groups].every(({ body }) => body.kind === 'APIGroupDiscoveryList');
  const found = isAggregated
    ? [...fromAggregated(core.body), ...fromAggregated(groups.body)]
    : await oneByOne(client, groups.body);
  // Stable: Kubernetes' own groups first, then in the server's order.
  return found.sort((a, b) => Number(isForeign(a.group)) - Number(isForeign(b.group)));
}

function isForeign(group: string): boolean {
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function fromAggregated({ items = [] }: GroupList): ApiResource[] {
  return items.flatMap(({ metadata, versions }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.map(
        ({ resource, responseKind, scope, singularResource, shortNames = [], verbs }): ApiResource => ({
          group: metadata?.name ?? '',
          version,
          resource,
          kind: responseKind?.kind ?? '',
          singular: singularResource || (responseKind?.kind ?? '').toLowerCase(),
          shortNames,
          namespaced: scope === 'Namespaced',
          verbs,
        }),
      ),
    ),
  );
}

/** For servers without the aggregated format: one request per group version. A failing one hides only its own kinds. */
async function oneByOne(client: ApiClient, body: unknown): Promise<ApiResource[]> {
  const { groups = [] } = body as {
    groups?: readonly {
      name: string;
      versions: readonly { version: string }[];
      preferredVersion?: { version: string };
    }[];
  };
  const versions = groups.flatMap(({ name, versions: served, preferredVersion }) =>
    [...served]
      .sort(
        (a, b) =>
          Number(b.version === preferredVersion?.version) - Number(a.version === preferredVersion?.version),
      )
      .map(({ version }) => ({ group: name, version })),
  );
  const lists = await Promise.all(
    [{ group: '', version: 'v1' }, ...versions].map(async ({ group, version }) => {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const { body: list } = await client.request<ResourceList>({ path }).catch((error: unknown) => {
        if (error instanceof ClusterError && error.kind !== 'busy' && error.kind !== 'not-found') throw error;
        return { body: {} as ResourceList };
      });
      return fromList(group, version, list);
    }),
  );
  return lists.flat();
}

function fromList(group: string, version: string, { resources = [] }: ResourceList): ApiResource[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, singularName, shortNames = [], verbs }) => ({
      ...{ group, version, kind, namespaced, shortNames, verbs },
      resource: name,
      singular: singularName || kind.toLowerCase(),
    }));
}
