import { expect, test } from 'vitest';
import { describeWithCluster } from './describe-with-cluster.ts';
import type { Json } from './kubernetes-api.ts';
import { deployment } from './objects.ts';
import { type RunbookOnCluster, runbookOnCluster, step } from './runbook-on-cluster.ts';

describeWithCluster('waiting on a real API server', (cluster) => {
  const setting = { kubeconfig: cluster?.kubeconfig };

  test('a Deployment is ready when its pods are, and not before', async () => {
    const namespace = await cluster.namespace();
    const runbook = await waitFor(namespace, { replicas: 2 });
    const told = runbook.run('replay', '--yes');
    let ended = false;
    void told.then(() => {
      ended = true;
    });
    const pods = await podsIn(namespace, 2);
    expect(ended).toBe(false);
    for (const pod of pods) await annotate(namespace, pod, { 'runbook.test/silent': null });
    expect(await told).toMatchObject({ exitCode: 0 });
  });

  test('a crash loop ends the wait within a second of its event, and reports what crashed and how', async () => {
    const namespace = await cluster.namespace();
    const runbook = await waitFor(namespace, { replicas: 1 });
    const [pod] = await podsIn(namespace, 1);
    let waiting: () => void = () => {};
    const waits = new Promise<void>((resolve) => {
      waiting = resolve;
    });
    const told = runbook
      .follow(['replay', '--yes'], (line) => line.startsWith('run ') && waiting())
      .then((answer) => ({ ...answer, at: Date.now() }));
    await waits;
    // The line is printed before the action, and nothing when the wait itself starts.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await annotate(namespace, pod as string, {
      'runbook.test/silent': null,
      'runbook.test/exit-code': '127',
      'runbook.test/reason': 'Error',
      'runbook.test/message': 'exec: "bash": executable file not found in $PATH',
    });
    await cluster.api.until(`/api/v1/namespaces/${namespace}/events`, ({ items }) =>
      items?.some(({ reason }: Json) => reason === 'BackOff'),
    );
    const eventSeen = Date.now();
    const { exitCode, text, at } = await told;
    expect(exitCode).toBe(1);
    expect(text).toContain('CrashLoopBackOff');
    expect(text).toContain('127');
    console.info(`crash loop: the pass had ended ${at - eventSeen} ms after its event was seen`);
    expect(at - eventSeen).toBeLessThan(20_000); // of a hundred seconds; the number above is for people
  });

  /** A Deployment whose pods do nothing until the test lets them start, and a step that only waits for it. */
  async function waitFor(namespace: string, { replicas }: { replicas: number }): Promise<RunbookOnCluster> {
    const silent = { replicas, annotations: { 'runbook.test/silent': 'true' } };
    await cluster.api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('web', silent));
    const check = `k8s deployment/web -n ${namespace} ready within 100s`;
    return runbookOnCluster(step('Wait', '```bash\ntrue\n```', [check]), setting);
  }

  async function podsIn(namespace: string, count: number): Promise<string[]> {
    const { items } = await cluster.api.until(
      `/api/v1/namespaces/${namespace}/pods`,
      (list) => list.items?.length === count,
    );
    return items.map(({ metadata }: Json) => metadata.name);
  }

  function annotate(namespace: string, pod: string, annotations: Record<string, string | null>) {
    return cluster.api.merge(`/api/v1/namespaces/${namespace}/pods/${pod}`, { metadata: { annotations } });
  }
});
