import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeWithCluster } from '../cluster/describe-with-cluster.ts';
import { scenario } from '../support/scenario.ts';
import { findHelm } from './find-helm.ts';
import { shop } from './shop.ts';

const helm = findHelm();
const RESOURCES = {
  ConfigMap: '/api/v1/namespaces/NS/configmaps/page',
  ServiceAccount: '/api/v1/namespaces/NS/serviceaccounts/web',
  Service: '/api/v1/namespaces/NS/services/web',
  Deployment: '/apis/apps/v1/namespaces/NS/deployments/web',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings/web',
};

describeWithCluster(
  'the exported chart on a real API server',
  (cluster) => {
    test.skipIf(!helm)('leaves the same objects in one namespace as a replay leaves in another', async () => {
      const [replayed, installed] = [
        await cluster.namespace('replayed'),
        await cluster.namespace('installed'),
      ];
      const text = shop(replayed)
        .replace('runbook: 1', `runbook: 1\nenv: { KUBECONFIG: ${cluster.kubeconfig} }`)
        .replace(/\nhttp GET http:\/\/web.*/, '');
      const scene = await scenario(text, {
        env: { KUBECONFIG: cluster.kubeconfig, TOKEN: 'hunter2-hunter2' },
      });
      await scene.run('approve', { context: 'test' });
      const replay = await scene.replay({ input: { UNUSED: 'x' } });
      expect(replay.diagnostics).toEqual([]);
      expect(replay.exit).toBe(0);

      expect((await scene.run('export', { format: 'helm', output: 'chart' })).exit).toBe(0);
      const place = ['--namespace', installed, '--kubeconfig', cluster.kubeconfig];
      const install = spawnSync(helm!, ['install', 'shop', 'chart', ...place], {
        cwd: scene.folder,
        encoding: 'utf8',
      });
      expect(install.status, install.stderr).toBe(0);

      for (const [kind, path] of Object.entries(RESOURCES)) {
        const [first, second] = await Promise.all(
          [replayed, installed].map(async (namespace) => {
            const {
              metadata: _,
              status: __,
              ...object
            } = await cluster.api.get(path.replace('NS', namespace));
            const { clusterIP: ___, clusterIPs: ____, ...spec } = object.spec ?? {};
            return JSON.parse(JSON.stringify({ ...object, spec }).replaceAll(namespace, 'NS'));
          }),
        );
        expect(second, kind).toEqual(first);
      }
    });
  },
  { controllers: false },
);
