import { expect, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import { configMap, deployment } from './objects.ts';
import { applyStep, runbookOnCluster } from './runbook-on-cluster.ts';

describeWithCluster('drift of what was applied to a real API server', (cluster) => {
  const setting = { kubeconfig: cluster?.kubeconfig };

  test('finds a manually changed and a manually added field, with the manager', async () => {
    const namespace = await cluster.namespace();
    const runbook = await runbookOnCluster(
      applyStep('Start the web', [
        configMap('prices', namespace, { tea: '2' }),
        deployment('web', { namespace, replicas: 1 }),
      ]),
      setting,
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    // Acts only on a cluster, so the box has no part in it.
    const { exitCode: none, text: same } = await runbook.run('drift');
    expect(none).toBe(0);
    expect(same).toContain('no drift: looked at 1 step, 2 objects');

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

  test('shows values of a Secret only as a keyed hash, and finds labelled objects that no step owns', async () => {
    const namespace = await cluster.namespace();
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'till', namespace } };
    const runbook = await runbookOnCluster(
      applyStep('Open the shop', [{ ...secret, stringData: { code: 'written-4711' } }]),
      setting,
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const { metadata } = await cluster.api.get(`${path}/till`);
    await cluster.api.merge(`${path}/till`, { stringData: { code: 'by-hand-0815' } }, 'kubectl-edit');
    // Applied by runbook, and then forgotten by both the document and the journal.
    await cluster.api.demand('POST', `${path}?fieldManager=runbook`, {
      metadata: { name: 'stray', labels: metadata.labels },
    });
    const { exitCode, text } = await runbook.run('drift', '--json');
    expect(exitCode).toBe(2);
    const { findings } = JSON.parse(text) as {
      findings: { subject: string; kind: string; detail: string }[];
    };
    expect(findings).toContainEqual(
      expect.objectContaining({
        subject: `${namespace}/secret/till`,
        kind: 'changed',
        detail: expect.stringMatching(
          /^data\.code: #[0-9a-f]{8}, expected #[0-9a-f]{8}, set by kubectl-edit$/,
        ),
      }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ subject: `${namespace}/secret/stray`, kind: 'added' }),
    );
    for (const value of ['written-4711', 'by-hand-0815'])
      for (const form of [value, Buffer.from(value).toString('base64')]) expect(text).not.toContain(form);
  });

  test('finds what a removed step has left, and undo still deletes it', async () => {
    const namespace = await cluster.namespace();
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'old', namespace },
      spec: { ports: [{ port: 80 }] },
    };
    const kept = applyStep('Keep notes', [configMap('note', namespace, {})]);
    const runbook = await runbookOnCluster(kept + applyStep('Serve it', [service]), setting);
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    runbook.write(kept);
    const { exitCode, text } = await runbook.run('drift');
    expect(exitCode).toBe(2);
    expect(text).toContain(`${namespace}/service/old`);
    expect(await runbook.run('undo', '--yes')).toMatchObject({ exitCode: 0 });
    const { status } = await cluster.api.ask('GET', `/api/v1/namespaces/${namespace}/services/old`);
    expect(status).toBe(404);
  });

  test('without permission to list, orphaned objects are unknown, which is not a pass', async () => {
    const namespace = await cluster.namespace();
    const kubeconfig = await cluster.user(`near-${namespace}`, namespace, [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'patch'] },
    ]);
    const runbook = await runbookOnCluster(applyStep('Keep notes', [configMap('note', namespace, {})]), {
      kubeconfig,
      context: `near-${namespace}`,
    });
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const { exitCode, text } = await runbook.run('drift');
    expect(exitCode).toBe(1);
    expect(text).toContain(`${namespace}/configmap/*`);
  });

  test('finds deleted objects', async () => {
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
