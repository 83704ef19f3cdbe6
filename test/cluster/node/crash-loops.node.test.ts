import { expect, test } from 'vitest';
import type { Json } from '../kubernetes-api.ts';
import { applyStep, runbookOnCluster } from '../runbook-on-cluster.ts';
import { describeWithNode } from './describe-with-node.ts';

/** How many replays (REPLAYS=100 for the whole set), and how many of them at once. */
const replays = Number(process.env.REPLAYS ?? 20);
const atOnce = 5;

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Pod', 'probed Deployment'] as const;

describeWithNode('replays against crash loops', (node) => {
  test(`never say done, in ${replays} of ${replays}`, { timeout: 1_800_000 }, async () => {
    const done: string[] = [];
    const waiting = Array.from({ length: replays }, (_, index) => index);
    const worker = async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        const kind = kinds[index % kinds.length]!;
        // Up to nine seconds: a container that lives longer than the settling time is not known to be in a loop before its first crash.
        const seconds = Math.floor(index / kinds.length) % 10;
        const namespace = `crash-${index}`;
        const objects = [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
          crashing(kind, namespace, seconds),
        ];
        const target = `${kind.replace('probed ', '').toLowerCase()}/app`;
        const check = `k8s ${target} -n ${namespace} ready within 15s`;
        const runbook = await runbookOnCluster(applyStep('Bring it up', objects, [check]), {
          kubeconfig: node().kubeconfig,
        });
        const { exitCode, text } = await runbook.run('replay', '--yes');
        if (exitCode !== 1) done.push(`${kind} that lives ${seconds} s: exit ${exitCode}\n${text}`);
        await node().api.ask('DELETE', `/api/v1/namespaces/${namespace}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    expect(done).toEqual([]);
  });

  test('waits for a container that recovers after three crashes', async () => {
    const script =
      'n=$(cat /state/n 2>/dev/null || echo 0); echo $((n+1)) >/state/n; [ $n -ge 2 ] || exit 1; exec sleep 100000';
    const spec = {
      containers: [
        {
          name: 'app',
          image: 'busybox:1',
          command: ['sh', '-c', script],
          volumeMounts: [{ name: 'state', mountPath: '/state' }],
        },
      ],
      volumes: [{ name: 'state', emptyDir: {} }],
    };
    const runbook = await runbookOnCluster(
      applyStep(
        'Bring it up',
        [workload('Deployment', 'default', spec)],
        ['k8s deployment/app ready within 2m'],
      ),
      { kubeconfig: node().kubeconfig },
    );
    const { exitCode, text } = await runbook.run('replay', '--yes', '--verbose');
    expect(text).toContain('ready');
    expect(exitCode).toBe(0);
  });

  test('ends the wait at once for a failure that waiting does not fix', async () => {
    const spec = { containers: [{ name: 'app', image: 'test/trouble:9' }] };
    const runbook = await runbookOnCluster(
      applyStep(
        'Bring it up',
        [workload('StatefulSet', 'default', spec)],
        ['k8s statefulset/app ready within 10m'],
      ),
      { kubeconfig: node().kubeconfig },
    );
    const { exitCode, text } = await runbook.run('replay', '--yes');
    expect(exitCode).toBe(1);
    expect(text).toContain('Time does not fix this: the image does not exist');
  });
});

function crashing(kind: (typeof kinds)[number], namespace: string, seconds: number): Json {
  const container: Json = { name: 'app', image: 'test/trouble:1', args: ['last', String(seconds)] };
  if (kind === 'probed Deployment')
    container.readinessProbe = { exec: { command: ['/bin/trouble', 'say'] }, periodSeconds: 1 };
  return workload(kind.replace('probed ', ''), namespace, { containers: [container] });
}

function workload(kind: string, namespace: string, spec: Json): Json {
  const labels = { app: 'app' };
  const pod = { terminationGracePeriodSeconds: 1, ...spec };
  if (kind === 'Pod')
    return { apiVersion: 'v1', kind, metadata: { name: 'app', namespace, labels }, spec: pod };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'app', namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod },
      ...(kind === 'StatefulSet' && { serviceName: 'app' }),
    },
  };
}
