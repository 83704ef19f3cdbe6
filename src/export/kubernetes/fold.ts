import { jsonPatched } from '../../judge/json-patch.ts';
import type { PatchAction } from '../../model/action.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';

type Json = unknown;
type JsonMap = Readonly<Record<string, Json>>;

/** Where the API server puts new items of a list: before the others in a strategic merge, after them in an apply. */
type NewItems = 'first' | 'last';

/** Fields whose items are merged by a key in a strategic merge; other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'port'],
};

/** The object with a patch applied; undefined if the patch does not fit. */
export function foldPatch(
  object: KubeObject,
  type: PatchAction['type'],
  patch: Json,
): KubeObject | undefined {
  if (type === 'json') return jsonPatched(patch, object) as KubeObject | undefined;
  return isMap(patch)
    ? (merged(object, patch, type === 'strategic' ? 'first' : undefined) as KubeObject)
    : undefined;
}

/** An object that a later fence applies again. */
export const foldApply = (object: KubeObject, again: KubeObject): KubeObject =>
  merged(object, again, 'last') as KubeObject;

/** Without a place for new items, lists are replaced. */
function merged(target: Json, patch: Json, newItems: NewItems | undefined, field = ''): Json {
  if (Array.isArray(patch) && Array.isArray(target) && newItems)
    return mergedList(target, patch, field, newItems);
  if (!isMap(patch)) return patch;
  const result: Record<string, Json> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value, newItems, key);
  }
  return result;
}

function mergedList(
  target: readonly Json[],
  patch: readonly Json[],
  field: string,
  newItems: NewItems,
): readonly Json[] {
  const key = MERGE_KEYS[field]?.find((each) =>
    patch.every((item) => isMap(item) && item[each] !== undefined),
  );
  if (key === undefined) return patch;
  const keyOf = (item: Json) => (isMap(item) ? item[key] : undefined);
  const kept = target.map((item) => {
    const change = patch.find((each) => keyOf(each) === keyOf(item));
    return change === undefined ? item : merged(item, change, newItems);
  });
  const added = patch.filter((item) => !target.some((each) => keyOf(each) === keyOf(item)));
  return newItems === 'first' ? [...added, ...kept] : [...kept, ...added];
}

const isMap = (value: Json): value is JsonMap =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
