import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import { type Json, KubernetesApi } from './kubernetes-api.ts';
import { deployment } from './objects.ts';

describeWithCluster('the test cluster itself', (cluster) => {
  test('creates pods of a Deployment, and they become ready', async () => {
    const namespace = await cluster.namespace();
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await cluster.api.create(deployments, deployment('web', { replicas: 2 }));
    const ready = await cluster.api.until(`${deployments}/web`, ({ status }) => status?.readyReplicas === 2);
    expect(ready.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Available', status: 'True' }),
    );
  });

  test('lets a pod crash with the code and message of its annotations, and an event reports it', async () => {
    const namespace = await cluster.namespace();
    await cluster.api.create(
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      deployment('web', {
        annotations: {
          'runbook.test/exit-code': '128',
          'runbook.test/reason': 'StartError',
          'runbook.test/message': 'exec: "/entrypoint.sh": stat /entrypoint.sh: no such file or directory',
        },
      }),
    );
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = await cluster.api.until(pods, (list) =>
      list.items?.some(({ status }: Json) => status.containerStatuses),
    );
    const crashed = items.find(({ status }: Json) => status.containerStatuses).status.containerStatuses[0];
    expect(crashed).toMatchObject({
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 128, reason: 'StartError' } },
    });
    expect(crashed.lastState.terminated.message).toContain('no such file or directory');
    await cluster.api.until(`/api/v1/namespaces/${namespace}/events`, (list) =>
      list.items?.some(({ reason }: { reason: string }) => reason === 'BackOff'),
    );
  });

  test('counts what a quota has used, and rejects more', async () => {
    const namespace = await cluster.namespace();
    const core = `/api/v1/namespaces/${namespace}`;
    await cluster.api.create(`${core}/resourcequotas`, {
      metadata: { name: 'small' },
      spec: { hard: { configmaps: '2' } },
    });
    await cluster.api.until(`${core}/resourcequotas/small`, ({ status }) => status?.used?.configmaps === '1');
    await cluster.api.create(`${core}/configmaps`, { metadata: { name: 'second' } });
    const third = await cluster.api.ask('POST', `${core}/configmaps`, { metadata: { name: 'third' } });
    expect(third).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('exceeded quota: small') },
    });
  });

  test('accepts a user with permissions for one namespace, and rejects an expired token', async () => {
    const [own, other] = [await cluster.namespace(), await cluster.namespace()];
    const user = await cluster.user('visitor', own, [
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
    const podsIn = async (kubeconfig: string, namespace: string) => {
      const api = new KubernetesApi(readFileSync(kubeconfig, 'utf8'));
      return (await api.ask('GET', `/api/v1/namespaces/${namespace}/pods`)).status;
    };
    expect(await podsIn(user, own)).toBe(200);
    expect(await podsIn(user, other)).toBe(403);
    expect(await podsIn(cluster.expired(), own)).toBe(401);
  });
});

test('removes what a cluster left after its owner was killed by -9', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-cluster-'));
  const owner = spawn(process.execPath, ['--eval', orphanMaker, reaper, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void owner.kill('SIGKILL'));
  const [line] = await once(createInterface(owner.stdout), 'line');
  const orphan = Number(line);
  expect(isAlive(orphan)).toBe(true);
  owner.kill('SIGKILL');
  await expect.poll(() => existsSync(directory), { timeout: 30_000 }).toBe(false);
  expect(isAlive(orphan)).toBe(false);
});

const reaper = fileURLToPath(new URL('reaper.sh', import.meta.url));

/** Starts the reaper and one process as a cluster would, and prints its id. */
const orphanMaker = `
  const { spawn } = require('node:child_process');
  const [reaper, directory] = process.argv.slice(1);
  spawn('bash', [reaper, directory], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
  const orphan = spawn('tail', ['-f', '/dev/null'], { stdio: 'ignore' });
  require('node:fs').writeFileSync(directory + '/etcd.pid', String(orphan.pid));
  console.log(orphan.pid);
`;

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
