import { pluralize } from '../../base/pluralize.ts';
import { withoutCompletions } from '../../judge/foreign-fields.ts';
import { type Difference, differences } from '../../judge/object-difference.ts';
import { readiness } from '../../judge/readiness.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import { type KubeObject, type ObjectKey, showKey } from '../../model/cluster/kube.ts';
import { watchUntil } from '../checks/watch-until.ts';
import { ClusterError, remedyOf } from '../cluster-errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { inApplyOrder } from './kind-order.ts';
import { applyObject, FIELD_MANAGER, PATCH_MANAGER, type Placed } from './server-side-apply.ts';

/** How many objects are written in parallel. */
const PARALLEL = 8;

/** How many rejected objects one error reports. */
const MAX_REPORTED = 5;

/** How long to wait until a CustomResourceDefinition is served. */
const ESTABLISHED_WITHIN_MS = 60_000;

/** The live state of an object of a set. */
export interface AppliedState {
  readonly placed: Placed;
  /** Undefined if it does not exist. */
  readonly live: KubeObject | undefined;
}

/** The result of applying one object. */
interface Applied {
  readonly key: ObjectKey;
  readonly what: 'created' | 'changed' | 'unchanged';
  readonly warnings: readonly string[];
}

/** What an apply would change about an object. */
export interface ComparedSet {
  readonly key: ObjectKey;
  /** Undefined if it does not exist. */
  readonly live: KubeObject | undefined;
  readonly differences: readonly Difference[];
}

/** Callbacks of a pass while a set is applied. */
export interface Applying {
  /** Called before anything is written, with the live state. */
  before(found: readonly AppliedState[]): Promise<void>;
  after(applied: Applied): void;
  readonly signal?: AbortSignal;
}

/**
 * Applies a set. Runs a dry run of the whole set first, so that an error in one object is found before any is written.
 * Then writes in the order of kinds, and waits until each definition is served before writing its objects.
 * @throws ClusterError for all objects that the dry run rejects, or for the first that cannot be written
 */
export async function applySet(
  cluster: Cluster,
  placed: readonly Placed[],
  applying: Applying,
): Promise<void> {
  const { signal } = applying;
  const found = await findAll(cluster, placed, signal);
  await dryRunAll(cluster, dryRunnable(found), signal);
  await applying.before(found);
  const byKey = new Map(found.map((each) => [JSON.stringify(each.placed.key), each.live]));
  for (const group of inApplyOrder(placed.map((each) => Object.assign({ placed: each }, each.object)))) {
    await mapConcurrently(PARALLEL, group, async ({ placed: each }) => {
      const { object, warnings } = await applyObject(cluster, each, {
        dryRun: false,
        ...(signal && { signal }),
      });
      const live = byKey.get(JSON.stringify(each.key));
      applying.after({ key: each.key, what: changeOf(live, object), warnings });
    });
    if (group[0]?.placed.key.kind === 'CustomResourceDefinition') {
      await established(
        cluster,
        group.map((each) => each.placed),
        signal,
      );
    }
  }
}

/** Runs a dry run of every object. Errors of single objects are collected; any other error is thrown at once. */
async function dryRunAll(
  cluster: Cluster,
  found: readonly AppliedState[],
  signal?: AbortSignal,
): Promise<void> {
  const refused: ClusterError[] = [];
  await mapConcurrently(PARALLEL, found, async ({ placed }) => {
    try {
      await applyObject(cluster, placed, { dryRun: true, ...(signal && { signal }) });
    } catch (error) {
      const isOwn = error instanceof ClusterError && (error.kind === 'conflict' || error.kind === 'invalid');
      if (!isOwn) throw error;
      refused.push(error);
    }
  });
  if (refused.length > 0) throw combine(refused);
}

/** Combines as many errors as a person reads; the first determines the kind. */
function combine(errors: readonly ClusterError[]): ClusterError {
  const [first, ...others] = errors as [ClusterError, ...ClusterError[]];
  if (others.length === 0) return first;
  const shown = errors.slice(0, MAX_REPORTED);
  const more = errors.length - shown.length;
  const messages = shown.map(({ message }) => message.replace(/[^.]$/, '$&.'));
  return new ClusterError(
    first.kind,
    [...messages, ...(more > 0 ? [`${pluralize(more, 'more object')} failed too.`] : [])].join(' '),
    { ...first.more, remedy: [...new Set(shown.map(remedyOf))].join(' ') },
  );
}

/**
 * What an apply of the set would change, object by object; writes nothing. `isPatched` says which objects a patch of
 * the same document also changes: values set by that patch count as intended.
 */
export async function compareSet(
  cluster: Cluster,
  placed: readonly Placed[],
  { isPatched, signal }: { isPatched: (key: ObjectKey) => boolean; signal?: AbortSignal },
): Promise<ComparedSet[]> {
  return mapConcurrently(PARALLEL, placed, (each) => compareOne(cluster, each, isPatched(each.key), signal));
}

/** A controller may write to the object between the two reads; then both are repeated. */
async function compareOne(
  cluster: Cluster,
  placed: Placed,
  isPatched: boolean,
  signal?: AbortSignal,
  tries = 3,
): Promise<ComparedSet> {
  const [{ live }] = (await findAll(cluster, [placed], signal)) as [AppliedState];
  if (!live) return { key: placed.key, live, differences: [] };
  const { object, overruled } = await applyObject(cluster, placed, {
    dryRun: true,
    overruleAll: true,
    ...(signal && { signal }),
  });
  const isSame = object.metadata?.resourceVersion === live.metadata?.resourceVersion;
  if (!isSame && tries > 1) return compareOne(cluster, placed, isPatched, signal, tries - 1);
  const patched = isPatched ? overruled.map(plainPath) : [];
  const found = differences(live, object).filter(
    ({ path }) => !patched.some((each) => plainPath(path).startsWith(each)),
  );
  return { key: placed.key, live, differences: withoutCompletions(found, live, OURS) };
}

const OURS: ReadonlySet<string> = new Set([FIELD_MANAGER, PATCH_MANAGER]);

/** The API server quotes paths differently than we do. */
function plainPath(path: string): string {
  return path.replace(/\['([^']*)'\]/g, '.$1').replaceAll('"', '');
}

/** Reads the live state of every object of a set. */
async function findAll(
  cluster: Cluster,
  placed: readonly Placed[],
  signal?: AbortSignal,
): Promise<AppliedState[]> {
  return mapConcurrently(PARALLEL, placed, async (each) => {
    const { namespace, name } = each.key;
    const where = { ...(namespace !== undefined && { namespace }), ...(signal && { signal }) };
    return { placed: each, live: await cluster.get(each.resource, name, where) };
  });
}

/** Excludes objects in a namespace, or of a kind, that this set itself creates. */
function dryRunnable(found: readonly AppliedState[]): AppliedState[] {
  const missing = found.filter(({ live }) => live === undefined).map(({ placed }) => placed);
  const namespaces = new Set(
    missing.filter(({ key }) => key.kind === 'Namespace').map(({ key }) => key.name),
  );
  const kinds = new Set(
    missing.flatMap(({ object }) => {
      const { group, names } = (object.kind === 'CustomResourceDefinition' ? (object.spec ?? {}) : {}) as {
        group?: string;
        names?: { kind?: string };
      };
      return group && names?.kind ? [`${group}/${names.kind}`] : [];
    }),
  );
  return found.filter(
    ({ placed: { key, resource } }) =>
      !namespaces.has(key.namespace ?? '') && !kinds.has(`${resource.group}/${resource.kind}`),
  );
}

function changeOf(before: KubeObject | undefined, after: KubeObject): Applied['what'] {
  if (!before) return 'created';
  return before.metadata?.resourceVersion === after.metadata?.resourceVersion ? 'unchanged' : 'changed';
}

async function established(
  cluster: Cluster,
  definitions: readonly Placed[],
  signal?: AbortSignal,
): Promise<void> {
  const names = new Set(definitions.map(({ key }) => key.name));
  const waited = await watchUntil(
    cluster,
    [{ resource: definitions[0]!.resource }],
    ([all = []]) => {
      const states = all
        .filter((each) => names.has(each.metadata?.name ?? ''))
        .map((each) => ({ each, state: readiness(each, 0) }));
      const broken = states.find(({ state }) => state.status === 'failed');
      if (broken) {
        const what = showKey({ kind: 'CustomResourceDefinition', name: broken.each.metadata?.name ?? '' });
        throw new ClusterError('invalid', `${what}: ${broken.state.why}`);
      }
      const isDone = states.length === names.size && states.every(({ state }) => state.status === 'ready');
      return isDone ? { kind: 'done', value: true } : { kind: 'wait' };
    },
    { deadline: Date.now() + ESTABLISHED_WITHIN_MS, ...(signal && { signal }) },
  );
  cluster.discovery.refresh();
  if (waited.kind === 'timeout') {
    throw new ClusterError(
      'busy',
      `The API server does not serve ${[...names].join(', ')} after ${ESTABLISHED_WITHIN_MS / 1000} s.`,
    );
  }
}
