import { expect, test } from 'vitest';
import { driftOfObject } from '../../src/judge/cluster-drift.ts';
import { foreignFields } from '../../src/judge/foreign-fields.ts';
import type { KubeObject } from '../../src/model/kube.ts';

const OURS = new Set(['runbook', 'runbook-patch']);
const words = { ours: OURS, hash: (value: string) => `#${value.length}` };
const AT = '2026-11-25T12:00:00Z';

const owned = (manager: string, fieldsV1: Record<string, unknown>, more: object = {}) => ({
  ...{ manager, operation: 'Update' as const, time: AT, fieldsV1 },
  ...more,
});
const object = (managedFields: object[]): KubeObject =>
  ({ kind: 'Deployment', metadata: { name: 'web', managedFields } }) as KubeObject;

test('fields of other hands are named with their manager; controllers and what is ours are not', () => {
  const live = object([
    owned('runbook', { 'f:spec': { 'f:replicas': {} } }, { operation: 'Apply' }),
    owned('kubectl-edit', {
      'f:spec': {
        'f:replicas': {},
        'f:minReadySeconds': {},
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:args': {} } } } },
      },
      'f:metadata': {
        'f:annotations': {
          '.': {},
          'f:example.com/owner': {},
          'f:kubectl.kubernetes.io/last-applied-configuration': {},
        },
      },
    }),
    owned('kube-controller-manager', {
      'f:metadata': { 'f:annotations': { 'f:deployment.kubernetes.io/revision': {} } },
    }),
    owned('kubectl', { 'f:status': { 'f:replicas': {} } }, { subresource: 'status' }),
    owned('cainjector', { 'f:webhooks': { 'k:{"name":"w"}': { 'f:clientConfig': { 'f:caBundle': {} } } } }),
  ]);
  expect(foreignFields(live, OURS).map(({ path }) => path)).toEqual([
    'spec.minReadySeconds',
    'spec.template.spec.containers[name=web].args',
    "metadata.annotations['example.com/owner']",
  ]);
});

const key = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'argo', name: 'prices' };

test('an object that is gone, one that was changed, and one to which something was added', () => {
  expect(driftOfObject({ key, live: undefined, differences: [] }, words)).toMatchObject([
    { source: 'cluster', subject: 'argo/configmap/prices', kind: 'removed' },
  ]);
  const live = object([owned('kubectl-edit', { 'f:data': { 'f:tea': {}, 'f:milk': {} } })]);
  const differences = [{ path: 'data.tea', kind: 'changed' as const, live: '5', wanted: '2' }];
  expect(driftOfObject({ key, live, differences }, words).map(({ kind, detail }) => [kind, detail])).toEqual([
    ['changed', 'data.tea: 5, wanted 2, set by kubectl-edit'],
    ['added', `data.milk, set by kubectl-edit at ${AT}`],
  ]);
});

test('values of a Secret are told by a hash alone', () => {
  const live = object([]);
  const differences = [
    { path: 'data.password', kind: 'changed' as const, live: 'aHVudGVyMg==', wanted: 'c2VjcmV0' },
  ];
  const [finding] = driftOfObject({ key: { ...key, kind: 'Secret' }, live, differences }, words);
  expect(finding?.detail).toBe('data.password: #12, wanted #8');
});
