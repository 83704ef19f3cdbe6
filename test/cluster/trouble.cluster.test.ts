import { expect, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import { configMap } from './objects.ts';
import { applyStep, runbookOnCluster } from './runbook-on-cluster.ts';

describeWithCluster('what goes wrong with a real API server', (cluster) => {
  test('with rights for one namespace it works there, and says what is missing elsewhere', async () => {
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

  test('an expired token is named as what it is, and steps without a cluster go on', async () => {
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

  test('a dead API server is an unknown with its address, and no hang', async () => {
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
