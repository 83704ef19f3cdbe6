import { expect, test } from 'vitest';
import { withoutStrangers } from '../../../src/judge/diagnose/about-step.ts';
import type { Facts } from '../../../src/model/snapshot.ts';

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
  withoutStrangers(facts, namespaces && { namespaces, names: [] }).kubernetes?.length;

test('objects of other namespaces explain nothing; what reaches across them stays', () => {
  expect(kept(['shop'])).toBe(4);
  expect(kept(['shop', 'elsewhere'])).toBe(5);
});

test('where nobody knows what a step is about, all stays', () => {
  expect(kept(undefined)).toBe(5);
  expect(kept([])).toBe(5);
});
