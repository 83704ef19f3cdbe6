import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { grantCluster } from '../../../src/journal/decisions/cluster-grants.ts';
import { PagedApi } from '../../cluster/observe/paged-api.ts';
import { scenario } from '../../support/scenario.ts';
import { agentIn } from './agent.ts';

/** A box whose document names a cluster that this process plays, and whose person has allowed it. */
async function boxWithCluster(steps = '') {
  const api = await PagedApi.start();
  onTestFinished(() => api.stop());
  api.list('/api/v1/namespaces', [{ metadata: { name: 'argo' } }]);
  const scene = await scenario(
    `---\nrunbook: 1\nname: clustered\nenv: { KUBECONFIG: ./kubeconfig }\n---\n\n## Steps\n${steps}`,
  );
  await writeFile(join(scene.folder, 'kubeconfig'), api.kubeconfig);
  await grantCluster(scene.world.folders.person, {
    context: 'fake',
    server: api.url,
    at: '2026-11-21T10:00:00Z',
  });
  return { api, ...scene };
}

const unpulled = {
  metadata: {
    namespace: 'argo',
    name: 'flow-1-a',
    uid: 'u-1',
    labels: { 'pod-template-hash': '1' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'flow-1', controller: true }],
  },
  spec: { containers: [{ name: 'flow', image: 'registry.example.com/flow:1' }] },
  status: {
    phase: 'Pending',
    containerStatuses: [
      {
        name: 'flow',
        restartCount: 0,
        state: { waiting: { reason: 'ErrImagePull', message: 'failed to authorize: 401 Unauthorized' } },
      },
    ],
  },
};
const waiting =
  'echo "kubectl -n argo rollout status deployment/flow"; echo "error: timed out waiting for the condition" >&2; exit 1';

test('a step whose workload never becomes ready reports what blocks the workload', async () => {
  const { api, world } = await boxWithCluster();
  api.list('/api/v1/namespaces/argo/pods', [unpulled]).list('/api/v1/pods', [unpulled]);
  const agent = agentIn(world);
  const failed = await agent.call('apply_step', { draft: { title: 'Wait for the flow', run: waiting } });
  expect(failed).toMatchObject({ status: 'failed', findings: [{ code: 'image-credentials' }] });
  expect(failed.findings[0].title).toContain(
    'neither the pod nor its service account refers to a pull secret',
  );
  // The theory that everybody has first.
  const theory = await agent.call('apply_step', {
    draft: { title: 'Wait again', run: `sleep 1; ${waiting}` },
    hypothesis: {
      cause: 'platform',
      mechanism: 'The API server was slow in this run.',
      evidence: [failed.findings[0].evidence[0]],
      prediction: ['port 2746'],
    },
  });
  expect(theory).toMatchObject({
    status: 'refused',
    guard: { code: 'exotic-explanation', verdict: 'refuse' },
  });
  expect(
    (await agent.call('env_observe', { scopes: ['kubernetes'] })).facts.kubernetes.map(
      ({ kind }: { kind: string }) => kind,
    ),
  ).toContain('registry');
});

test('a replay that fails in the same way reports the same finding', async () => {
  const { api, replay } = await boxWithCluster(
    `\n### Wait for the flow\n\n\`\`\`bash\n${waiting}\n\`\`\`\n\nVerify:\n\n\`\`\`check\nfile flowing exists\n\`\`\`\n`,
  );
  api.list('/api/v1/namespaces/argo/pods', [unpulled]);
  const { events, exit } = await replay({ yes: true });
  expect(exit).toBe(1);
  expect(JSON.stringify(events)).toContain('image-credentials');
});

const manifest = (replicas: number) => `kubectl -n argo apply -f - <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: { name: big }
spec:
  replicas: ${replicas}
  template: { spec: { containers: [{ name: big, image: big, resources: { limits: { memory: 2Gi } } }] } }
YAML
touch ran`;

test('refuses a step that exceeds a quota before it runs, with the numbers of the quota', async () => {
  const { api, world, read } = await boxWithCluster();
  api.list('/api/v1/namespaces/argo/resourcequotas', [
    {
      metadata: { namespace: 'argo', name: 'compute' },
      status: { hard: { 'limits.memory': '8Gi' }, used: { 'limits.memory': '3Gi' } },
    },
  ]);
  const agent = agentIn(world);
  const refused = await agent.call('apply_step', { draft: { title: 'Big', run: manifest(3) } });
  expect(refused).toMatchObject({ status: 'refused', guard: { code: 'nested-limits', verdict: 'refuse' } });
  expect(refused.guard.reason).toMatch(
    /deployment\/big does not fit: limits.memory 6Gi requested, 3Gi used, 8Gi allowed by ResourceQuota argo\/compute/,
  );
  await expect(read('ran')).rejects.toThrow();
  const smaller = await agent.call('apply_step', {
    draft: { title: 'Small', run: `kubectl() { cat >/dev/null; }; ${manifest(2)}` },
  });
  expect(smaller.status).toBe('succeeded');
});

test('finds a recorded fix by the code of its finding', async () => {
  const { api, world } = await boxWithCluster();
  api.list('/api/v1/namespaces/argo/pods', [unpulled]);
  const agent = agentIn(world);
  const failed = await agent.call('apply_step', { draft: { title: 'Wait for the flow', run: waiting } });
  await agent.call('apply_step', {
    step: failed.step,
    draft: { title: 'Wait for the flow', run: 'touch flowing' },
  });
  const { fixes } = await agent.call('find_fix', { text: 'image-credentials' });
  expect(fixes).toMatchObject([{ problem: failed.problem, from: 'this box' }]);
  expect((await agent.call('find_fix', { text: 'image-missing' })).fixes).toEqual([]);
});
