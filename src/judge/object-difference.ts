import { isSameJson } from '../base/same-json.ts';
import type { KubeObject } from '../model/cluster/kube.ts';

/** One field that differs. */
export interface Difference {
  /** In readable form: `spec.template.spec.containers[name=web].image`. */
  readonly path: string;
  readonly kind: 'changed' | 'missing' | 'extra';
  /** The live value; undefined if missing. */
  readonly live?: unknown;
  /** The expected value; undefined if the live value is extra. */
  readonly wanted?: unknown;
}

/** Fields that the server writes itself. */
const OWN_OF_SERVER = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);

/** Fields that identify the items of a list, in order of preference (list-map keys of the API). */
const LIST_KEYS = ['name', 'key', 'containerPort', 'port', 'mountPath', 'ip', 'type', 'uid', 'topologyKey'];

/** An object without the server's own fields: status, versions, times, field owners. */
function withoutServerFields(object: KubeObject): KubeObject {
  const { status: _, metadata, ...rest } = object;
  const own = Object.entries(metadata ?? {}).filter(([key]) => !OWN_OF_SERVER.has(key));
  return { ...rest, metadata: Object.fromEntries(own) };
}

/**
 * The differences between a live object and the result of a server-side dry run. Both come from the same server, so
 * defaults, quantities and orders already match.
 */
export function differences(live: KubeObject, wanted: KubeObject): Difference[] {
  const found: Difference[] = [];
  compare(withoutServerFields(live), withoutServerFields(wanted), '', found);
  return found;
}

/** Whether what lives holds all that is wanted, and only adds to it: further keys of maps, in lists of the same length too. */
export function completes(live: unknown, wanted: unknown): boolean {
  if (isSameJson(live, wanted)) return true;
  if (Array.isArray(live) && Array.isArray(wanted)) {
    return live.length === wanted.length && live.every((each, index) => completes(each, wanted[index]));
  }
  if (!isMap(live) || !isMap(wanted)) return false;
  return Object.entries(wanted).every(([key, value]) => completes(live[key], value));
}

function compare(live: unknown, wanted: unknown, path: string, found: Difference[]): void {
  if (isSameJson(live, wanted)) return;
  if (wanted === undefined) found.push({ path, kind: 'extra', live });
  else if (live === undefined) found.push({ path, kind: 'missing', wanted });
  else if (Array.isArray(live) && Array.isArray(wanted)) compareLists(live, wanted, path, found);
  else if (isMap(live) && isMap(wanted)) {
    for (const key of new Set([...Object.keys(live), ...Object.keys(wanted)])) {
      compare(live[key], wanted[key], join(path, key), found);
    }
  } else found.push({ path, kind: 'changed', live, wanted });
}

function compareLists(live: unknown[], wanted: unknown[], path: string, found: Difference[]): void {
  const key = LIST_KEYS.find((each) => isKeyed(live, each) && isKeyed(wanted, each));
  if (key === undefined) {
    if (live.length === wanted.length && [...live, ...wanted].every(isMap)) {
      for (const [index, each] of live.entries()) compare(each, wanted[index], `${path}[${index}]`, found);
    } else found.push({ path, kind: 'changed', live, wanted });
    return;
  }
  const name = (each: unknown) => (each as Record<string, unknown>)[key];
  const before = found.length;
  for (const id of new Set([...live, ...wanted].map(name))) {
    const [a, b] = [live.find((each) => name(each) === id), wanted.find((each) => name(each) === id)];
    compare(a, b, `${path}[${key}=${String(id)}]`, found);
  }
  // The same items in a different order.
  if (found.length === before) found.push({ path, kind: 'changed', live, wanted });
}

function isKeyed(list: readonly unknown[], key: string): boolean {
  const ids = list.map((each) => (isMap(each) ? each[key] : undefined));
  return ids.every((id) => id !== undefined && typeof id !== 'object') && new Set(ids).size === ids.length;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  const shown = /^[A-Za-z_][\w-]*$/.test(key) ? key : undefined;
  if (shown === undefined) return `${path}['${key}']`;
  return path === '' ? shown : `${path}.${shown}`;
}
