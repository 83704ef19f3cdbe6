import { expect, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import { configMap, deployment } from './objects.ts';
import { applyStep, runbookOnCluster } from './runbook-on-cluster.ts';

describeWithCluster('drift of what was applied to a real API server', (cluster) => {
  const setting = { kubeconfig: cluster?.kubeconfig };

  test('finds the field that a hand changed and the one that a hand added, with the manager', async () => {
    const namespace = await cluster.namespace();
    const runbook = await runbookOnCluster(
      applyStep('Start the web', [
        configMap('prices', namespace, { tea: '2' }),
        deployment('web', { namespace, replicas: 1 }),
      ]),
      setting,
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    // What else has changed on this machine meanwhile is not this test's.
    expect((await runbook.run('drift')).text).not.toMatch(/prices|web/);

    await cluster.api.merge(
      `/api/v1/namespaces/${namespace}/configmaps/prices`,
      { data: { tea: '5' } },
      'kubectl-edit',
    );
    const web = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    await cluster.api.merge(web, { spec: { minReadySeconds: 7 } }, 'kubectl-edit');
    const { exitCode, text } = await runbook.run('drift');
    expect(exitCode).toBe(2);
    expect(text).toMatch(/data\.tea/);
    expect(text).toMatch(/minReadySeconds/);
    expect(text).toContain('kubectl-edit');
  });

  test('finds what was deleted', async () => {
    const namespace = await cluster.namespace();
    const runbook = await runbookOnCluster(
      applyStep('Keep notes', [configMap('note', namespace, { a: '1' })]),
      setting,
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    await cluster.api.delete(`/api/v1/namespaces/${namespace}/configmaps/note`);
    const { exitCode, text } = await runbook.run('drift');
    expect(exitCode).toBe(2);
    expect(text).toContain('note');
  });
});
