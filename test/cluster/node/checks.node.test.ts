import { expect, test } from 'vitest';
import type { Json } from '../kubernetes-api.ts';
import { applyStep, type RunbookOnCluster, runbookOnCluster } from '../runbook-on-cluster.ts';
import { describeWithNode } from './describe-with-node.ts';

describeWithNode('checks of a real node', (node) => {
  test('a Job that has succeeded passes, and one that has failed fails at once', async () => {
    const good = await apply([job('good', ['say', 'done'])], ['k8s job/good succeeded within 1m']);
    expect(await good.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const started = Date.now();
    const bad = await apply([job('bad', ['fail', '3', 'no license'])], ['k8s job/bad succeeded within 10m']);
    const { exitCode, text } = await bad.run('replay', '--yes');
    expect(exitCode).toBe(1);
    expect(text).toContain('BackoffLimitExceeded');
    expect(Date.now() - started).toBeLessThan(300_000);
  });

  test('does not wait for longer checks of an object that was not created in time', async () => {
    const checks = ['k8s job -l app=absent exists within 3s', 'k8s job -l app=absent succeeded within 20m'];
    const runbook = await apply([configMap('for-absent')], checks);
    const { exitCode, text } = await runbook.run('replay', '--yes');
    expect(exitCode).toBe(1);
    expect(text).toContain('2 of 3 checks');
  });

  test('labels that a controller copies to its objects are not drift', async () => {
    const objects = [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'copied', namespace: 'default' },
        spec: { selector: { app: 'copied' }, ports: [{ port: 80 }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'own', namespace: 'default' },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.0.2.7'] }],
        ports: [{ port: 80 }],
      },
    ];
    const runbook = await apply(objects, ['k8s service/copied exists']);
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
    const list = await node().api.until(
      `${slices}?labelSelector=kubernetes.io/service-name=copied`,
      ({ items }) => items?.length > 0,
    );
    expect(Object.keys(list.items[0].metadata.labels)).toContain('agent-runbook/inventory');
    const drift = await runbook.run('drift');
    expect(drift, drift.text).toMatchObject({ exitCode: 0 });
  });

  test('does not blame a recovered container for a later failure', async () => {
    const script = '[ -e /state/seen ] || { touch /state/seen; exit 1; }; exec sleep 100000';
    const container = {
      name: 'app',
      image: 'busybox:1',
      command: ['sh', '-c', script],
      volumeMounts: [{ name: 'state', mountPath: '/state' }],
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'recovered', namespace: 'default' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [container],
        volumes: [{ name: 'state', emptyDir: {} }],
      },
    };
    const runbook = await apply(
      [pod],
      ['k8s pod/recovered ready within 2m', 'k8s pod/recovered jsonpath {.metadata.labels.tier} = front'],
    );
    const { exitCode, text } = await runbook.run('replay', '--yes');
    expect(exitCode).toBe(1);
    expect(text).not.toContain('exits with code 1');
  });

  function apply(objects: readonly Json[], checks: readonly string[]): Promise<RunbookOnCluster> {
    return runbookOnCluster(applyStep('Bring it up', objects, checks), { kubeconfig: node().kubeconfig });
  }
});

function job(name: string, args: readonly string[]): Json {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: {
      backoffLimit: 0,
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'test/trouble:1', args }] },
      },
    },
  };
}

function configMap(name: string): Json {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { a: '1' } };
}
