import { expect, test } from 'vitest';
import { jsonPath } from '../../src/judge/json-path.ts';

const object = {
  metadata: { labels: { 'app.kubernetes.io/name': 'web' }, annotations: { 'a.b/c': 'x' } },
  spec: {
    replicas: 2,
    ports: [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ],
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
};

test.each([
  ['{.spec.replicas}', [2]],
  ['.spec.replicas', [2]],
  ['spec.replicas', [2]],
  ['{$.spec.ports[0].port}', [80]],
  ['{.spec.ports[-1].port}', [443]],
  ['{.spec.ports[*].name}', ['http', 'https']],
  ['{.status.conditions[?(@.type=="Ready")].status}', ['True']],
  ['{.spec.ports[?(@.port>=100)].name}', ['https']],
  ["{.metadata.labels['app.kubernetes.io/name']}", ['web']],
  ['{.metadata.annotations.a\\.b/c}', ['x']],
  ['{.spec.missing.deeper}', []],
  ['{.spec.constructor}', []],
])('%s', (path, values) => {
  expect(jsonPath(path, object)).toEqual({ ok: true, values });
});

test.each(['{range .items[*]}', '{.spec.ports[?(@.port ~ 1)]}', '{.spec[}'])(
  '%s is rejected, and the message says where',
  (path) => {
    expect(jsonPath(path, object)).toMatchObject({
      ok: false,
      why: expect.stringContaining('not a supported part of a path'),
    });
  },
);
