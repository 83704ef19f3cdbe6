import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import type { Json } from './kubernetes-api.ts';
import { configMap, deployment } from './objects.ts';
import { applyStep, patchStep, runbookOnCluster, step } from './runbook-on-cluster.ts';

describeWithCluster('acting on a real API server', (cluster) => {
  const setting = { kubeconfig: cluster?.kubeconfig };

  test('applies in a working order, owns what it wrote, and changes nothing the second time', async () => {
    const namespace = `shop-${Date.now()}`;
    const group = `${namespace}.example.com`;
    const runbook = await runbookOnCluster(
      applyStep('Open the shop', [
        {
          apiVersion: `${group}/v1`,
          kind: 'Till',
          metadata: { name: 'first', namespace },
          spec: { open: true },
        },
        configMap('prices', namespace, { tea: '2' }),
        tillDefinition(group),
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ]),
      setting,
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const prices = await cluster.api.get(`/api/v1/namespaces/${namespace}/configmaps/prices`);
    expect(prices.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'runbook', operation: 'Apply' }),
    );
    await cluster.api.get(`/apis/${group}/v1/namespaces/${namespace}/tills/first`);
    expect(await runbook.run('replay', '--yes')).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining('nothing to do'),
    });
    await cluster.api.delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tills.${group}`);
  });

  test('a field that another manager applied is a conflict that names manager and field', async () => {
    const namespace = await cluster.namespace();
    const path = `/api/v1/namespaces/${namespace}/configmaps/prices`;
    await cluster.api.demand(
      'PATCH',
      `${path}?fieldManager=argocd`,
      configMap('prices', namespace, { tea: '3' }),
      'application/apply-patch+yaml',
    );
    const runbook = await runbookOnCluster(
      applyStep('Set the prices', [configMap('prices', namespace, { tea: '2' })]),
      setting,
    );
    const { exitCode, text } = await runbook.run('replay', '--yes');
    expect(exitCode).toBe(1);
    expect(text).toContain('argocd');
    expect(text).toContain('data.tea');
    expect((await cluster.api.get(path)).data).toEqual({ tea: '3' });
  });

  test('a manually changed key of a Secret is a conflict too, and every rejected object is named', async () => {
    const namespace = await cluster.namespace();
    const maps = `/api/v1/namespaces/${namespace}/configmaps`;
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const runbook = await runbookOnCluster(
      applyStep('Open the shop', [
        configMap('prices', namespace, { tea: '2' }),
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'till', namespace },
          stringData: { code: '1234', old: 'x' },
        },
      ]),
      setting,
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    await cluster.api.merge(`${maps}/prices`, { data: { tea: '3' } }, 'kubectl-edit');
    await cluster.api.merge(`${secrets}/till`, { stringData: { code: '9999' } }, 'kubectl-edit');
    const refused = await runbook.run('replay', '--yes');
    expect(refused.exitCode).toBe(1);
    expect(refused.text).toContain('data.tea is owned by "kubectl-edit"');
    expect(refused.text).toContain('data.code is owned by "kubectl-edit"');

    // As the remedy says: after it is set back by hand, both managers own it.
    await cluster.api.merge(`${maps}/prices`, { data: { tea: '2' } }, 'kubectl-edit');
    runbook.write(
      applyStep('Open the shop', [
        configMap('prices', namespace, { tea: '2' }),
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'till', namespace },
          stringData: { code: '9999' },
        },
      ]),
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    expect(Object.keys((await cluster.api.get(`${secrets}/till`)).data)).toEqual(['code']);
  });

  test('undo releases a Secret that existed before, although its type cannot be removed', async () => {
    const namespace = await cluster.namespace();
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const config = Buffer.from('{"auths":{}}').toString('base64');
    const type = 'kubernetes.io/dockerconfigjson';
    await cluster.api.create(path, {
      metadata: { name: 'pull' },
      type,
      data: { '.dockerconfigjson': config },
    });
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull', namespace }, type };
    const runbook = await runbookOnCluster(
      applyStep('Take it over', [{ ...object, data: { '.dockerconfigjson': config } }]),
      setting,
    );
    // Only runbook owns it: its creator has left no trace.
    await cluster.api.demand(
      'PATCH',
      `${path}/pull`,
      { metadata: { managedFields: [{}] } },
      'application/merge-patch+json',
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await runbook.run('undo', '--yes')).toMatchObject({ exitCode: 0 });
    const { metadata, data } = await cluster.api.get(`${path}/pull`);
    expect(data).toEqual({ '.dockerconfigjson': config });
    expect(metadata.labels).toBeUndefined();
    expect(JSON.stringify(metadata.managedFields ?? [])).not.toContain('"runbook"');
  });

  test('rejects a misspelled field by name, and writes nothing', async () => {
    const namespace = await cluster.namespace();
    const misspelt = deployment('web', { namespace }) as Json;
    misspelt.spec.replica = 3;
    const runbook = await runbookOnCluster(applyStep('Start the web', [misspelt]), setting);
    const { exitCode, text } = await runbook.run('replay', '--yes');
    expect(exitCode).not.toBe(0);
    expect(text).toMatch(/spec\.replica\b/);
    const { status } = await cluster.api.ask('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/web`);
    expect(status).toBe(404);
  });

  test('rejects a pointer with an unescaped slash, and suggests the escaped one, which works', async () => {
    const namespace = await cluster.namespace();
    const path = `/api/v1/namespaces/${namespace}/configmaps/prices`;
    const annotations = { 'example.com/owner': 'nobody' };
    await cluster.api.create(path.replace('/prices', ''), { metadata: { name: 'prices', annotations } });
    const patched = (pointer: string) =>
      patchStep('Name the owner', { patch: 'configmap/prices', namespace, type: 'json' }, [
        { op: 'replace', path: pointer, value: 'ann' },
      ]);
    const runbook = await runbookOnCluster(patched('/metadata/annotations/example.com/owner'), setting);
    const refused = await runbook.run('replay', '--yes');
    expect(refused.exitCode).not.toBe(0);
    expect(refused.text).toContain('/metadata/annotations/example.com~1owner');

    runbook.write(patched('/metadata/annotations/example.com~1owner'));
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    expect((await cluster.api.get(path)).metadata.annotations['example.com/owner']).toBe('ann');
  });

  test('applies patches of all three types', async () => {
    const namespace = await cluster.namespace();
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    await cluster.api.create(path.replace('/web', ''), deployment('web'));
    const on = { patch: 'deployment/web', namespace };
    const image = {
      spec: { template: { spec: { containers: [{ name: 'web', image: 'registry.example.com/web:2.0' }] } } },
    };
    const runbook = await runbookOnCluster(
      patchStep('Scale', { ...on, type: 'merge' }, { spec: { replicas: 2 } }) +
        patchStep('Another image', on, image) +
        patchStep('Label', { ...on, type: 'json' }, [
          { op: 'add', path: '/metadata/labels', value: { tier: 'front' } },
        ]),
      setting,
    );
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const { metadata, spec } = await cluster.api.get(path);
    expect(spec.replicas).toBe(2);
    expect(spec.template.spec.containers).toMatchObject([
      { name: 'web', image: 'registry.example.com/web:2.0' },
    ]);
    expect(metadata.labels).toMatchObject({ tier: 'front' });
  });

  test('values that the document patches stay as patched until the patch is removed', async () => {
    const namespace = await cluster.namespace();
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    const imageOf = async () => (await cluster.api.get(path)).spec.template.spec.containers[0].image;
    const apply = applyStep('Start the web', [deployment('web', { namespace })]);
    const patch = patchStep('Another image', { patch: 'deploy/web', namespace, type: 'json' }, [
      {
        op: 'replace',
        path: '/spec/template/spec/containers/0/image',
        value: 'registry.example.com/web:2.0',
      },
    ]);
    const runbook = await runbookOnCluster(apply + patch, setting);
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const again = await runbook.run('replay', '--yes');
    expect(again).toMatchObject({ exitCode: 0, text: expect.stringContaining('nothing to do') });
    expect(await runbook.run('replay', '--yes', '--force')).toMatchObject({ exitCode: 0 });
    expect(await imageOf()).toBe('registry.example.com/web:2.0');

    runbook.write(apply);
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await imageOf()).toBe('registry.example.com/web:1.0');
  });

  test('a secret goes from the inputs to the cluster and appears nowhere else', async () => {
    const namespace = await cluster.namespace();
    const password = 'correct-horse-battery-staple';
    const fence = `\`\`\`yaml {"registry":"pull-secret","namespace":"${namespace}"}
server: registry.example.com
username: ann
password: \${REGISTRY_PASS}
\`\`\``;
    const inputs = '| Name | Kind | What for |\n| --- | --- | --- |\n| REGISTRY_PASS | secret | pulling |\n';
    const runbook = await runbookOnCluster(
      `${step('Hand over the credentials', fence, [])}\n## Inputs\n\n${inputs}`,
      { ...setting, env: { REGISTRY_PASS: password } },
    );
    const told = await runbook.run('replay', '--yes', '--verbose', '--json');
    expect(told.exitCode).toBe(0);
    const secret = await cluster.api.get(`/api/v1/namespaces/${namespace}/secrets/pull-secret`);
    expect(secret.type).toBe('kubernetes.io/dockerconfigjson');
    const { auths } = JSON.parse(Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString());
    expect(auths['registry.example.com']).toMatchObject({ username: 'ann', password });
    const again = await runbook.run('replay', '--yes', '--verbose', '--json');
    expect(again.exitCode).toBe(0);
    for (const text of [told.text, again.text, await everythingIn(runbook.folder)]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain(Buffer.from(password).toString('base64'));
      expect(text).not.toContain(secret.data['.dockerconfigjson']);
    }
  });

  test('undo deletes what was applied, and replay deletes what the document no longer contains', async () => {
    const namespace = await cluster.namespace();
    const maps = async () =>
      (await cluster.api.get(`/api/v1/namespaces/${namespace}/configmaps`)).items
        .map(({ metadata }: Json) => metadata.name)
        .filter((name: string) => name !== 'kube-root-ca.crt');
    const [one, two] = [configMap('one', namespace, { a: '1' }), configMap('two', namespace, { a: '2' })];
    const runbook = await runbookOnCluster(applyStep('Make maps', [one, two]), setting);
    await cluster.api.create(`/api/v1/namespaces/${namespace}/configmaps`, {
      metadata: { name: 'not-ours' },
    });
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await maps()).toEqual(['not-ours', 'one', 'two']);

    runbook.write(applyStep('Make maps', [one]));
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const { exitCode } = await runbook.run('undo', '--yes');
    expect(exitCode).toBe(0);
    expect(await maps()).toEqual(['not-ours']);
  });
});

function tillDefinition(group: string) {
  const spec = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `tills.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Till', plural: 'tills', singular: 'till' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    },
  };
}

/** The text of every file that a pass left, journals and approvals included. */
async function everythingIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))).join(
    '\n',
  );
}
