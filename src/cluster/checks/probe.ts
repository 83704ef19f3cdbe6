import { nearest } from '../../base/nearest.ts';
import { jsonPath } from '../../judge/json-path.ts';
import { newest, podFailure } from '../../judge/pod-readiness.ts';
import { isPrivatePath } from '../../judge/private-path.ts';
import { makesPods, readiness } from '../../judge/readiness.ts';
import { at, conditions, type Readiness } from '../../judge/readiness-words.ts';
import { podSettling } from '../../judge/settling.ts';
import { failureOf, saysOnlyEnded, succeeded } from '../../judge/succeeded.ts';
import type { Probe, Verdict } from '../../model/check.ts';
import type { ApiResource, KubeObject } from '../../model/cluster/kube.ts';
import { compareValues } from '../../observe/compare-values.ts';
import { type Answers, answers } from '../../observe/probes/answers.ts';
import { ClusterError, remedyOf } from '../cluster-errors.ts';
import type { LiveTarget } from './live-list.ts';

/** A `k8s` check. */
export type ClusterProbe = Extract<Probe, { kind: 'k8s' }>;

/** What an answer rests on: the objects asked for, and the pods of workloads. */
export interface Seen {
  readonly objects: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
}

/** A verdict, and when it may change though no event says so. */
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

/** The pods that a workload selects; undefined: it makes none, or the check asks for something else than `ready`. */
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

/** Judges what was seen. Pure but for the clock that it is given. */
export function judgeProbe(probe: ClusterProbe, seen: Seen, now: number): Judgement {
  const say = answers(wantedOf(probe));
  const { objects } = seen;
  if (probe.expect.kind === 'absent') {
    return only(
      objects.length === 0
        ? say.pass('absent', 'there is none')
        : say.fail('exists', `there is ${namesOf(objects)}`),
    );
  }
  if (objects.length === 0) return only(say.fail('missing', 'there is none'));
  switch (probe.expect.kind) {
    case 'exists':
      return only(say.pass('exists', `there is ${namesOf(objects)}`));
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

/** What a kind that the cluster does not serve means. */
export function judgeUnknownKind(probe: ClusterProbe, served: readonly ApiResource[]): Verdict {
  const say = answers(wantedOf(probe));
  const near = nearest(
    probe.resource,
    served.flatMap((each) => [each.singular, each.resource]),
  );
  const observed = `the cluster serves no kind "${probe.resource}"${near ? ` (nearest: ${near})` : ''}`;
  if (probe.expect.kind !== 'absent') return say.fail('no-such-kind', observed);
  // A misspelt kind must not pass for absence.
  return near ? say.unknown('no-such-kind', observed) : say.pass('absent', observed);
}

/** What a cluster that cannot be asked means: always unknown, and hopeless where time does not mend it. */
export function judgeClusterError(probe: ClusterProbe, error: unknown): Verdict {
  const say = answers(wantedOf(probe));
  if (!(error instanceof ClusterError))
    return say.unknown('error', String((error as Error)?.message ?? error));
  const verdict = say.unknown(
    `cluster-${error.kind}`,
    `${error.message.replace(/\.$/, '')}. ${remedyOf(error)}`,
  );
  const lasts = error.kind === 'unauthorized' || error.kind === 'forbidden' || error.kind === 'not-allowed';
  return lasts ? { ...verdict, hopeless: true } : verdict;
}

function wantedOf(probe: ClusterProbe): string {
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
  if (status === 'failed') return only({ ...verdict, hopeless: true });
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
  const trouble = own.status === 'progressing' ? podFailure(theirs, now) : undefined;
  if (trouble?.status !== 'progressing') return trouble ?? own;
  return { ...trouble, why: `${own.why}; ${trouble.why}` };
}

/** Ready, if the pods have stayed so for long enough. */
function settled(
  own: Readiness,
  pods: readonly KubeObject[],
  now: number,
  minReadySeconds?: unknown,
): Readiness {
  if (own.status !== 'ready') return own;
  const min = typeof minReadySeconds === 'number' ? minReadySeconds : undefined;
  const rests = pods.flatMap((pod) => podSettling(pod, now, min) ?? []);
  const longest = rests.sort((a, b) => b.restMs - a.restMs)[0];
  if (!longest) return own;
  return { status: 'settling', why: `${own.why}, but ${longest.why}`, againAfterMs: longest.restMs };
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
    ? { ...say.fail('failed', observed), hopeless: true }
    : say.fail('not-ended', observed);
}

/** As kubectl wait: names without regard to case, and a condition that speaks of an older generation does not count. */
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
      return say.fail('stale', `${name}${type} still speaks of generation ${seen}`);
    }
    if (found.status.toLowerCase() !== value.toLowerCase()) {
      return say.fail('otherwise', `${name}${type} is ${found.status}: ${found.text}`);
    }
    // Argo Workflows sets Completed for workflows that have failed, too.
    const failure = value.toLowerCase() === 'true' && saysOnlyEnded(type) ? failureOf(object) : undefined;
    if (failure) {
      return { ...say.fail('failed', `${name}${type} is ${value}, but ${failure}`), hopeless: true };
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
      return { ...say.unknown('bad-path', `${path} cannot be followed: ${found.why}`), hopeless: true };
    const [one, ...others] = found.values;
    const name = objects.length === 1 ? '' : `${object.metadata?.name}: `;
    if (one === undefined)
      return say.fail('missing', `${name}nothing stands at ${path}${nearby(path, object)}`);
    if (others.length > 0 || (typeof one === 'object' && one !== null)) {
      return { ...say.unknown('not-one', `${name}${path} is not one value`), hopeless: true };
    }
    const holds = compareValues(String(one).trim(), comparator, value);
    const shown = isPrivate(probe, object) ? 'another value, which is not shown' : `"${String(one)}"`;
    if (holds === undefined) return say.unknown('no-number', `${name}${path} is ${shown}, no number`);
    if (!holds) return say.fail('otherwise', `${name}${path} is ${shown}`);
  }
  return say.pass(
    'as-wanted',
    `${path} ${comparator} ${isPrivate(probe, objects[0]!) ? 'what is wanted' : value}`,
  );
}

/** What a misspelt condition is to be compared with. */
function thereAre(rows: readonly { type?: string }[]): string {
  const types = rows.slice(0, 6).flatMap(({ type }) => type ?? []);
  return types.length === 0 ? '' : ` (there are: ${types.join(', ')})`;
}

/** The key beside it that is nearly the last one of a path. */
function nearby(path: string, object: KubeObject): string {
  const [, above = '', last = ''] = /^\{(.*)\.(\w+)\}$/.exec(path) ?? [];
  const parent = last === '' ? undefined : jsonPath(`{${above === '' ? '$' : above}}`, object);
  const [map] = parent?.ok && parent.values.length === 1 ? parent.values : [];
  const keys = map !== null && typeof map === 'object' && !Array.isArray(map) ? Object.keys(map) : [];
  const near = nearest(last, keys);
  return near === undefined ? '' : ` (nearest: ${near})`;
}

/** Values of Secrets and ConfigMaps, annotations and environments answer yes or no, and are not shown. */
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
