import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openClient } from '../../../src/cluster/access/client.ts';
import { clusterWithClient } from '../../../src/cluster/cluster.ts';
import { observeCluster } from '../../../src/cluster/observe/observe-cluster.ts';
import type { ClusterObservation } from '../../../src/model/cluster/cluster-observation.ts';
import { PagedApi } from './paged-api.ts';

let api: PagedApi;
let isAllowed: (namespace: string | null | undefined) => boolean;
const opened: { close(): void }[] = [];

beforeEach(async () => {
  api = await PagedApi.start();
  api.list('/api/v1/namespaces', [{ metadata: { name: 'argo' } }, { metadata: { name: 'shop' } }]);
  isAllowed = () => true;
});
afterEach(async () => {
  for (const each of opened.splice(0)) each.close();
  await api.stop();
});

function cluster(server = api.url) {
  const client = openClient({
    server,
    credentials: { headers: { authorization: 'Bearer own' }, tls: {} } as never,
  });
  const made = clusterWithClient({ context: 'fake', server, path: '/kubeconfig' }, 'argo', client, (inside) =>
    isAllowed(inside),
  );
  opened.push(made);
  return made;
}

/** In addition to the context, which is always reported. */
const kinds = ({ facts }: ClusterObservation) =>
  facts.map(({ kind }) => kind).filter((kind) => kind !== 'context');
const crashing = (name: string, more: object = {}) => ({
  metadata: { namespace: 'argo', name, uid: `u-${name}` },
  spec: {
    nodeName: 'node-1',
    containers: [
      { name: 'app', image: 'registry.example.com/app:1', env: [{ name: 'PASSWORD', value: 'hunter2' }] },
    ],
    ...more,
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      },
    ],
  },
});

describe('facts', () => {
  test('failing pods with their logs, nodes with free resources, without environment or annotations', async () => {
    api
      .list('/api/v1/nodes', [
        {
          metadata: { name: 'node-1', annotations: { secret: 'hunter2' } },
          status: {
            allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
            conditions: [{ type: 'Ready', status: 'True' }],
          },
        },
      ])
      .list('/api/v1/pods', [
        crashing('app-1', {
          containers: [
            {
              name: 'app',
              image: 'registry.example.com/app:1',
              resources: { requests: { cpu: '1500m' } },
              env: [{ name: 'PASSWORD', value: 'hunter2' }],
            },
          ],
        }),
        {
          ...crashing('fine'),
          status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
        },
      ])
      .answer(
        '/api/v1/namespaces/argo/pods/app-1/log',
        'starting\npassword=hunter2-and-more\nfatal: no licence\n',
      );
    const look = await observeCluster(cluster());
    expect(kinds(look)).toEqual(['pod', 'pod-log', 'registry', 'registry', 'node']);
    expect(look.facts.find(({ kind }) => kind === 'pod-log')).toMatchObject({
      previous: true,
      lines: ['starting', 'password=***', 'fatal: no licence'],
    });
    expect(look.facts.find(({ kind }) => kind === 'node')).toMatchObject({
      free: { cpu: '2500m', pods: '108' },
    });
    expect(JSON.stringify(look.facts)).not.toContain('hunter2');
    expect(look.unavailable).toEqual([]);
  });

  test('of a pull secret only the registries, of a ConfigMap only the keys', async () => {
    const auths = { 'https://index.docker.io/v1/': { auth: 'bWU6aHVudGVyMg==' } };
    const pod = crashing('flow', {
      imagePullSecrets: [{ name: 'regcred' }],
      containers: [{ name: 'app', image: 'registry.example.com/app:1' }],
    });
    pod.status.containerStatuses = [
      { name: 'app', restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } },
    ] as never;
    api
      .list('/api/v1/pods', [pod])
      .list('/api/v1/events', [
        {
          type: 'Warning',
          reason: 'Failed',
          message: "Error: couldn't find key PORT in ConfigMap argo/settings",
          involvedObject: { kind: 'Pod', namespace: 'argo', name: 'flow', uid: 'u-flow' },
        },
      ])
      .answer('/api/v1/namespaces/argo/secrets/regcred', {
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
      })
      .answer('/api/v1/namespaces/argo/configmaps/settings', { data: { port: '8080-hunter2' } });
    const { facts, unavailable } = await observeCluster(cluster());
    expect(facts.find(({ kind }) => kind === 'registry')).toMatchObject({
      host: 'registry.example.com',
      secrets: [{ name: 'regcred', exists: true, hosts: ['docker.io'] }],
    });
    expect(facts.find(({ kind }) => kind === 'keys')).toMatchObject({ name: 'settings', keys: ['port'] });
    expect(JSON.stringify(facts)).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(unavailable).toEqual([]);
  });

  test('sorts events by the most recent of their times, in any field', async () => {
    const about = { involvedObject: { kind: 'Pod', namespace: 'argo', name: 'a', uid: 'u' } };
    api.list('/api/v1/events', [
      { ...about, reason: 'C', metadata: { creationTimestamp: '2026-11-21T10:00:01Z' } },
      {
        ...about,
        reason: 'A',
        series: { lastObservedTime: '2026-11-21T10:00:04Z', count: 7 },
        lastTimestamp: null,
        metadata: {},
      },
      {
        ...about,
        reason: 'B',
        eventTime: '2026-11-21T10:00:02Z',
        lastTimestamp: null,
        metadata: { creationTimestamp: '2026-11-21T10:00:09Z' },
      },
    ]);
    const { facts } = await observeCluster(cluster());
    expect(facts.slice(1).map((each) => each.kind === 'event' && each.reason)).toEqual(['A', 'B', 'C']);
  });
});

describe('reports what cannot be read, and continues with the rest', () => {
  test('a kind without read permission', async () => {
    api
      .answer('/api/v1/nodes', {
        status: 403,
        message: 'nodes is forbidden: User "me" cannot list resource "nodes"',
      })
      .list('/api/v1/pods', [crashing('app-1')])
      .answer('/api/v1/namespaces/argo/pods/app-1/log', {
        status: 403,
        message: 'pods "app-1" is forbidden: cannot get resource "pods/log"',
      });
    const look = await observeCluster(cluster());
    expect(kinds(look)).toContain('pod');
    expect(look.unavailable).toEqual([
      expect.stringMatching(/^nodes cannot be read: .*forbidden.*Ask a cluster administrator/),
      expect.stringMatching(/^logs of pods cannot be read: /),
    ]);
  });

  test('permissions for one namespace only: reads that one', async () => {
    const forbidden = { status: 403, message: 'forbidden' };
    api
      .answer('/api/v1/namespaces', forbidden)
      .answer('/api/v1/pods', forbidden)
      .list('/api/v1/namespaces/argo/pods', [crashing('app-1')]);
    const look = await observeCluster(cluster());
    expect(kinds(look)).toContain('pod');
    expect(look.unavailable[0]).toMatch(/^namespaces cannot be listed/);
    expect(api.paths).not.toContain('/api/v1/pods');
  });

  test('does not read namespaces that the person has not approved', async () => {
    isAllowed = (namespace) => namespace === undefined || namespace === 'shop';
    api.list('/api/v1/namespaces/shop/pods', [
      { ...crashing('s'), metadata: { namespace: 'shop', name: 's', uid: 'us' } },
    ]);
    await observeCluster(cluster());
    expect(api.paths.some((path) => path.includes('/namespaces/argo/'))).toBe(false);
    expect(api.paths).toContain('/api/v1/namespaces/shop/pods');
    const refused = await observeCluster(cluster(), { namespace: 'argo' });
    expect(refused.facts).toEqual([]);
    expect(refused.unavailable[0]).toMatch(
      /not approved namespace "argo".*runbook approve --context fake --namespace argo/,
    );
  });

  test('a dead API server costs one request', async () => {
    const dead = cluster('http://127.0.0.1:1');
    const look = await observeCluster(dead);
    expect(look.facts).toEqual([]);
    expect(look.unavailable).toEqual([expect.stringMatching(/cannot be reached: .*refused/)]);
    expect(dead.client.requests).toBe(1);
  });

  test('an expired token', async () => {
    api.answer('/api/v1/namespaces', { status: 401, message: 'Unauthorized' });
    const look = await observeCluster(cluster());
    expect(look.unavailable).toEqual([expect.stringMatching(/Unauthorized.*Log in again/)]);
  });

  test('keeps what was read when the server stops answering', async () => {
    api
      .list('/api/v1/nodes', [
        { metadata: { name: 'node-1' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      ])
      .answer('/api/v1/pods', (request) => {
        request.socket.pause();
        request.socket.destroy();
        return '';
      });
    const look = await observeCluster(cluster(), { limitMs: 5_000 });
    expect(kinds(look)).toEqual(['node']);
    expect(look.unavailable).toHaveLength(1);
  });
});

describe('active: calls probes without credentials, over both schemes', () => {
  const serving = crashing('web-1', {
    containers: [
      { name: 'app', image: 'web:1', livenessProbe: { httpGet: { path: '/ping?full=1', port: 8080 } } },
    ],
  });

  test('reports 401, and TLS where plain HTTP was requested', async () => {
    const credentials: (string | undefined)[] = [];
    api
      .list('/api/v1/pods', [serving])
      .answer('/api/v1/namespaces/argo/pods/http:web-1:8080/proxy/ping', (request) => {
        credentials.push(request.url);
        return { status: 401, message: 'who are you' };
      })
      .answer('/api/v1/namespaces/argo/pods/https:web-1:8080/proxy/ping', {
        status: 503,
        message: 'error trying to reach service: tls: first record does not look like a TLS handshake',
      });
    const { facts } = await observeCluster(cluster(), { active: true });
    const answers = facts.filter(({ kind }) => kind === 'probe-answer');
    expect(answers).toMatchObject([
      { scheme: 'http', declared: 'http', status: 401 },
      { scheme: 'https', trouble: 'the server speaks plain HTTP' },
    ]);
    expect(credentials[0]).toContain('?full=1');
  });

  test('calls nothing by default', async () => {
    api.list('/api/v1/pods', [serving]);
    await observeCluster(cluster());
    expect(api.paths.some((path) => path.includes('/proxy/'))).toBe(false);
  });

  test('reports missing permission to call probes once', async () => {
    const forbidden = {
      status: 403,
      message: 'pods "web-1" is forbidden: User "me" cannot get resource "pods/proxy" in API group ""',
    };
    api
      .list('/api/v1/pods', [serving])
      .answer('/api/v1/namespaces/argo/pods/http:web-1:8080/proxy/ping', forbidden);
    const { unavailable, facts } = await observeCluster(cluster(), { active: true });
    expect(facts.some(({ kind }) => kind === 'probe-answer')).toBe(false);
    expect(unavailable).toContainEqual(expect.stringMatching(/^probes of pods cannot be called/));
  });
});
