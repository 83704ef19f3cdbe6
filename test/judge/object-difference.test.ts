import { expect, test } from 'vitest';
import { differences } from '../../src/judge/object-difference.ts';
import type { KubeObject } from '../../src/model/cluster/kube.ts';

const container = (more: object) => ({ name: 'web', image: 'web:1', ...more });
const object = (spec: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
  spec,
});

test('ignores fields that the server writes', () => {
  const live = {
    ...object({}, { uid: 'u', resourceVersion: '7', generation: 3, managedFields: [] }),
    status: { a: 1 },
  };
  expect(differences(live, object({}))).toEqual([]);
});

test('names fields in readable form, with list items by their key', () => {
  const live = object({
    replicas: 3,
    containers: [container({}), { name: 'side' }],
    selector: { 'a.b/c': 'x' },
  });
  const wanted = object({
    replicas: 1,
    containers: [container({ image: 'web:2' })],
    selector: { 'a.b/c': 'y' },
    paused: true,
  });
  expect(differences(live, wanted)).toEqual([
    { path: 'spec.replicas', kind: 'changed', live: 3, wanted: 1 },
    { path: 'spec.containers[name=web].image', kind: 'changed', live: 'web:1', wanted: 'web:2' },
    { path: 'spec.containers[name=side]', kind: 'extra', live: { name: 'side' } },
    { path: "spec.selector['a.b/c']", kind: 'changed', live: 'x', wanted: 'y' },
    { path: 'spec.paused', kind: 'missing', wanted: true },
  ]);
});

test('reports a different order of the same items as a change of the list', () => {
  const [a, b] = [container({}), { name: 'side' }];
  expect(differences(object({ c: [a, b] }), object({ c: [b, a] }))).toMatchObject([
    { path: 'spec.c', kind: 'changed' },
  ]);
  expect(differences(object({ c: ['x'] }), object({ c: ['y'] }))).toMatchObject([
    { path: 'spec.c', kind: 'changed' },
  ]);
});
