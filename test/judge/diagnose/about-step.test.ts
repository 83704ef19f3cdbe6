import { expect, test } from 'vitest';
import { relevantFacts } from '../../../src/judge/diagnose/about-step.ts';
import type { Facts } from '../../../src/model/facts/snapshot.ts';

const facts = {
  kubernetes: [
    { kind: 'node', name: 'node-1' },
    { kind: 'pod', namespace: 'shop', name: 'web-1' },
    { kind: 'pod', namespace: 'elsewhere', name: 'web-1' },
    { kind: 'host-port', owner: 'daemonset edge/nginx', port: 80 },
    { kind: 'quota', namespace: 'around', name: 'vc' },
  ],
} as unknown as Facts;
const kept = (namespaces: string[] | undefined) =>
  relevantFacts(facts, namespaces && { namespaces, names: [] }).kubernetes?.length;

test('drops objects of other namespaces and keeps those that reach across namespaces', () => {
  expect(kept(['shop'])).toBe(4);
  expect(kept(['shop', 'elsewhere'])).toBe(5);
});

test('keeps everything if the step is not known to be about anything', () => {
  expect(kept(undefined)).toBe(5);
  expect(kept([])).toBe(5);
});
