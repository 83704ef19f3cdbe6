import { expect, test } from 'vitest';
import { driftOfObject, driftOfOrphans } from '../../src/judge/cluster-drift.ts';
import { foreignFields } from '../../src/judge/foreign-fields.ts';
import type { KubeObject } from '../../src/model/cluster/kube.ts';

const OURS = new Set(['runbook', 'runbook-patch']);
const words = {
  ours: OURS,
  hash: (value: string) => `#${value.length}`,
  looksSecret: (line: string) => line.includes('password'),
};
const AT = '2026-11-25T12:00:00Z';

const owned = (manager: string, fieldsV1: Record<string, unknown>, more: object = {}) => ({
  ...{ manager, operation: 'Update' as const, time: AT, fieldsV1 },
  ...more,
});
const object = (managedFields: object[]): KubeObject =>
  ({ kind: 'Deployment', metadata: { name: 'web', managedFields } }) as KubeObject;

test('names fields of other managers, but not those of controllers or our own', () => {
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

test('reports removed objects, changed fields and added fields', () => {
  expect(driftOfObject({ key, live: undefined, differences: [] }, words)).toMatchObject([
    { source: 'cluster', subject: 'argo/configmap/prices', kind: 'removed' },
  ]);
  const live = object([owned('kubectl-edit', { 'f:data': { 'f:tea': {}, 'f:milk': {} } })]);
  const differences = [{ path: 'data.tea', kind: 'changed' as const, live: '5', wanted: '2' }];
  expect(driftOfObject({ key, live, differences }, words).map(({ kind, detail }) => [kind, detail])).toEqual([
    ['changed', 'data.tea: 5, expected 2, set by kubectl-edit'],
    ['added', `data.milk, set by kubectl-edit at ${AT}`],
  ]);
});

test('shows values of a Secret only as hashes', () => {
  const live = object([]);
  const differences = [
    { path: 'data.password', kind: 'changed' as const, live: 'aHVudGVyMg==', wanted: 'c2VjcmV0' },
  ];
  const [finding] = driftOfObject({ key: { ...key, kind: 'Secret' }, live, differences }, words);
  expect(finding?.detail).toBe('data.password: #12, expected #8');
});

test('hashes text that looks like a secret, and values in places where people put secrets', () => {
  const difference = (path: string) => ({ path, kind: 'changed' as const, live: 'new', wanted: 'older' });
  const paths = [
    'data.db_password',
    "metadata.annotations['example.com/owner']",
    'spec.template.spec.containers[name=web].env[name=TOKEN].value',
    'data.tea',
  ];
  const findings = driftOfObject({ key, live: object([]), differences: paths.map(difference) }, words);
  expect(findings.map(({ detail }) => detail.slice(detail.indexOf(': ') + 2))).toEqual([
    ...Array(3).fill('#3, expected #5'),
    'new, expected older',
  ]);
});

test('does not report the date of a kubectl restart as drift', () => {
  const restarted = { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/restartedAt': {} } } };
  const live = object([owned('kubectl-rollout', { 'f:spec': { 'f:template': restarted } })]);
  expect(foreignFields(live, OURS)).toEqual([]);
});

test('reports labeled objects that no document knows, and unlistable kinds as unknown', () => {
  const unseen = [{ apiVersion: 'v1', kind: 'Secret', namespace: 'argo' }];
  expect(driftOfOrphans([key], unseen)).toMatchObject([
    { subject: 'argo/configmap/prices', kind: 'added' },
    { subject: 'argo/secret/*', kind: 'unknown' },
  ]);
});
