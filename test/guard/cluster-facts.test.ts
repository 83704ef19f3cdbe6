import { describe, expect, test } from 'vitest';
import { clusterLayers } from '../../src/guard/cluster-layers.ts';
import { type Demand, excesses } from '../../src/guard/demand.ts';
import { diagnose } from '../../src/judge/diagnose/diagnose.ts';
import type { FindingRow } from '../../src/loop/attempt.ts';
import type { ClusterFact, NewClusterFact } from '../../src/model/cluster/cluster-facts.ts';
import { clusterCases } from '../judge/diagnose/cluster-cases.ts';
import { hypothesis, Story } from './story.ts';

const facts = (...all: NewClusterFact[]) =>
  all.map((each, index) => ({ id: `ev-${index}`, ...each }) as ClusterFact);
const quota = (hard: Record<string, string>, used: Record<string, string> = {}): NewClusterFact => ({
  ...{ kind: 'quota', namespace: 'argo', name: 'compute', hard, used },
});
const node = (memory: string, cpu = '4', ready = true): NewClusterFact => ({
  ...{ kind: 'node', name: 'node-1', ready, troubles: [], unschedulable: false, taints: [] },
  allocatable: { cpu, memory },
});
const demand = (replicas: number, memory = '1Gi', surge = '0'): Demand => ({
  object: 'deployment/app',
  ...{ replicas, surge },
  containers: [{ name: 'app', requests: { cpu: '100m', memory }, limits: { memory } }],
});
const over = (given: Demand, all: readonly ClusterFact[], own?: Demand) =>
  excesses(given, clusterLayers(all, 'argo', own)).map(
    ({ layer, resource, requested }) => `${layer}: ${resource} ${requested}`,
  );

describe('limits of a cluster, as layers', () => {
  test('includes a quota, without what the workload releases', () => {
    const full = facts(quota({ 'limits.memory': '4Gi', pods: '4' }, { 'limits.memory': '3Gi', pods: '3' }));
    expect(over(demand(2), full)).toEqual([
      'ResourceQuota argo/compute: limits.memory 2Gi',
      'ResourceQuota argo/compute: pods 2',
    ]);
    expect(over(demand(2), full, demand(1))).toEqual([]);
    expect(over(demand(2, '1Gi', '50%'), full, demand(2))).toEqual([]);
    expect(over(demand(4, '1Gi', '50%'), full, demand(2))).toHaveLength(2);
  });

  test('excludes quotas of other namespaces', () => {
    expect(over(demand(9), facts({ ...quota({ pods: '1' }), namespace: 'shop' } as NewClusterFact))).toEqual(
      [],
    );
  });

  test('counts the defaults of a limit range against the quota', () => {
    const range: NewClusterFact = {
      ...{
        kind: 'limit-range',
        namespace: 'argo',
        name: 'vc',
        type: 'Container',
        min: {},
        max: {},
        maxRatio: {},
      },
      default: { cpu: '1', memory: '512Mi' },
      defaultRequest: { cpu: '100m' },
    };
    const bare: Demand = { ...demand(3), containers: [{ name: 'app', requests: {}, limits: {} }] };
    expect(over(bare, facts(range, quota({ 'limits.cpu': '2' })))).toEqual([
      'ResourceQuota argo/compute: limits.cpu 3 CPU',
    ]);
  });

  test('includes the host cluster of a virtual cluster by its rejections, with the newest figures', () => {
    const refusal = (used: string, last: string): NewClusterFact => ({
      ...{
        kind: 'event',
        namespace: 'argo',
        type: 'Warning',
        reason: 'SyncError',
        about: 'Pod argo/x',
        uid: 'u',
        count: 1,
        last,
      },
      message: `Error syncing to physical cluster: pods "x" is forbidden: exceeded quota: vc-a, requested: limits.memory=4Gi, used: limits.memory=${used}, limited: limits.memory=8Gi`,
    });
    const seen = facts(refusal('7Gi', '2026-11-21T10:00:00Z'), refusal('2Gi', '2026-11-21T09:00:00Z'));
    expect(over(demand(2), seen)).toEqual(['ResourceQuota vc-a of the host cluster: limits.memory 2Gi']);
    expect(over(demand(1), seen)).toEqual([]);
  });

  test('requires that one pod fits on a node; with a node that is not ready, nothing is certain', () => {
    expect(over(demand(50, '2Gi'), facts(node('4Gi')))).toEqual([]);
    expect(over(demand(1, '8Gi'), facts(node('4Gi')))).toEqual(['node node-1: memory 8Gi']);
    expect(over(demand(1, '8Gi'), facts(node('4Gi'), node('16Gi', '4', false)))).toEqual([]);
  });
});

const found = (code: string): FindingRow => {
  const recorded = clusterCases().find(({ expect: wanted }) => wanted.code === code)!;
  const first = diagnose(recorded.input)[0]!;
  return { ...first, evidence: [...first.evidence] };
};
const raised = (memory: string) =>
  `kubectl -n shop set resources statefulset/cache --limits=memory=${memory}`;

describe('guards that read facts of a cluster', () => {
  test('allows a larger memory limit after a container was killed for lack of memory', () => {
    const measured = new Story().fails(raised('512Mi'), { findings: [found('container-oom-killed')] });
    expect(measured.asks(raised('1Gi')).verdict).toBe('pass');
    const guessed = new Story().fails(raised('512Mi'), { findings: [found('container-killed')] });
    expect(guessed.asks(raised('1Gi'))).toMatchObject({ verdict: 'ask', code: 'limit-raise' });
  });

  test('accepts an observed OOMKilled pod as a measurement, but no other end', () => {
    const pod = (reason: string) => ({
      kind: 'pod',
      containers: [{ name: 'cache', last: { state: 'terminated', reason } }],
    });
    const story = () => new Story().fails(raised('512Mi'));
    expect(story().sees('ev-9', 'kubernetes', pod('OOMKilled')).asks(raised('1Gi')).verdict).toBe('pass');
    expect(story().sees('ev-9', 'kubernetes', pod('Error')).asks(raised('1Gi')).verdict).toBe('ask');
  });

  test('allows a larger CPU limit after throttling of the container itself', () => {
    const cpu = (amount: string) => `kubectl -n shop set resources deployment/web --limits=cpu=${amount}`;
    const usage = (throttled: number) => ({ kind: 'usage', periods: 1000, throttled });
    const story = () => new Story().fails(cpu('500m'));
    expect(story().sees('ev-9', 'kubernetes', usage(400)).asks(cpu('1')).verdict).toBe('pass');
    expect(story().sees('ev-9', 'kubernetes', usage(40)).asks(cpu('1')).verdict).toBe('ask');
  });

  test('refuses a kernel theory while a program is missing in the image', () => {
    const story = new Story().fails('kubectl rollout status deploy/resolver', {
      findings: [found('image-program-missing')],
    });
    const theory = hypothesis({
      cause: 'platform',
      mechanism: 'Kernel-level mutex contention during RST packet processing.',
    });
    expect(
      story.sees('ev-1').asks('kubectl rollout restart deploy/resolver', { hypothesis: theory }),
    ).toMatchObject({
      verdict: 'refuse',
      code: 'exotic-explanation',
      reason: expect.stringContaining('/bin/bash is not in the image'),
    });
  });

  test('knows that waiting does not fix a probe that requires a login', () => {
    const wait = (seconds: number) => `kubectl -n media rollout status deploy/sonarr --timeout=${seconds}s`;
    const story = new Story().fails(wait(60), { findings: [found('probe-unauthorized')], seconds: 60 });
    expect(story.asks(wait(120))).toMatchObject({ verdict: 'refuse', code: 'sleep-spiral' });
  });

  test('questions a platform theory if the cluster could not be observed', () => {
    const story = new Story().fails('kubectl get pods', { unchecked: ['kubernetes'] });
    const theory = hypothesis({ cause: 'platform', mechanism: 'The API server was slow in this run.' });
    expect(story.sees('ev-1').asks('kubectl get pods -A', { hypothesis: theory })).toMatchObject({
      verdict: 'ask',
      code: 'exotic-explanation',
    });
  });
});
