import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { openClient } from '../../../src/cluster/access/client.ts';
import { clusterWithClient } from '../../../src/cluster/cluster.ts';
import { inspected, SCRIPT } from '../../../src/cluster/observe/inspect-image.ts';
import { observeCluster } from '../../../src/cluster/observe/observe-cluster.ts';
import { cpuMetrics } from '../../../src/cluster/observe/throttling.ts';
import { PagedApi } from './paged-api.ts';

describe('the script that inspects an image, run by the shell of this machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'look-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const look = (program: string) =>
    inspected(program, execFileSync('/bin/sh', ['-c', SCRIPT, 'inspect', program], { encoding: 'utf8' }));
  const file = (name: string, text: string | Buffer) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test.each([
    ['a program on PATH', () => 'ls', { exists: true }],
    ['one that is nowhere', () => 'basht', { exists: false }],
    [
      'a script whose shell is there',
      () => file('good', '#!/bin/sh -e\necho'),
      { exists: true, interpreter: '/bin/sh', interpreterExists: true },
    ],
    [
      'a script whose shell is not',
      () => file('bad', '#! /bin/basht\necho'),
      { exists: true, interpreter: '/bin/basht', interpreterExists: false },
    ],
    [
      'Windows line ends',
      () => file('crlf', '#!/bin/sh\r\necho\r\n'),
      { exists: true, interpreterExists: false },
    ],
    [
      'a name with blanks and quotes',
      () => file(`it's "a b"`, '#!/bin/sh\n'),
      { exists: true, interpreterExists: true },
    ],
    ['a binary', () => file('binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1])), { exists: true }],
  ])('%s', (_what, made, wanted) => {
    const program = made();
    expect(look(program)).toMatchObject({ program, ...wanted });
  });

  test('missing output yields no facts', () => {
    expect(inspected('x', 'sh: exists: not found')).toBeUndefined();
  });
});

const dead = {
  metadata: { namespace: 'argo', name: 'app-1', uid: 'u-1' },
  spec: {
    containers: [
      { name: 'app', image: 'app:1', command: ['/entrypoint.sh'], resources: { limits: { cpu: '1' } } },
    ],
    nodeName: 'node-1',
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 0, reason: 'Completed' } },
      },
    ],
  },
};

/** Acts as a kubelet that starts any ephemeral container and ends it like this. */
async function playing(end: object, log = '') {
  const api = await PagedApi.start();
  onTestFinished(() => api.stop());
  const asked: { name: string; image: string; command: string[] }[] = [];
  const path = '/api/v1/namespaces/argo/pods/app-1';
  api
    .list('/api/v1/namespaces', [{ metadata: { name: 'argo' } }])
    .list('/api/v1/pods', [dead])
    .answer(`${path}/ephemeralcontainers`, (request) => {
      request.on('data', (chunk) => asked.push(...JSON.parse(String(chunk)).spec.ephemeralContainers));
      return dead;
    })
    .answer(path, () => ({
      ...dead,
      status: { ...dead.status, ephemeralContainerStatuses: asked.map(({ name }) => ({ name, state: end })) },
    }))
    .answer(`${path}/log`, (request) => (request.url?.includes('container=runbook-look') ? log : ''));
  const client = openClient({ server: api.url, credentials: { headers: {}, tls: {} } as never });
  onTestFinished(() => client.close());
  return {
    api,
    asked,
    cluster: clusterWithClient({ context: 'fake', server: api.url, path: '/k' }, 'argo', client),
  };
}

test('inspects the image of a crashed container, and finds that the interpreter is missing', async () => {
  const { cluster, asked } = await playing(
    { terminated: { exitCode: 0, reason: 'Completed' } },
    'exists yes\ninterpreter /bin/bash\nfound no\n',
  );
  const { facts } = await observeCluster(cluster, { inspect: true });
  expect(asked).toMatchObject([
    { image: 'app:1', command: ['/bin/sh', '-c', SCRIPT, 'inspect', '/entrypoint.sh'] },
  ]);
  expect(facts.find(({ kind }) => kind === 'image-program')).toMatchObject({
    ...{ program: '/entrypoint.sh', exists: true, interpreter: '/bin/bash', interpreterExists: false },
  });
});

test('reports an image without a shell, in which the inspection cannot start', async () => {
  const { cluster } = await playing({ terminated: { exitCode: 128, reason: 'StartError' } });
  const { facts } = await observeCluster(cluster, { inspect: true });
  expect(facts.find(({ kind }) => kind === 'image-program')).toMatchObject({
    program: '/bin/sh',
    exists: false,
  });
});

test('adds nothing to a pod by default', async () => {
  const { cluster, asked } = await playing({ terminated: { exitCode: 0 } });
  await observeCluster(cluster, { active: true });
  expect(asked).toEqual([]);
});

test('parses the kubelet’s CPU metrics by container', async () => {
  const text = [
    '# HELP container_cpu_cfs_periods_total Number of elapsed enforcement period intervals.',
    'container_cpu_cfs_periods_total{container="app",id="/kubepods/x",image="app:1",name="c",namespace="argo",pod="app-1"} 1.2e+03 1795223762843',
    'container_cpu_cfs_throttled_periods_total{container="app",id="/kubepods/x",namespace="argo",pod="app-1"} 552',
    'container_cpu_cfs_throttled_seconds_total{container="app",namespace="argo",pod="app-1"} 99',
    'container_cpu_cfs_periods_total{container="",id="/kubepods/x",namespace="argo",pod="app-1"} 7',
  ].join('\n');
  expect(cpuMetrics(text).get('argo/app-1/app')).toEqual({ periods: 1200, throttled: 552 });
  const { cluster, api } = await playing({});
  api.answer('/api/v1/nodes/node-1/proxy/metrics/cadvisor', text);
  const { facts } = await observeCluster(cluster, { active: true });
  expect(facts.find(({ kind }) => kind === 'usage')).toMatchObject({
    container: 'app',
    periods: 1200,
    throttled: 552,
  });
});
