import { beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/outcome.ts';
import { describeWithCluster } from '../cluster/describe-with-cluster.ts';
import { scenario } from '../support/scenario.ts';
import { defineArgo } from './argo/define.ts';
import { FULL_INVENTORY, FULL_RUNBOOK } from './full-runbook.ts';

describeWithCluster(
  "a submission against a real API server with Argo's whole schemas",
  (cluster) => {
    beforeAll(() => defineArgo(cluster));

    const scene = async (input: Record<string, unknown>, kubeconfig = cluster.kubeconfig) => {
      const namespace = await cluster.namespace('submit');
      const here = await scenario(FULL_RUNBOOK, {
        files: { 'inventory.yaml': FULL_INVENTORY },
        env: { KUBECONFIG: kubeconfig },
      });
      const flags = {
        image: 'registry.example/runbook@sha256:0000',
        targets: 'inventory.yaml',
        namespace,
        yes: true,
        ...input,
      };
      const allow = () => here.run('approve', { context: 'test', namespace });
      const of = (resource: string, name = '') =>
        `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/${resource}/${name}`;
      return { ...here, namespace, flags, allow, of };
    };

    test('is refused until the person allows the context', async () => {
      const { run, flags } = await scene({ detach: true });
      expect(await run('submit', flags)).toMatchObject({
        exit: 3,
        diagnostics: [{ code: 'cluster-not-allowed' }],
      });
    });

    test('accepts every object strictly, and accepts it again unchanged', async () => {
      const { run, flags, allow, of, namespace } = await scene({ detach: true });
      await allow();
      const { exit, report, diagnostics } = await run('submit', flags);
      expect({ exit, diagnostics }).toEqual({ exit: 0, diagnostics: [] });
      const workflow = await cluster.api.get(of('workflows', report.workflow));
      expect(workflow.spec.workflowTemplateRef).toEqual({ name: 'runbook-shop' });
      const template = await cluster.api.get(of('workflowtemplates', 'runbook-shop'));
      expect(template.spec.templates.map(({ name }: { name: string }) => name)).toEqual([
        ...['fleet', 'target', 'step', 'engine', 'person', 'report'],
      ]);
      const again = await run('submit', flags);
      expect(again).toMatchObject({ exit: 0, diagnostics: [] });
      const after = await cluster.api.get(of('workflowtemplates', 'runbook-shop'));
      expect(after.metadata.resourceVersion).toBe(template.metadata.resourceVersion);
      const claims = await cluster.api.get(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
      expect(claims.items).toHaveLength(1);
    });

    test('sends nothing if one object would be rejected', async () => {
      const namespace = await cluster.namespace('submit');
      const mayDoAllButWorkflows = [
        { apiGroups: ['', 'rbac.authorization.k8s.io'], resources: ['*'], verbs: ['*'] },
        { apiGroups: ['argoproj.io'], resources: ['workflowtemplates'], verbs: ['*'] },
      ];
      const kubeconfig = await cluster.user('almost', namespace, mayDoAllButWorkflows);
      const { run, flags } = await scene({ detach: true, namespace }, kubeconfig);
      await run('approve', { context: 'almost', namespace });
      const { exit, diagnostics } = await run('submit', flags);
      expect([exit, diagnostics[0]?.code]).toEqual([3, 'cluster-forbidden']);
      const made = await cluster.api.get(
        `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtemplates`,
      );
      expect(made.items).toEqual([]);
    });

    test('watches the workflow box by box until it ends', async () => {
      const { run, flags, allow, of, world } = await scene({});
      await allow();
      const events: RunEvent[] = [];
      const following = run('submit', flags);
      const { items } = await cluster.api.until(of('workflows'), (list) => list.items?.length === 1);
      const path = of('workflows', items[0].metadata.name);
      const node = (id: string, more: object) => ({
        [id]: { id, name: id, displayName: id, type: 'DAG', ...more },
      });
      const box = (phase: string) =>
        node('t1', {
          phase,
          templateName: 'target',
          startedAt: '2026-11-25T10:00:00Z',
          ...(phase === 'Running' ? {} : { finishedAt: '2026-11-25T10:00:07Z' }),
          inputs: { parameters: [{ name: 'name', value: 'web-1' }] },
        });
      const step = (phase: string) =>
        node('s1', {
          phase,
          templateName: 'step',
          boundaryID: 't1',
          inputs: { parameters: [{ name: 'step', value: 'install-caddy' }] },
        });
      await cluster.api.merge(path, {
        status: { phase: 'Running', nodes: { ...box('Running'), ...step('Running') } },
      });
      await cluster.api.merge(path, {
        status: { nodes: { ...node('p1', { type: 'Suspend', phase: 'Running', boundaryID: 's1' }) } },
      });
      await cluster.api.merge(path, {
        status: {
          phase: 'Succeeded',
          nodes: {
            ...box('Succeeded'),
            ...step('Succeeded'),
            ...node('p1', { type: 'Suspend', phase: 'Succeeded', boundaryID: 's1' }),
          },
        },
      });
      const { exit, report, events: told } = await following;
      events.push(...told);
      expect([exit, report.ended.phase, world.cwd.length > 0]).toEqual([0, 'Succeeded', true]);
      expect(events[0]).toMatchObject({ type: 'fleet-started', targets: ['web-1', 'second'] });
      expect(events.at(-1)).toMatchObject({
        type: 'box-finished',
        target: 'web-1',
        outcome: 'done',
        ms: 7000,
      });
    });
  },
  { controllers: false },
);
