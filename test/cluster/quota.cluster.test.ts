import { expect, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import { configMap, deployment } from './objects.ts';
import { applyStep, runbookOnCluster } from './runbook-on-cluster.ts';

describeWithCluster('quotas of a real API server', (cluster) => {
  const setting = { kubeconfig: cluster?.kubeconfig };

  test('reports what a quota will reject before anything is done', async () => {
    const namespace = await cluster.namespace();
    await cluster.api.create(`/api/v1/namespaces/${namespace}/resourcequotas`, {
      metadata: { name: 'small' },
      spec: { hard: { 'requests.cpu': '1' } },
    });
    await cluster.api.until(
      `/api/v1/namespaces/${namespace}/resourcequotas/small`,
      ({ status }) => status?.used?.['requests.cpu'] !== undefined,
    );
    const big = deployment('web', { namespace, replicas: 3, resources: { requests: { cpu: '500m' } } });
    const bare = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bare', namespace },
      spec: {
        containers: [{ name: 'a', image: 'a:1', resources: { requests: { cpu: '2' } } }],
      },
    };
    const runbook = await runbookOnCluster(
      applyStep('Keep a note', [configMap('note', namespace, {})]) +
        applyStep('Start the web', [big]) +
        applyStep('Start a bare pod', [bare]),
      setting,
    );
    const { exitCode, text } = await runbook.run('replay', '--yes');
    expect(exitCode).not.toBe(0);
    expect(text).toMatch(/small/);
    expect(text).toMatch(/deployment\/web does not fit: requests\.cpu/);
    expect(text).toMatch(/pod\/bare does not fit: requests\.cpu/);
    const { status } = await cluster.api.ask('GET', `/api/v1/namespaces/${namespace}/configmaps/note`);
    expect(status).toBe(404);
  });
});
