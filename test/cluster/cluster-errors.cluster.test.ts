import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import { configMap, deployment } from './objects.ts';
import { applyStep, patchStep, runbookOnCluster, step } from './runbook-on-cluster.ts';

describeWithCluster('what goes wrong with a real API server', (cluster) => {
  test('with permissions for one namespace works there, and reports what is missing in others', async () => {
    const [own, other] = [await cluster.namespace(), await cluster.namespace()];
    const kubeconfig = await cluster.user(`tenant-${own}`, own, [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
      },
    ]);
    const mine = { kubeconfig, context: `tenant-${own}` };
    const allowed = await runbookOnCluster(applyStep('Keep a note', [configMap('note', own, {})]), mine);
    expect(await allowed.run('replay', '--yes')).toMatchObject({ exitCode: 0 });

    const refused = await runbookOnCluster(applyStep('Keep a note', [configMap('note', other, {})]), mine);
    const { exitCode, text } = await refused.run('replay', '--yes');
    expect(exitCode).not.toBe(0);
    expect(text).toContain('configmaps');
    expect(text).toContain(other);
  });

  test('checks the permissions that a patch needs before step one', async () => {
    const namespace = await cluster.namespace();
    const kubeconfig = await cluster.user(`reader-${namespace}`, namespace, [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
    ]);
    const runbook = await runbookOnCluster(
      patchStep('Mark it', { patch: 'cm/kube-root-ca.crt', namespace, type: 'merge' }, { data: { a: 'b' } }),
      { kubeconfig, context: `reader-${namespace}` },
    );
    const { exitCode, text } = await runbook.run('replay', '--yes');
    expect(exitCode).toBe(3);
    expect(text).toContain(`may not patch configmaps in namespace "${namespace}"`);
  });

  test('a plan warns about images that may change', async () => {
    const namespace = await cluster.namespace();
    const loose = deployment('loose', { namespace });
    loose.spec.template.spec.containers[0]!.image = 'registry.example.com:5000/web';
    const runbook = await runbookOnCluster(
      applyStep('Start both', [deployment('web', { namespace }), loose]),
      { kubeconfig: cluster.kubeconfig },
    );
    const { exitCode, text } = await runbook.run('plan');
    expect(exitCode).toBe(0);
    expect(text).toMatch(
      /warning\[image-moves\]: \S+deployment\/loose: image registry\.example\.com:5000\/web has no tag/,
    );
    expect(text).toMatch(/info\[image-without-digest\].* registry\.example\.com\/web:1\.0\./);
    expect((await runbook.run('replay', '--yes')).text).not.toContain('image-without-digest');
  });

  test('steps without a cluster run although the cluster is dead', async () => {
    const runbook = await runbookOnCluster(
      applyStep('Keep a note', [configMap('note', 'default', {})]) +
        step('Touch the box', '```bash\ntouch touched\n```', ['file touched exists']),
      { kubeconfig: await cluster.dead(), context: 'dead' },
    );
    expect(await runbook.run('replay', '--yes', '--only', 'touch-the-box')).toMatchObject({ exitCode: 0 });
    expect((await runbook.run('replay', '--yes')).exitCode).toBe(3);
  });

  test('undo with the context of another cluster does not treat objects as gone', async () => {
    const namespace = await cluster.namespace();
    const runbook = await runbookOnCluster(applyStep('Keep a note', [configMap('note', namespace, {})]), {
      kubeconfig: cluster.kubeconfig,
    });
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    // The same API server under another name counts as another address.
    const text = readFileSync(cluster.kubeconfig, 'utf8');
    const other = join(runbook.folder, 'other.kubeconfig');
    writeFileSync(
      other,
      text.replace('https://127.0.0.1:', 'https://localhost:').replaceAll(': test', ': other'),
    );
    const elsewhere = { KUBECONFIG: other };
    expect(await runbook.runWith(elsewhere, 'approve', '--context', 'other')).toMatchObject({ exitCode: 0 });
    const refused = await runbook.runWith(elsewhere, 'undo', '--yes');
    expect(refused.exitCode).toBe(1);
    expect(refused.text).toMatch(/was applied to https:\/\/127\.0\.0\.1:\d+, but context "other" leads to/);
    expect(await runbook.run('undo', '--yes')).toMatchObject({ exitCode: 0 });
    const { status } = await cluster.api.ask('GET', `/api/v1/namespaces/${namespace}/configmaps/note`);
    expect(status).toBe(404);
  });

  test('an expired token is named, and steps without a cluster continue', async () => {
    const namespace = await cluster.namespace();
    const runbook = await runbookOnCluster(
      applyStep(
        'Keep a note',
        [configMap('note', namespace, {})],
        [`k8s configmap/note -n ${namespace} exists`],
      ),
      { kubeconfig: cluster.expired(), context: 'expired' },
    );
    expect(await runbook.run('verify', '--yes')).toMatchObject({
      exitCode: 3,
      text: expect.stringMatching(/unauthori[sz]ed|expired|401/i),
    });
    const replayed = await runbook.run('replay', '--yes');
    expect(replayed.exitCode).not.toBe(0);
    expect(replayed.text).toMatch(/unauthori[sz]ed|expired|401/i);
  });

  test('a dead API server is unknown with its address, without a hang', async () => {
    const kubeconfig = await cluster.dead();
    const runbook = await runbookOnCluster(
      applyStep('Keep a note', [configMap('note', 'default', {})], ['k8s configmap/note exists']),
      { kubeconfig, context: 'dead' },
    );
    const { exitCode, text } = await runbook.run('verify', '--yes');
    expect(exitCode).toBe(3);
    expect(text).toMatch(/127\.0\.0\.1:\d+/);
    expect((await runbook.run('replay', '--yes')).exitCode).not.toBe(0);
  });
});
