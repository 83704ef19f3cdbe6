import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoxClusters } from '../../src/cluster/access/box-clusters.ts';
import type { ClusterProbe } from '../../src/cluster/checks/probe.ts';
import { parseCheckLine } from '../../src/markdown/checks/check-grammar.ts';
import type { ProbeContext } from '../../src/model/box.ts';
import { FakeApi, status } from './fake-api.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/argo/deployments';
const PODS = '/api/v1/namespaces/argo/pods';
let api: FakeApi;
let clusters: BoxClusters;
let allowed = (_namespace?: string | null) => true;
const context: ProbeContext = { env: { HOME: '/home/me' }, facts: new Map(), folder: '/work' };

beforeEach(async () => {
  api = await FakeApi.start();
  allowed = () => true;
  clusters = new BoxClusters(({ env, folder }) => ({
    ...{ env, folder },
    read: async (path) => (path === '/home/me/.kube/config' ? Buffer.from(api.kubeconfig) : undefined),
    mayRunPlugins: () => false,
    isAllowed: (_name, namespace) => allowed(namespace),
  }));
});

afterEach(async () => {
  await clusters.close();
  await expect.poll(() => api.connections).toBe(0);
  await api.stop();
});

function probe(line: string): ClusterProbe {
  return parseCheckLine(line, { file: 'test', line: 1, column: 1 }).check!.probe as ClusterProbe;
}

const ask = (line: string) => clusters.ask(probe(line), context);

const web = (ready: number, more: object = {}) => ({
  metadata: { name: 'web', generation: 1 },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } } },
  status: {
    ...{
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: ready,
      readyReplicas: ready,
    },
    conditions: [
      { type: 'Available', status: ready === 2 ? 'True' : 'False' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ],
    ...more,
  },
});

test('each expectation passes and fails for its own reason', async () => {
  api.put(DEPLOYMENTS, web(2));
  api.put('/api/v1/namespaces/argo/secrets', {
    kind: 'Secret',
    metadata: { name: 's' },
    data: { password: 'aHVudGVyMg==' },
  });
  const cases: [string, string, string | RegExp][] = [
    ['k8s deployment/web -n argo ready', 'pass', '2 of 2 pods ready'],
    ['k8s deploy -n argo exists', 'pass', 'found web'],
    ['k8s deployment/web -n argo absent', 'fail', 'found web'],
    ['k8s deployment/web ready', 'fail', 'it does not exist'],
    ['k8s deployment/other -n argo absent', 'pass', 'it does not exist'],
    ['k8s deployment/web -n argo condition available', 'pass', 'available is True'],
    ['k8s deployment/web -n argo condition Available = False', 'fail', /Available is True/],
    [
      'k8s deployment/web -n argo condition Nothing',
      'fail',
      /no condition Nothing yet \(there are: Available, Progressing\)/,
    ],
    ['k8s deployment/web -n argo jsonpath {.spec.replicas} >= 2', 'pass', /2/],
    ['k8s deployment/web -n argo jsonpath {.spec.replicas} = 3', 'fail', '{.spec.replicas} is "2"'],
    ['k8s deployment/web -n argo jsonpath {.spec.nothing} = 3', 'fail', /no value at \{\.spec\.nothing\}$/],
    ['k8s deployment/web -n argo jsonpath {.spec.replica} = 3', 'fail', /\(nearest: replicas\)$/],
    ['k8s deployment/web -n argo jsonpath {.sepc} = 3', 'fail', /\(nearest: spec\)$/],
    ['k8s deployment/web -n argo jsonpath {.spec.selector} = 3', 'unknown', /not a single value/],
    ['k8s deploymnt/web -n argo exists', 'fail', /the kind "deploymnt" \(nearest: deployment\)/],
    ['k8s deploymnt/web -n argo absent', 'unknown', /nearest: deployment/],
    ['k8s helmchart/traefik -n argo absent', 'pass', /the kind "helmchart"/],
  ];
  for (const [line, verdict, observed] of cases) {
    const answer = await ask(line);
    expect({ line, verdict: answer.verdict }).toEqual({ line, verdict });
    expect(answer.observed).toMatch(observed);
  }
  const secret = await ask('k8s secret/s -n argo jsonpath {.data.password} = x');
  expect(secret.verdict).toBe('fail');
  expect(JSON.stringify(secret)).not.toContain('aHVudGVyMg');
});

test('what cannot be queried is unknown, with the reason and what to do', async () => {
  api.answers.push(() => ({ status: 401, body: status(401, 'Unauthorized') }));
  expect(await ask('k8s node ready')).toMatchObject({
    ...{ verdict: 'unknown', class: 'cluster-unauthorized', permanent: true },
    observed: expect.stringContaining('Log in again'),
  });
  allowed = (namespace) => namespace !== 'argo';
  expect(await ask('k8s deployment/web -n argo ready')).toMatchObject({
    ...{ verdict: 'unknown', class: 'cluster-not-allowed' },
    observed: expect.stringContaining('runbook approve --context fake --namespace argo'),
  });
  allowed = () => true;
  const nowhere = { ...context, env: { HOME: '/nowhere' } };
  const answer = await clusters.ask(probe('k8s node ready'), nowhere);
  expect(answer).toMatchObject({ verdict: 'unknown', class: 'cluster-no-config' });
});

test('a missing program ends the wait at once, as reported by the pod', async () => {
  api.put(DEPLOYMENTS, web(0));
  const line = 'k8s deployment/web -n argo ready';
  expect(await ask(line)).toMatchObject({ verdict: 'fail', class: 'not-ready' });
  const deadline = Date.now() + 20_000;
  await clusters.changed(probe(line), context, 0, deadline);
  await expect.poll(() => api.watches).toBe(2);
  expect(await ask(line)).toMatchObject({ class: 'not-ready' });
  const next = clusters.changed(probe(line), context, 1, deadline);
  const at = Date.now();
  api.put(PODS, {
    metadata: { name: 'web-1', labels: { app: 'web' } },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'c',
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
          lastState: { terminated: { reason: 'Error', exitCode: 127 } },
        },
      ],
    },
  });
  await next;
  const told = await ask(line);
  expect(Date.now() - at).toBeLessThan(1000);
  expect(told).toMatchObject({ verdict: 'fail', class: 'failed', permanent: true });
  expect(told.observed).toMatch(
    /pod web-1: container c waits: CrashLoopBackOff: back-off .*a program is missing in the image \(ADDED event of pod\/web-1 after \d+ ms\)/,
  );
});

test('waiting sends no request while nothing happens, and names the event that ended it', async () => {
  api.put(DEPLOYMENTS, web(0));
  const line = 'k8s deployment/web -n argo ready';
  const deadline = Date.now() + 20_000;
  let answer = await ask(line);
  const waiting = (async () => {
    for (let attempt = 0; answer.verdict !== 'pass'; attempt += 1) {
      await clusters.changed(probe(line), context, attempt, deadline);
      answer = await ask(line);
    }
  })();
  await expect.poll(() => api.watches).toBe(2);
  const before = api.seen.length;
  api.put(DEPLOYMENTS, web(1));
  api.put(DEPLOYMENTS, web(2));
  await waiting;
  expect(answer.observed).toMatch(/^2 of 2 pods ready \(MODIFIED event of deployment\/web after \d+ ms\)$/);
  expect(api.seen.length).toBe(before);
});

test('a deadline ends a wait for what never happens', async () => {
  const line = 'k8s deployment/web -n argo ready';
  const started = Date.now();
  const deadline = started + 300;
  for (let attempt = 0; Date.now() < deadline; attempt += 1) {
    await clusters.changed(probe(line), context, attempt, deadline);
    expect(await ask(line)).toMatchObject({ verdict: 'fail', class: 'missing' });
  }
  expect(api.seen.length).toBeLessThan(12);
});

test('waits for a kubeconfig that does not exist yet', async () => {
  const nowhere = { ...context, env: { HOME: '/nowhere' } };
  const deadline = Date.now() + 200;
  let rounds = 0;
  for (; Date.now() < deadline; rounds += 1)
    await clusters.changed(probe('k8s node ready'), nowhere, rounds, deadline);
  expect(rounds).toBeLessThan(15);
});
