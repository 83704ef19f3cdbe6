import { pluralize } from '../base/pluralize.ts';
import type { KubeObject } from '../model/cluster/kube.ts';
import { podReadiness } from './pod-readiness.ts';
import {
  all,
  at,
  Condition,
  conditions,
  failed,
  number,
  progressing,
  type Readiness,
  ready,
} from './readiness-words.ts';
import { permanentFailure, succeeded } from './succeeded.ts';

/** Evaluates one kind of object. Undefined: no opinion, so its Ready condition decides. */
type Rule = (object: KubeObject, now: number) => Readiness | undefined;

const DEADLINE_EXCEEDED = 'ProgressDeadlineExceeded';

/** By group and kind; `extensions` of old clusters counts as `apps`. */
const RULES: Readonly<Record<string, Rule>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  'batch/CronJob': () => ready('a CronJob is ready as soon as it exists'),
  '/Pod': podReadiness,
  '/Node': node,
  '/Service': service,
  '/PersistentVolumeClaim': claim,
  '/Namespace': namespace,
  '/Secret': () => ready('there'),
  '/ConfigMap': () => ready('there'),
  'policy/PodDisruptionBudget': () => ready('there'),
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  'argoproj.io/Workflow': succeeded,
};

/**
 * Whether an object is ready by the rules of its kind, from the object alone. Follows kstatus (sigs.k8s.io/cli-utils,
 * pkg/kstatus/status) in its order, but is stricter where kstatus reports objects as current that cannot be used yet:
 * a failed pod has failed, a job must have completed, a LoadBalancer needs an address, init containers count, and a
 * container that waits with an error fails at once.
 *
 * @param now milliseconds since the epoch: an unschedulable pod fails after 15 s, without an event
 */
export function readiness(object: KubeObject, now: number): Readiness {
  const early = general(object);
  if (early) return early;
  const [group = '', kind = object.kind ?? ''] = groupKind(object);
  const rule = RULES[`${group === 'extensions' ? 'apps' : group}/${kind}`];
  return rule?.(object, now) ?? byReadyCondition(object);
}

/** Whether a kind creates pods, whose failures are more specific than its own status. */
export function makesPods({ kind = '' }: KubeObject): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'ReplicationController'].includes(
    kind,
  );
}

function groupKind({ apiVersion = '', kind = '' }: KubeObject): [string, string] {
  return [apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '', kind];
}

const surplus = (pods: number, noun = 'pod') => `${pluralize(pods, noun)} still terminating`;

function general(object: KubeObject): Readiness | undefined {
  if (object.metadata?.deletionTimestamp) return progressing('it is being deleted');
  const [generation, observed] = [object.metadata?.generation, at(object, 'status', 'observedGeneration')];
  if (generation !== undefined && observed !== undefined && generation !== observed) {
    return progressing(
      `generation ${generation} has not been observed yet (last observed ${String(observed)})`,
    );
  }
  for (const each of conditions(object)) {
    if (each.type === 'Reconciling' && each.status === 'True') return progressing(each.text);
    if (each.type === 'Stalled' && each.status === 'True') return failed(each.text);
  }
  return undefined;
}

/** Phases of custom kinds that are on their way, or have arrived. Others say too little to be judged by. */
const UNDER_WAY =
  /^(?:Pending|New|Creating|Provisioning|Initiali[sz]ing|Starting|Deploying|Installing|Upgrading|Updating|Reconciling|Progressing|InProgress|Waiting|Terminating|Deleting|Unknown)$/i;

/** By the Ready condition, else by one that says as much, else by the phase. */
function byReadyCondition(object: KubeObject): Readiness {
  const found = ['Ready', 'Available', 'Healthy'].flatMap((type) => Condition.of(object, type) ?? [])[0];
  if (found?.status === 'True') return ready(found.type);
  const failure = permanentFailure(object);
  if (failure) return failed(failure);
  if (found) return progressing(`${found.type} is ${found.status}: ${found.text}`);
  const phase = at(object, 'status', 'phase');
  if (typeof phase !== 'string' || phase === '') return ready('there');
  return UNDER_WAY.test(phase) ? progressing(`its phase is ${phase}`) : ready(`its phase is ${phase}`);
}

function deployment(object: KubeObject): Readiness {
  const progress = Condition.of(object, 'Progressing');
  if (progress?.reason === DEADLINE_EXCEEDED) return failed(progress.text);
  const counts = replicas(object);
  const deadline = at(object, 'spec', 'progressDeadlineSeconds');
  const hasProgressed =
    deadline === undefined ||
    deadline === 2 ** 31 - 1 ||
    (progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable');
  const { wanted, total, updated, available, ready: up } = counts;
  return (
    all(
      [total < wanted, `${total} of ${wanted} pods created`],
      [updated < wanted, `${updated} of ${wanted} pods updated`],
      [total > wanted, surplus(total - wanted, 'old pod')],
      [updated > available, `${available} of ${updated} pods available`],
      [up < wanted, `${up} of ${wanted} pods ready`],
      [!hasProgressed, `the rollout is in progress: ${progress?.text ?? 'no Progressing condition yet'}`],
      [Condition.of(object, 'Available')?.status !== 'True', 'not Available yet'],
    ) ?? ready(`${up} of ${wanted} pods ready`)
  );
}

function statefulSet(object: KubeObject): Readiness {
  const { wanted, total, updated, ready: up } = replicas(object);
  if (at(object, 'spec', 'updateStrategy', 'type') === 'OnDelete')
    return ready('its pods are updated manually (OnDelete)');
  const early = all(
    [total < wanted, `${total} of ${wanted} pods created`],
    [up < wanted, `${up} of ${wanted} pods ready`],
    [total > wanted, surplus(total - wanted)],
  );
  if (early) return early;
  const partition = at(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (typeof partition === 'number' && partition > 0) {
    const due = wanted - partition;
    return updated < due
      ? progressing(`${updated} of ${due} pods of the partition updated`)
      : ready('its partition is updated');
  }
  const current = number(object, 'status', 'currentReplicas');
  const [now, next] = [at(object, 'status', 'currentRevision'), at(object, 'status', 'updateRevision')];
  return (
    all(
      [current < wanted, `${current} of ${wanted} pods of the current revision`],
      [now !== next, `revision ${String(next)} is being rolled out`],
    ) ?? ready(`${up} of ${wanted} pods ready`)
  );
}

function daemonSet(object: KubeObject): Readiness {
  if (object.metadata?.generation === undefined || at(object, 'status', 'observedGeneration') === undefined) {
    return progressing('not observed yet');
  }
  if (at(object, 'status', 'desiredNumberScheduled') === undefined)
    return progressing('no number of nodes yet');
  const of = (field: string) => number(object, 'status', field);
  const wanted = of('desiredNumberScheduled');
  return (
    all(
      [of('currentNumberScheduled') < wanted, `${of('currentNumberScheduled')} of ${wanted} pods scheduled`],
      [of('updatedNumberScheduled') < wanted, `${of('updatedNumberScheduled')} of ${wanted} pods updated`],
      [of('numberAvailable') < wanted, `${of('numberAvailable')} of ${wanted} pods available`],
      [of('numberReady') < wanted, `${of('numberReady')} of ${wanted} pods ready`],
    ) ?? ready(`${of('numberReady')} of ${wanted} pods ready`)
  );
}

function replicaSet(object: KubeObject): Readiness {
  const failure = Condition.of(object, 'ReplicaFailure');
  if (failure?.status === 'True') return progressing(failure.text);
  const { wanted, total, available, ready: up } = replicas(object);
  const labelled = number(object, 'status', 'fullyLabeledReplicas');
  return (
    all(
      [labelled < wanted, `${labelled} of ${wanted} pods created`],
      [available < wanted, `${available} of ${wanted} pods available`],
      [up < wanted, `${up} of ${wanted} pods ready`],
      [total > wanted, surplus(total - wanted)],
    ) ?? ready(`${up} of ${wanted} pods ready`)
  );
}

/** Stricter than kstatus, which reports a running job as current. */
function job(object: KubeObject): Readiness {
  const failure = Condition.of(object, 'Failed');
  if (failure?.status === 'True') return failed(failure.text);
  if (Condition.of(object, 'Complete')?.status === 'True') return ready('Complete');
  if (at(object, 'spec', 'suspend') === true) return progressing('it is suspended');
  const [active, done] = [number(object, 'status', 'active'), number(object, 'status', 'succeeded')];
  return progressing(`${pluralize(active, 'pod')} running, ${done} succeeded`);
}

function node(object: KubeObject): Readiness {
  const found = Condition.of(object, 'Ready');
  if (found?.status !== 'True')
    return progressing(
      `Ready is ${found?.status ?? 'missing'}: ${found?.text ?? 'no report from its kubelet'}`,
    );
  return at(object, 'spec', 'unschedulable') === true ? progressing('it is cordoned') : ready('Ready');
}

/** Stricter than kstatus, which accepts a cluster IP. */
function service(object: KubeObject): Readiness {
  if (at(object, 'spec', 'type') !== 'LoadBalancer') return ready('there');
  const addresses = at(object, 'status', 'loadBalancer', 'ingress');
  return Array.isArray(addresses) && addresses.length > 0
    ? ready(
        `at ${addresses.map((each) => (each as { ip?: string; hostname?: string }).ip ?? (each as { hostname?: string }).hostname).join(', ')}`,
      )
    : progressing('no address from a load balancer yet');
}

function claim(object: KubeObject): Readiness {
  const phase = at(object, 'status', 'phase');
  if (phase === 'Bound') return ready('Bound');
  return phase === 'Lost'
    ? failed('its volume is lost')
    : progressing(`it is ${String(phase ?? 'new')}, not Bound`);
}

function namespace(object: KubeObject): Readiness {
  const phase = at(object, 'status', 'phase');
  return phase === undefined || phase === 'Active' ? ready('Active') : progressing(`it is ${String(phase)}`);
}

function definition(object: KubeObject): Readiness {
  const [names, established] = [Condition.of(object, 'NamesAccepted'), Condition.of(object, 'Established')];
  if (names?.status === 'False') return failed(names.text);
  if (established?.status === 'True') return ready('Established');
  if (established?.status === 'False' && established.reason !== 'Installing') return failed(established.text);
  return progressing('not Established yet');
}

function replicas(object: KubeObject) {
  const said = at(object, 'spec', 'replicas');
  return {
    wanted: typeof said === 'number' ? said : 1,
    total: number(object, 'status', 'replicas'),
    updated: number(object, 'status', 'updatedReplicas'),
    available: number(object, 'status', 'availableReplicas'),
    ready: number(object, 'status', 'readyReplicas'),
  };
}
