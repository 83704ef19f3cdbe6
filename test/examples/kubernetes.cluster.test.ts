import { expect, onTestFinished, test } from 'vitest';
import { describeWithCluster } from '../cluster/describe-with-cluster.ts';
import type { Json } from '../cluster/kubernetes-api.ts';
import { deployment } from '../cluster/objects.ts';
import { exampleOnCluster, type RunbookOnCluster } from '../cluster/runbook-on-cluster.ts';

describeWithCluster('the Kubernetes parts of the examples', (cluster) => {
  test('examples/argo brings up an empty cluster, and has nothing to do the second time', async () => {
    const steps = [
      'install-k3s', // found as it is: this cluster is there
      'install-argo-workflows',
      'serve-over-plain-http',
      'give-argo-the-port-2746-of-this-box',
      'let-workflows-report-their-results',
      'hand-over-the-registry-credentials',
      'say-what-a-deployment-is',
      'install-argo-events',
      'bring-up-the-event-bus',
      'listen-for-pushes-on-port-12000',
      'start-a-workflow-at-every-push',
    ];
    const runbook = await exampleOnCluster('argo', withoutABox, {
      kubeconfig: cluster.kubeconfig,
      env: { REGISTRY_USER: 'ann', REGISTRY_PASS: 'correct-horse-battery' },
    });
    await removeArgoKinds();
    const stop = playArgoEvents();
    onTestFinished(removeArgoKinds);
    try {
      for (const step of steps) await replayOnly(runbook, step);
    } finally {
      stop();
    }
    const argo = '/apis/apps/v1/namespaces/argo/deployments/argo-server';
    const { template } = (await cluster.api.get(argo)).spec;
    expect(template.spec.containers[0]).toMatchObject({
      args: ['server', '--namespaced', '--auth-mode=server', '--secure=false'],
      readinessProbe: { httpGet: { scheme: 'HTTP' } },
    });
    expect(template.metadata.annotations).toMatchObject({ 'argo.example.com/tls': 'terminated-by-caddy' });
    for (const step of steps) {
      expect((await replayOnly(runbook, step)).text, step).toContain('nothing to do');
    }

    // A hand switches the probe back; the step heals it.
    await cluster.api.demand(
      'PATCH',
      argo,
      [
        {
          op: 'replace',
          path: '/spec/template/spec/containers/0/readinessProbe/httpGet/scheme',
          value: 'HTTPS',
        },
      ],
      'application/json-patch+json',
    );
    await replayOnly(runbook, 'serve-over-plain-http');
    const healed = (await cluster.api.get(argo)).spec.template.spec.containers[0];
    expect(healed.readinessProbe.httpGet.scheme).toBe('HTTP');
  }, 300_000);

  test('examples/media-server replays, and has nothing to do the second time', async () => {
    await playLocalPathProvisioner();
    const runbook = await exampleOnCluster('media-server', withoutABox, {
      kubeconfig: cluster.kubeconfig,
      env: { REMOTE_USER: 'ann', REMOTE_PASS: 'obscured-horse-battery' },
    });
    expect(await runbook.run('replay', '--yes')).toMatchObject({ exitCode: 0 });
    const { spec } = await cluster.api.get('/apis/apps/v1/namespaces/media/deployments/library');
    expect(spec.template.spec.containers[0].args).toContain('--vfs-read-ahead=16M');
    expect(await runbook.run('replay', '--yes')).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining('nothing to do'),
    });
  });

  async function replayOnly(runbook: RunbookOnCluster, step: string) {
    const told = await runbook.run('replay', '--yes', '--only', step);
    expect(told, step).toMatchObject({ exitCode: 0 });
    return told;
  }

  /** Kinds belong to the whole cluster, and other tests bring Argo's with other schemas. */
  async function removeArgoKinds(): Promise<void> {
    const all = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const argos = ({ items }: Json) =>
      (items as Json[])
        .filter(({ spec }) => spec.group === 'argoproj.io')
        .map(({ metadata }) => metadata.name);
    for (const name of argos(await cluster.api.get(all))) await cluster.api.delete(`${all}/${name}`);
    await cluster.api.until(all, (list) => argos(list).length === 0);
  }

  /** What Argo Events' controller makes of an EventBus, an EventSource and a Sensor: a workload with a label. */
  function playArgoEvents(): () => void {
    const kinds = { eventbus: 'eventbus-name', eventsources: 'eventsource-name', sensors: 'sensor-name' };
    const made = new Set<string>();
    const look = async () => {
      for (const [plural, label] of Object.entries(kinds)) {
        const { body } = await cluster.api.ask('GET', `/apis/argoproj.io/v1alpha1/namespaces/argo/${plural}`);
        for (const { metadata } of (body.items ?? []) as Json[]) {
          const name = `${metadata.name}-${label}`;
          if (made.has(name)) continue;
          made.add(name);
          const object = deployment(name) as Json;
          object.metadata.labels = { [label]: metadata.name };
          const kind = plural === 'eventbus' ? 'statefulsets' : 'deployments';
          if (plural === 'eventbus') {
            object.kind = 'StatefulSet';
            object.metadata.name = `eventbus-${metadata.name}-js`;
            object.spec.serviceName = object.metadata.name;
          }
          await cluster.api.create(`/apis/apps/v1/namespaces/argo/${kind}`, object);
        }
      }
    };
    const timer = setInterval(() => void look().catch(() => {}), 200);
    return () => clearInterval(timer);
  }

  /** k3s brings a class whose volumes are made when a pod wants them; here one is there already. */
  async function playLocalPathProvisioner(): Promise<void> {
    await cluster.api.create('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'local-path' },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await cluster.api.create('/api/v1/persistentvolumes', {
      metadata: { name: 'local-path-1' },
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'local-path',
        hostPath: { path: '/var/lib/nothing' },
      },
    });
  }
});

/** The box itself is not there: no systemd, and the kubeconfig is the test's. */
function withoutABox(text: string): string {
  return text.replace(/^requires: .*$/m, 'requires: []').replace(/^env: .*\n/m, '');
}
