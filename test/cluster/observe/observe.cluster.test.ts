import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openCluster } from '../../../src/cluster/cluster.ts';
import { observeCluster } from '../../../src/cluster/observe/observe-cluster.ts';
import { grantCluster } from '../../../src/journal/decisions/cluster-grants.ts';
import { agentIn } from '../../operations/agent/agent.ts';
import { scenario } from '../../support/scenario.ts';
import { describeWithCluster } from '../describe-with-cluster.ts';
import { deployment } from '../objects.ts';

const BARE = '---\nrunbook: 1\nname: seen\n---\n\n## Steps\n';

describeWithCluster('env.observe of a real cluster', (cluster) => {
  /** An agent whose KUBECONFIG is this file, and whose person has approved its context. */
  async function agentWith(kubeconfig: string) {
    // Observing uses the person's environment, steps that of their box; the document names the file too.
    const document = BARE.replace('name: seen', `name: seen\nenv: { KUBECONFIG: ${kubeconfig} }`);
    const { world } = await scenario(document, { env: { KUBECONFIG: kubeconfig } });
    const text = readFileSync(kubeconfig, 'utf8');
    const [, context] = /current-context"?: "?([\w-]+)/.exec(text)!;
    const [, server] = /server"?: "?(https:[^"\s]+)/.exec(text)!;
    await grantCluster(world.folders.person, {
      context: context!,
      server: server!,
      at: '2026-11-21T10:00:00Z',
    });
    return agentIn(world);
  }
  const observed = (namespace: string) => ({ scopes: ['kubernetes'], namespace });

  test('a crash is the first finding, from the cluster’s own status', async () => {
    const namespace = await cluster.namespace();
    const annotations = {
      'runbook.test/exit-code': '128',
      'runbook.test/reason': 'StartError',
      'runbook.test/message': 'exec: "/entrypoint.sh": stat /entrypoint.sh: no such file or directory',
    };
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await cluster.api.create(deployments, deployment('web', { annotations }));
    await cluster.api.until(`/api/v1/namespaces/${namespace}/pods`, (list) =>
      list.items?.some((each: { status: { containerStatuses?: unknown } }) => each.status.containerStatuses),
    );
    const agent = await agentWith(cluster.kubeconfig);
    const seen = await agent.call('env_observe', observed(namespace));
    expect(seen.findings[0]).toMatchObject({ code: 'image-program-missing' });
    expect(seen.findings[0].title).toContain('/entrypoint.sh');
    const kinds = seen.facts.kubernetes.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['context', 'workload', 'pod', 'registry', 'node']));
  });

  test('explains a failed step with typed fences by its own objects, not by those of other namespaces', async () => {
    const [own, other] = [await cluster.namespace('own'), await cluster.namespace('other')];
    const crash = (what: string) => ({
      'runbook.test/exit-code': '128',
      'runbook.test/reason': 'StartError',
      'runbook.test/message': `exec: "${what}": stat ${what}: no such file or directory`,
    });
    const there = deployment('web', { annotations: crash('/theirs') });
    await cluster.api.create(`/apis/apps/v1/namespaces/${other}/deployments`, there);
    await cluster.api.until(`/api/v1/namespaces/${other}/pods`, (list) =>
      list.items?.some((each: { status: { containerStatuses?: unknown } }) => each.status.containerStatuses),
    );
    const agent = await agentWith(cluster.kubeconfig);
    const text = JSON.stringify(deployment('web', { namespace: own, annotations: crash('/ours') }));
    const failed = await agent.call('apply_step', {
      draft: {
        title: 'Start the web',
        run: [{ lang: 'yaml', attributes: { apply: 'kubernetes' }, text }],
        verify: `k8s deployment/web -n ${own} ready within 60s`,
      },
    });
    expect(failed).toMatchObject({ status: 'failed', findings: [{ code: 'image-program-missing' }, {}] });
    expect(failed.findings[0].title).toContain('/ours');
    expect(JSON.stringify(failed.findings)).not.toContain('/theirs');

    // Errors of the engine are known exactly, including the corrected pointer.
    const pointer = [{ op: 'replace', path: '/metadata/annotations/example.com/owner', value: 'ann' }];
    const patched = [
      {
        lang: 'json',
        attributes: { patch: 'deployment/web', namespace: own, type: 'json' },
        text: JSON.stringify(pointer),
      },
    ];
    const refused = await agent.call('apply_step', { draft: { title: 'Name the owner', run: patched } });
    expect(refused).toMatchObject({ status: 'failed', findings: [] });
    expect(refused.note).toContain('/metadata/annotations/example.com~1owner');
  });

  test('reports a full quota with its numbers', async () => {
    const namespace = await cluster.namespace();
    const core = `/api/v1/namespaces/${namespace}`;
    const quota = { metadata: { name: 'small' }, spec: { hard: { 'limits.memory': '1Gi' } } };
    await cluster.api.create(`${core}/resourcequotas`, quota);
    await cluster.api.until(`${core}/resourcequotas/small`, ({ status }) => status?.used !== undefined);
    const resources = { limits: { memory: '4Gi' }, requests: { memory: '4Gi' } };
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await cluster.api.create(deployments, deployment('big', { resources }));
    await cluster.api.until(`${core}/events`, (list) =>
      list.items?.some(({ reason }: { reason: string }) => reason === 'FailedCreate'),
    );
    const seen = await (await agentWith(cluster.kubeconfig)).call('env_observe', observed(namespace));
    expect(seen.findings[0]).toMatchObject({ code: 'quota-exceeded' });
    expect(seen.findings[0].title).toMatch(
      /small .* requested limits.memory=4Gi, used limits.memory=0, limited to limits.memory=1Gi/,
    );
  });

  test('with permissions for pods of one namespace, reads these and reports what is missing', async () => {
    const namespace = await cluster.namespace();
    await cluster.api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('web'));
    const user = await cluster.user('watcher', namespace, [
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
    const seen = await (await agentWith(user)).call('env_observe', { scopes: ['kubernetes'] });
    const reasons = seen.unavailable.map(({ reason }: { reason: string }) => reason).join('\n');
    expect(reasons).toMatch(/nodes cannot be read: .*forbidden/);
    expect(reasons).toMatch(/events cannot be read: .*forbidden/);
    expect(reasons).not.toMatch(/^pods cannot be read/m);
  });

  test('reports an expired token, a dead API server or a missing kubeconfig, and still observes the box', async () => {
    const cases = [
      [cluster.expired(), /Log in again/],
      [await cluster.dead(), /cannot be reached/],
    ] as const;
    for (const [kubeconfig, words] of cases) {
      const seen = await (await agentWith(kubeconfig)).call('env_observe', {
        scopes: ['kubernetes', 'system'],
      });
      expect(seen.unavailable).toContainEqual({ scope: 'kubernetes', reason: expect.stringMatching(words) });
      expect(seen.facts.system).toHaveLength(1);
    }
    const { world } = await scenario(BARE, { env: { KUBECONFIG: '/nowhere/config' } });
    const seen = await agentIn(world).call('env_observe', { scopes: ['kubernetes'] });
    expect(seen.unavailable).toContainEqual({
      scope: 'kubernetes',
      reason: expect.stringMatching(/has no kubeconfig/),
    });
  });

  test('does not access a context that the person has not approved', async () => {
    const { world } = await scenario(BARE, { env: { KUBECONFIG: cluster.kubeconfig } });
    const seen = await agentIn(world).call('env_observe', { scopes: ['kubernetes'] });
    expect(seen.facts.kubernetes.map(({ kind }: { kind: string }) => kind)).toEqual(['context']);
    expect(seen.unavailable[0].reason).toMatch(/runbook approve --context test/);
  });

  test('the API server accepts the ephemeral container, and its result is reported', async () => {
    const namespace = await cluster.namespace();
    const path = `/api/v1/namespaces/${namespace}/pods/silent`;
    await cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name: 'silent' },
      spec: {
        nodeName: 'nowhere',
        containers: [{ name: 'app', image: 'app:1', command: ['/entrypoint.sh'] }],
      },
    });
    const type = 'application/strategic-merge-patch+json';
    const ended = { terminated: { exitCode: 0, reason: 'Completed', startedAt: null, finishedAt: null } };
    const app = {
      name: 'app',
      image: 'app:1',
      imageID: '',
      ready: false,
      restartCount: 3,
      state: ended,
      lastState: ended,
    };
    await cluster.api.ask(
      'PATCH',
      `${path}/status`,
      { status: { phase: 'Running', containerStatuses: [app] } },
      type,
    );
    const client = await openCluster({
      ...{ env: { KUBECONFIG: cluster.kubeconfig }, folder: '/' },
      read: (file) => readFile(file),
      mayRunPlugins: () => false,
      isAllowed: () => true,
    });
    onTestFinished(() => client.close());
    const looking = observeCluster(client, { namespace, inspect: true });
    const pod = await cluster.api.until(path, ({ spec }) => spec.ephemeralContainers?.length === 1);
    const [{ name, image, command }] = pod.spec.ephemeralContainers;
    expect({ image, shell: command[0], program: command.at(-1) }).toEqual({
      image: 'app:1',
      shell: '/bin/sh',
      program: '/entrypoint.sh',
    });
    const state = { terminated: { exitCode: 128, reason: 'StartError', startedAt: null, finishedAt: null } };
    const status = { name, image, imageID: '', ready: false, restartCount: 0, state, lastState: {} };
    await cluster.api.ask(
      'PATCH',
      `${path}/status`,
      { status: { ephemeralContainerStatuses: [status] } },
      type,
    );
    const { facts } = await looking;
    expect(facts.find(({ kind }) => kind === 'image-program')).toMatchObject({
      program: '/bin/sh',
      exists: false,
    });
  });
});
