import { expect, test } from 'vitest';
import { podFailure } from '../../src/judge/pod-readiness.ts';
import { readiness } from '../../src/judge/readiness.ts';
import type { KubeObject } from '../../src/model/cluster/kube.ts';

const BORN = '2026-11-25T12:00:00Z';
const NOW = Date.parse(BORN) + 5_000;

const object = (apiVersion: string, kind: string, rest: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'it', generation: 1, creationTimestamp: BORN },
  ...rest,
});
const deployment = (status: object, spec: object = {}) =>
  object('apps/v1', 'Deployment', {
    spec: { replicas: 2, progressDeadlineSeconds: 600, ...spec },
    status: { observedGeneration: 1, ...status },
  });
const pod = (status: object, metadata: object = {}) =>
  object('v1', 'Pod', { metadata: { name: 'p', creationTimestamp: BORN, ...metadata }, status });
const workflow = (status: object) => object('argoproj.io/v1alpha1', 'Workflow', { status });
const available = { type: 'Available', status: 'True' };
const rolledOut = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
const full = {
  replicas: 2,
  updatedReplicas: 2,
  availableReplicas: 2,
  readyReplicas: 2,
  conditions: [available, rolledOut],
};
const waiting = (reason: string, more: object = {}, message = 'why') => ({
  phase: 'Running',
  containerStatuses: [{ name: 'web', ready: false, state: { waiting: { reason, message } }, ...more }],
});

test.each<[string, KubeObject, string, RegExp]>([
  ['a complete deployment', deployment(full), 'ready', /^2 of 2 pods ready$/],
  [
    'an unobserved deployment',
    deployment({ ...full, observedGeneration: 0 }),
    'progressing',
    /generation 1 has not been observed/,
  ],
  [
    'a deployment that is being deleted',
    { ...deployment(full), metadata: { deletionTimestamp: BORN } },
    'progressing',
    /deleted/,
  ],
  ['one pod missing', deployment({ ...full, replicas: 1 }), 'progressing', /1 of 2 pods created/],
  [
    'old pods still terminating',
    deployment({ ...full, replicas: 3 }),
    'progressing',
    /1 old pod still terminating/,
  ],
  [
    'updated, not available',
    deployment({ ...full, availableReplicas: 1 }),
    'progressing',
    /1 of 2 pods available/,
  ],
  ['available, not ready', deployment({ ...full, readyReplicas: 1 }), 'progressing', /1 of 2 pods ready/],
  [
    'available, but the rollout is in progress',
    deployment({ ...full, conditions: [available] }),
    'progressing',
    /rollout is in progress/,
  ],
  [
    'a rollout that has failed',
    deployment({
      conditions: [
        { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
      ],
    }),
    'failed',
    /ProgressDeadlineExceeded: timed out/,
  ],
  ['scaled to zero', deployment({ conditions: [available, rolledOut] }, { replicas: 0 }), 'ready', /0 of 0/],
  [
    'a stateful set in the middle of a revision',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 1 },
      status: {
        observedGeneration: 1,
        replicas: 1,
        readyReplicas: 1,
        currentReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      },
    }),
    'progressing',
    /revision b/,
  ],
  [
    'a stateful set with a partition',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      status: { replicas: 3, readyReplicas: 3, updatedReplicas: 1 },
    }),
    'ready',
    /partition/,
  ],
  ['an unobserved daemon set', object('apps/v1', 'DaemonSet', { status: {} }), 'progressing', /not observed/],
  [
    'a daemon set',
    object('apps/v1', 'DaemonSet', {
      status: {
        observedGeneration: 1,
        desiredNumberScheduled: 2,
        currentNumberScheduled: 2,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
        numberReady: 1,
      },
    }),
    'progressing',
    /1 of 2 pods available/,
  ],
  [
    'a replica set that cannot create pods',
    object('apps/v1', 'ReplicaSet', {
      spec: { replicas: 1 },
      status: {
        conditions: [
          { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' },
        ],
      },
    }),
    'progressing',
    /exceeded quota/,
  ],
  [
    'a running job',
    object('batch/v1', 'Job', { status: { startTime: BORN, active: 1 } }),
    'progressing',
    /1 pod running/,
  ],
  [
    'a job that completed',
    object('batch/v1', 'Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
    'ready',
    /Complete/,
  ],
  [
    'a job that failed',
    object('batch/v1', 'Job', {
      status: { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] },
    }),
    'failed',
    /Backoff/,
  ],
  ['a pod that succeeded', pod({ phase: 'Succeeded' }), 'ready', /Succeeded/],
  [
    'a pod that failed',
    pod({
      phase: 'Failed',
      containerStatuses: [{ name: 'm', state: { terminated: { reason: 'Error', exitCode: 3 } } }],
    }),
    'failed',
    /container m: Error, exit 3/,
  ],
  [
    'a pod that runs and is ready',
    pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
    'ready',
    /Ready/,
  ],
  [
    'a running pod that is not ready',
    pod({ phase: 'Running', containerStatuses: [{ name: 'web', ready: false, state: { running: {} } }] }),
    'progressing',
    /web running/,
  ],
  [
    'a crash loop',
    pod(
      waiting('CrashLoopBackOff', {
        lastState: {
          terminated: { reason: 'StartError', exitCode: 128, message: 'exec: "bash": no such file' },
        },
      }),
    ),
    'failed',
    /CrashLoopBackOff.*StartError, exit 128.*bash.*Time does not fix this/,
  ],
  [
    'a crash loop that may end',
    pod(
      waiting('CrashLoopBackOff', {
        lastState: { terminated: { reason: 'Error', exitCode: 1, message: 'no database yet' } },
      }),
    ),
    'progressing',
    /CrashLoopBackOff.*no database yet.*This may heal/,
  ],
  [
    'an image that cannot be pulled now',
    pod({ ...waiting('ErrImagePull'), phase: 'Pending' }),
    'progressing',
    /ErrImagePull.*may heal/,
  ],
  [
    'an image that does not exist',
    pod({ ...waiting('ErrImagePull', {}, 'docker.io/library/none:1: not found'), phase: 'Pending' }),
    'failed',
    /the image does not exist/,
  ],
  [
    'an image that needs different credentials',
    pod({ ...waiting('ImagePullBackOff', {}, 'failed to authorize: 401 Unauthorized'), phase: 'Pending' }),
    'failed',
    /other credentials/,
  ],
  [
    'an invalid image name',
    pod({ ...waiting('InvalidImageName'), phase: 'Pending' }),
    'failed',
    /InvalidImageName/,
  ],
  [
    'a pod that is being created',
    pod({ ...waiting('ContainerCreating'), phase: 'Pending' }),
    'progressing',
    /ContainerCreating/,
  ],
  [
    'an init container that fails',
    pod({
      phase: 'Pending',
      initContainerStatuses: [{ name: 'init', state: { waiting: { reason: 'CreateContainerConfigError' } } }],
    }),
    'failed',
    /container init/,
  ],
  [
    'a pending claim',
    object('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } }),
    'progressing',
    /Pending/,
  ],
  ['a bound claim', object('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }), 'ready', /Bound/],
  ['a service', object('v1', 'Service', { spec: { type: 'ClusterIP' } }), 'ready', /there/],
  [
    'a load balancer without an address',
    object('v1', 'Service', {
      spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
      status: { loadBalancer: {} },
    }),
    'progressing',
    /no address/,
  ],
  [
    'a load balancer',
    object('v1', 'Service', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    }),
    'ready',
    /1\.2\.3\.4/,
  ],
  [
    'a new custom resource definition',
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { status: {} }),
    'progressing',
    /not Established/,
  ],
  [
    'a custom resource definition with conflicting names',
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      status: { conditions: [{ type: 'NamesAccepted', status: 'False', reason: 'PluralConflict' }] },
    }),
    'failed',
    /PluralConflict/,
  ],
  [
    'a node',
    object('v1', 'Node', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
    'ready',
    /Ready/,
  ],
  [
    'a node whose kubelet does not report',
    object('v1', 'Node', {
      status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] },
    }),
    'progressing',
    /Unknown/,
  ],
  [
    'a custom resource that is ready',
    object('argoproj.io/v1', 'Sensor', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
    'ready',
    /Ready/,
  ],
  [
    'a stalled custom resource',
    object('x.io/v1', 'Thing', {
      status: { conditions: [{ type: 'Stalled', status: 'True', message: 'no' }] },
    }),
    'failed',
    /no/,
  ],
  ['an object without conditions', object('x.io/v1', 'Thing', {}), 'ready', /there/],
  [
    'a custom resource with a phase in progress',
    object('x.io/v1', 'Thing', { status: { phase: 'Provisioning' } }),
    'progressing',
    /Provisioning/,
  ],
  [
    'a custom resource with a failed phase',
    object('x.io/v1', 'Thing', { status: { phase: 'Failed', message: 'no disk' } }),
    'failed',
    /Failed: no disk/,
  ],
  [
    'a custom resource with the phase Running',
    object('x.io/v1', 'Thing', { status: { phase: 'Running' } }),
    'ready',
    /Running/,
  ],
  ['a running workflow', workflow({ phase: 'Running' }), 'progressing', /Running/],
  ['a workflow that succeeded', workflow({ phase: 'Succeeded' }), 'ready', /Succeeded/],
  [
    'a workflow that failed, which is Completed too',
    workflow({
      phase: 'Failed',
      message: 'child failed',
      conditions: [{ type: 'Completed', status: 'True' }],
    }),
    'failed',
    /child failed/,
  ],
])('%s', (_name, given, status, why) => {
  const found = readiness(given, NOW);
  expect(found.status).toBe(status);
  expect(found.why).toMatch(why);
});

test('checks an unschedulable pod again after 15 s without an event, and then fails it', () => {
  const stuck = pod({
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
  });
  expect(readiness(stuck, NOW)).toMatchObject({ status: 'progressing', againAfterMs: 10_000 });
  expect(readiness(stuck, NOW + 10_000)).toMatchObject({ status: 'failed' });
});

test('explains a failing workload by its newest pods; a rollout may have fixed older failures', () => {
  const old = pod(waiting('CrashLoopBackOff'), { name: 'old', labels: { 'pod-template-hash': 'a' } });
  const fresh = pod(
    { phase: 'Pending' },
    { name: 'new', labels: { 'pod-template-hash': 'b' }, creationTimestamp: '2026-11-25T12:00:03Z' },
  );
  expect(podFailure([old, fresh], NOW)).toBeUndefined();
  expect(podFailure([old], NOW)).toMatchObject({
    status: 'progressing',
    why: expect.stringContaining('pod old: '),
  });
});
