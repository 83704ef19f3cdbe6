import { expect, test } from 'vitest';
import { withSecretData } from '../../src/cluster/apply/secret-data.ts';
import type { KubeObject } from '../../src/model/cluster/kube.ts';

const secret = (more: object) =>
  ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, ...more }) as KubeObject;

test('stringData becomes data and takes precedence, as on the server', () => {
  expect(
    withSecretData(secret({ data: { user: 'YW5u', key: 'b2xk' }, stringData: { key: 'schlüssel' } })),
  ).toEqual(secret({ data: { user: 'YW5u', key: Buffer.from('schlüssel').toString('base64') } }));
});

test('leaves non-text values for the server to reject, and other kinds unchanged', () => {
  for (const object of [
    secret({ stringData: { port: 5432 } }),
    secret({ stringData: ['a'] }),
    secret({ data: { user: 'YW5u' } }),
    { ...secret({ stringData: { a: 'b' } }), kind: 'ConfigMap' },
  ])
    expect(withSecretData(object)).toBe(object);
});
