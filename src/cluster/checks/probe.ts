import { nearest } from '../../base/nearest.ts';
import { jsonPath } from '../../judge/json-path.ts';
import { newest, podFailure, podReadiness } from '../../judge/pod-readiness.ts';
import { isPrivatePath } from '../../judge/private-path.ts';
import { makesPods, readiness } from '../../judge/readiness.ts';
import { at, conditions, progressing, type Readiness } from '../../judge/readiness-words.ts';
import { podSettling } from '../../judge/settling.ts';
import { permanentFailure, saysOnlyEnded, succeeded } from '../../judge/succeeded.ts';
import type { Probe, Verdict } from '../../model/check.ts';
import type { ApiResource, KubeObject } from '../../model/cluster/kube.ts';
import { compareValues } from '../../observe/compare-values.ts';
import { type Answers, answers } from '../../observe/probes/answers.ts';
import { ClusterError, remedyOf } from '../cluster-errors.ts';
import type { LiveTarget } from './live-list.ts';

/** A `k8s` check. */
export type ClusterProbe = Extract<Probe, { kind: 'k8s' }>;

/** The input of a verdict: the objects of the check, and the pods of workloads. */
export interface Seen {
  readonly objects: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
}

/** A verdict, and when it may change without an event. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly againAfterMs?: number;
}

/** The list that a check is about. */
export function probeTarget(probe: ClusterProbe, resource: ApiResource): LiveTarget {
  return {
    resource,
    ...(resource.namespaced && { namespace: probe.namespace }),
    ...(probe.name !== undefined && { fieldSelector: `metadata.name=${probe.name}` }),
    ...(probe.selector !== undefined && { labelSelector: probe.selector }),
  };
}

/** The pods that a workload selects; undefined if it creates none, or the check is not `ready`. */
export function podsOf(
  probe: ClusterProbe,
  object: KubeObject,
): Pick<LiveTarget, 'namespace' | 'labelSelector'> | undefined {
  if (probe.expect.kind !== 'ready' || !makesPods(object)) return undefined;
  const labels = at(object, 'spec', 'selector', 'matchLabels');
  if (labels === null || typeof labels !== 'object') return undefined;
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return labelSelector === '' ? undefined : { namespace: object.metadata?.namespace, labelSelector };
}

/** Evaluates a check on what was read. Pure, except for the time that is passed in. */
export function judgeProbe(probe: ClusterProbe, seen: Seen, now: number): Judgement {
  const say = answers(expectedText(probe));
  const { objects } = seen;
  if (probe.expect.kind === 'absent') {
    return only(
      objects.length === 0
        ? say.pass('absent', 'it does not exist')
        : say.fail('exists', `found ${namesOf(objects)}`),
    );
  }
  if (objects.length === 0) return only(say.fail('missing', 'it does not exist'));
  switch (probe.expect.kind) {
    case 'exists':
      return only(say.pass('exists', `found ${namesOf(objects)}`));
    case 'ready':
      return judgeReady(seen, say, now);
    case 'succeeded':
      return only(judgeSucceeded(objects, say));
    case 'condition':
      return only(judgeCondition(probe.expect, objects, say));
    case 'jsonpath':
      return only(judgePath(probe, probe.expect, objects, say));
  }
}

/** The verdict if the cluster does not serve the kind. */
export function judgeUnknownKind(probe: ClusterProbe, served: readonly ApiResource[]): Verdict {
  const say = answers(expectedText(probe));
  const near = nearest(
    probe.resource,
    served.flatMap((each) => [each.singular, each.resource]),
  );
  const observed = `the cluster does not serve the kind "${probe.resource}"${near ? ` (nearest: ${near})` : ''}`;
  if (probe.expect.kind !== 'absent') return say.fail('no-such-kind', observed);
  // A misspelled kind must not count as absence.
  return near ? say.unknown('no-such-kind', observed) : say.pass('absent', observed);
}

/** The verdict if the cluster cannot be queried: always unknown, and permanent if waiting does not help. */
export function judgeClusterError(probe: ClusterProbe, error: unknown): Verdict {
  const say = answers(expectedText(probe));
  if (!(error instanceof ClusterError))
    return say.unknown('error', String((error as Error)?.message ?? error));
  const verdict = say.unknown(
    `cluster-${error.kind}`,
    `${error.message.replace(/\.$/, '')}. ${remedyOf(error)}`,
  );
  const isPermanent =
    error.kind === 'unauthorized' || error.kind === 'forbidden' || error.kind === 'not-allowed';
  return isPermanent ? { ...verdict, permanent: true } : verdict;
}

function expectedText(probe: ClusterProbe): string {
  const { resource, name, namespace, selector, expect } = probe;
  const which = `${resource}${name === undefined ? '' : `/${name}`}${namespace === 'default' ? '' : ` in ${namespace}`}${selector ? ` with ${selector}` : ''}`;
  switch (expect.kind) {
    case 'condition':
      return `${which}: ${expect.type} ${expect.value}`;
    case 'jsonpath':
      return `${which}: ${expect.path} ${expect.comparator} ${expect.value}`;
    default:
      return `${which} ${expect.kind}`;
  }
}

function judgeReady({ objects, pods }: Seen, say: Answers, now: number): Judgement {
  const each = objects.map((object) => ({ object, state: stateOf(object, pods, now) }));
  const [worst] = (['failed', 'progressing', 'settling'] as const).flatMap((status) =>
    each.filter(({ state }) => state.status === status),
  );
  if (!worst) {
    const why = each.length === 1 ? each[0]!.state.why : `${each.length} of ${each.length} are ready`;
    return only(say.pass('ready', why));
  }
  const { status, why } = worst.state;
  const about = objects.length === 1 ? '' : `${worst.object.metadata?.name}: `;
  const verdict = say.fail(status === 'failed' ? 'failed' : 'not-ready', `${about}${why}`);
  if (status === 'failed') return only({ ...verdict, permanent: true });
  const times = each.flatMap(({ state }) => ('againAfterMs' in state && state.againAfterMs) || []);
  return {
    verdict: status === 'settling' ? { ...verdict, settlesInMs: Math.max(...times) } : verdict,
    ...(times.length > 0 && { againAfterMs: Math.min(...times) }),
  };
}

function stateOf(object: KubeObject, pods: readonly KubeObject[], now: number): Readiness {
  const own = readiness(object, now);
  if (object.kind === 'Pod') return settled(own, [object], now);
  if (!makesPods(object)) return own;
  const theirs = newest(
    pods.filter((pod) => pod.metadata?.namespace === object.metadata?.namespace && isSelected(pod, object)),
  );
  if (own.status === 'ready') {
    // A Job that is complete is done, whatever becomes of its pods.
    return object.kind === 'Job' ? own : settled(own, theirs, now, at(object, 'spec', 'minReadySeconds'));
  }
  const podState = own.status === 'progressing' ? podFailure(theirs, now) : undefined;
  if (podState?.status !== 'progressing') return podState ?? own;
  return { ...podState, why: `${own.why}; ${podState.why}` };
}

/** Ready, if the pods have stayed so for long enough. */
function settled(
  own: Readiness,
  pods: readonly KubeObject[],
  now: number,
  minReadySeconds?: unknown,
): Readiness {
  if (own.status !== 'ready') return own;
  // Pods tell first that a container has ended; their workload counts them later.
  const living = pods.filter((pod) => !pod.metadata?.deletionTimestamp && !hasEnded(pod));
  for (const pod of living) {
    const { status, why } = podReadiness(pod, now);
    if (status !== 'ready') return progressing(`${own.why}, but pod ${pod.metadata?.name}: ${why}`);
  }
  const min = typeof minReadySeconds === 'number' ? minReadySeconds : undefined;
  const rests = living.flatMap((pod) => podSettling(pod, now, min) ?? []);
  const longest = rests.sort((a, b) => b.restMs - a.restMs)[0];
  if (!longest) return own;
  return { status: 'settling', why: `${own.why}, but ${longest.why}`, againAfterMs: longest.restMs };
}

function hasEnded(pod: KubeObject): boolean {
  const phase = at(pod, 'status', 'phase');
  return phase === 'Failed' || phase === 'Succeeded';
}

function isSelected(pod: KubeObject, object: KubeObject): boolean {
  const labels = Object.entries(
    (at(object, 'spec', 'selector', 'matchLabels') ?? {}) as Record<string, string>,
  );
  return labels.length > 0 && labels.every(([key, value]) => pod.metadata?.labels?.[key] === value);
}

function judgeSucceeded(objects: readonly KubeObject[], say: Answers): Verdict {
  const each = objects.map((object) => ({ object, state: succeeded(object) }));
  const worst =
    each.find(({ state }) => state.status === 'failed') ?? each.find(({ state }) => state.status !== 'ready');
  if (!worst)
    return say.pass('succeeded', objects.length === 1 ? each[0]!.state.why : `all ${objects.length}`);
  const observed = `${objects.length === 1 ? '' : `${worst.object.metadata?.name}: `}${worst.state.why}`;
  return worst.state.status === 'failed'
    ? { ...say.fail('failed', observed), permanent: true }
    : say.fail('not-ended', observed);
}

/** As in kubectl wait: names are case-insensitive, and a condition of an older generation does not count. */
function judgeCondition(
  { type, value }: { type: string; value: string },
  objects: readonly KubeObject[],
  say: Answers,
): Verdict {
  for (const object of objects) {
    const rows = (at(object, 'status', 'conditions') ?? []) as {
      type?: string;
      observedGeneration?: number;
    }[];
    const found = conditions(object).find((each) => each.type.toLowerCase() === type.toLowerCase());
    const name = objects.length === 1 ? '' : `${object.metadata?.name}: `;
    if (!found) return say.fail('missing', `${name}no condition ${type} yet${thereAre(rows)}`);
    const row = rows.find((each) => each.type?.toLowerCase() === type.toLowerCase());
    const seen =
      row?.observedGeneration ?? (at(object, 'status', 'observedGeneration') as number | undefined);
    if (
      seen !== undefined &&
      object.metadata?.generation !== undefined &&
      seen < object.metadata.generation
    ) {
      return say.fail('stale', `${name}${type} still refers to generation ${seen}`);
    }
    if (found.status.toLowerCase() !== value.toLowerCase()) {
      return say.fail('otherwise', `${name}${type} is ${found.status}: ${found.text}`);
    }
    // Argo Workflows sets Completed for workflows that have failed, too.
    const failure =
      value.toLowerCase() === 'true' && saysOnlyEnded(type) ? permanentFailure(object) : undefined;
    if (failure) {
      return { ...say.fail('failed', `${name}${type} is ${value}, but ${failure}`), permanent: true };
    }
  }
  return say.pass('as-wanted', `${type} is ${value}`);
}

function judgePath(
  probe: ClusterProbe,
  { path, comparator, value }: Extract<ClusterProbe['expect'], { kind: 'jsonpath' }>,
  objects: readonly KubeObject[],
  say: Answers,
): Verdict {
  for (const object of objects) {
    const found = jsonPath(path, object);
    if (!found.ok)
      return { ...say.unknown('bad-path', `${path} is not a usable path: ${found.why}`), permanent: true };
    const [one, ...others] = found.values;
    const name = objects.length === 1 ? '' : `${object.metadata?.name}: `;
    if (one === undefined)
      return say.fail('missing', `${name}no value at ${path}${nearestKey(path, object)}`);
    if (others.length > 0 || (typeof one === 'object' && one !== null)) {
      return { ...say.unknown('not-one', `${name}${path} is not a single value`), permanent: true };
    }
    const holds = compareValues(String(one).trim(), comparator, value);
    const shown = isPrivate(probe, object) ? 'a different value (not shown)' : `"${String(one)}"`;
    if (holds === undefined)
      return say.unknown('no-number', `${name}${path} is ${shown}, which is not a number`);
    if (!holds) return say.fail('otherwise', `${name}${path} is ${shown}`);
  }
  return say.pass(
    'as-wanted',
    `${path} ${comparator} ${isPrivate(probe, objects[0]!) ? 'the expected value' : value}`,
  );
}

/** Lists the existing conditions, to recognize a misspelled one. */
function thereAre(rows: readonly { type?: string }[]): string {
  const types = rows.slice(0, 6).flatMap(({ type }) => type ?? []);
  return types.length === 0 ? '' : ` (there are: ${types.join(', ')})`;
}

/** The sibling key whose name is nearest to the last one of a path. */
function nearestKey(path: string, object: KubeObject): string {
  const [, above = '', last = ''] = /^\{(.*)\.(\w+)\}$/.exec(path) ?? [];
  const parent = last === '' ? undefined : jsonPath(`{${above === '' ? '$' : above}}`, object);
  const [map] = parent?.ok && parent.values.length === 1 ? parent.values : [];
  const keys = map !== null && typeof map === 'object' && !Array.isArray(map) ? Object.keys(map) : [];
  const near = nearest(last, keys);
  return near === undefined ? '' : ` (nearest: ${near})`;
}

/** Values of Secrets and ConfigMaps, annotations and environments are compared but not shown. */
function isPrivate({ expect }: ClusterProbe, { kind }: KubeObject): boolean {
  if (kind === 'Secret' || kind === 'ConfigMap') return true;
  return expect.kind === 'jsonpath' && isPrivatePath(expect.path);
}

function namesOf(objects: readonly KubeObject[]): string {
  const names = objects.slice(0, 3).map((each) => each.metadata?.name ?? '?');
  return `${names.join(', ')}${objects.length > 3 ? ` and ${objects.length - 3} more` : ''}`;
}

function only(verdict: Verdict): Judgement {
  return { verdict };
}
