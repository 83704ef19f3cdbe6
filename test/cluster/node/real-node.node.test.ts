import { expect, test } from 'vitest';
import type { Json } from '../kubernetes-api.ts';
import { describeWithNode } from './describe-with-node.ts';
import { privateRegistry, puller } from './real-node.ts';

const pods = '/api/v1/namespaces/default/pods';

describeWithNode('a real node', (node) => {
  test('runs a container and reads its output and exit code', async () => {
    await createPod('words', { image: 'test/trouble:1', args: ['fail', '3', 'the license file is empty'] });
    const { status } = await untilPhase('words', 'Failed');
    expect(status.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    const { body } = await node().api.ask('GET', `${pods}/words/log`);
    expect(body).toContain('the license file is empty');
  });

  test('restarts a container whose liveness probe fails, as kubelet does', async () => {
    await createPod('alive', {
      image: 'test/trouble:1',
      args: ['web'],
      livenessProbe: { httpGet: { path: '/ping', port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
      restartPolicy: 'Always',
    });
    const { status } = await node().api.until(
      `${pods}/alive`,
      (pod) => pod.status?.containerStatuses?.[0].restartCount > 0,
      60_000,
    );
    expect(status.containerStatuses[0].lastState.terminated.exitCode).toBe(2);
  });

  test('resolves names of services, and reaches their pods', async () => {
    await createPod('web', { image: 'test/trouble:1', args: ['web'], restartPolicy: 'Always' });
    await node().api.create('/api/v1/namespaces/default/services', {
      metadata: { name: 'web' },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 8081, targetPort: 8080 }] },
    });
    await createPod('client', {
      image: 'test/trouble:1',
      args: ['get', '5', 'http://web.default.svc.cluster.local:8081/'],
      restartPolicy: 'OnFailure',
    });
    await untilPhase('client', 'Succeeded');
    const { text } = await node().run([
      'curl',
      '-sS',
      '--retry',
      '30',
      '--retry-connrefused',
      'http://127.0.0.1:8081/',
    ]);
    expect(text).toContain('hello');
  });

  test('pulls from the private registry with a pull secret, and not without', async () => {
    const image = `${privateRegistry}/tools/deploy:1.4.2`;
    await createPod('nobody', { image });
    await node().api.until(`${pods}/nobody`, (pod) =>
      /ErrImagePull|ImagePullBackOff/.test(pod.status?.containerStatuses?.[0].state.waiting?.reason),
    );
    const auths = { [privateRegistry]: { username: puller.user, password: puller.password } };
    await node().api.create('/api/v1/namespaces/default/secrets', {
      metadata: { name: 'pull' },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
    });
    await createPod('puller', { image }, { imagePullSecrets: [{ name: 'pull' }] });
    await untilPhase('puller', 'Succeeded');
  });

  test('comes back after a reboot, with its objects, and restarts the pods', async () => {
    await node().reboot();
    const { status } = await node().api.until(
      `${pods}/web`,
      (pod) =>
        pod.status?.containerStatuses?.[0].restartCount > 0 && pod.status.containerStatuses[0].state.running,
      120_000,
    );
    expect(status.phase).toBe('Running');
  });

  async function createPod(name: string, container: Json, spec: Json = {}): Promise<void> {
    const { restartPolicy = 'Never', ...rest } = container;
    await node().api.until(
      '/api/v1/namespaces/default/serviceaccounts/default',
      ({ kind }) => kind === 'ServiceAccount',
    );
    await node().api.create(pods, {
      metadata: { name, labels: { app: name } },
      spec: {
        restartPolicy,
        terminationGracePeriodSeconds: 1,
        ...spec,
        containers: [{ name: 'main', ...rest }],
      },
    });
  }

  function untilPhase(name: string, phase: string): Promise<Json> {
    return node().api.until(`${pods}/${name}`, (pod) => pod.status?.phase === phase, 60_000);
  }
});
