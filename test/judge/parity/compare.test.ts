import { expect, test } from 'vitest';
import { compareBoxes } from '../../../src/judge/parity/compare.ts';
import { fits, readExpectation } from '../../../src/judge/parity/expectations.ts';
import { projectSnapshot } from '../../../src/judge/parity/traits.ts';
import type { Snapshot } from '../../../src/model/facts/snapshot.ts';
import type { Expectation, Projection, Trait } from '../../../src/model/reports/parity.ts';

function box(
  name: string,
  traits: Record<string, string | undefined>,
  blind: Projection['blind'] = [],
): Projection {
  const list = Object.entries(traits).map(([key, state]): Trait => {
    const cut = key.indexOf(':');
    const scope = key.slice(0, cut) as Trait['scope'];
    const subject = key.slice(cut + 1);
    return state === undefined ? { scope, subject, reason: 'no permission' } : { scope, subject, state };
  });
  return { name, traits: list, blind };
}

function expectation(text: string): Expectation {
  const read = readExpectation(text);
  if ('message' in read) throw new Error(read.message);
  return read;
}

function classes(a: Projection, b: Projection, ...declared: string[]): string[] {
  const { rows } = compareBoxes(a, b, declared.map(expectation));
  return rows.map(
    (row) => `${row.scope} ${row.subject}: ${row.class}${row.because ? ` (${row.because})` : ''}`,
  );
}

test('classifies equal traits as equal, and different versions and one-sided traits as different', () => {
  const a = box('a', { 'packages:nginx': '1.22', 'packages:curl': '7', 'packages:jq': '1.6' });
  const b = box('b', { 'packages:nginx': '1.24', 'packages:curl': '7', 'packages:sl': '5' });
  expect(classes(a, b)).toEqual([
    'packages curl: equal',
    'packages jq: differs',
    'packages nginx: differs',
    'packages sl: differs',
  ]);
  const [, jq] = compareBoxes(a, b, []).rows;
  expect(jq).toEqual({ scope: 'packages', subject: 'jq', class: 'differs', a: '1.6' });
});

test('never treats an unmeasured trait as equal, on one side or both', () => {
  const a = box('a', { 'listeners:tcp 0.0.0.0:80': undefined });
  expect(classes(a, a)).toEqual(['listeners tcp 0.0.0.0:80: unknown (no permission)']);
  const blind = [{ scope: 'packages' as const, reason: 'no dpkg' }];
  expect(classes(box('a', {}, blind), box('b', {}, blind))).toEqual(['packages (all): unknown (no dpkg)']);
});

test('reports traits as unknown that a partly measured box does not show', () => {
  const a = box('a', { 'packages:jq': '1.6', 'packages:curl': '7' });
  const b = box('b', { 'packages:curl': '8' }, [{ scope: 'packages', reason: 'cut at 1' }]);
  expect(classes(a, b)).toEqual([
    'packages (all): unknown (cut at 1)',
    'packages curl: differs',
    'packages jq: unknown (cut at 1)',
  ]);
  expect(classes(b, a).at(-1)).toBe('packages jq: unknown (cut at 1)');
});

test('expects substituted names and addresses, in subjects and states, in one direction only', () => {
  const a = box('a', {
    'listeners:tcp 10.0.0.4:80': 'nginx',
    'facts:host': 'argo-dev.example',
    'facts:same': 'x',
  });
  const b = box('b', {
    'listeners:tcp 10.0.0.5:80': 'nginx',
    'facts:host': 'argo-test.example',
    'facts:same': 'x',
  });
  const declared = ['10.0.0.4=10.0.0.5', 'argo-dev=argo-test'];
  expect(classes(a, b, ...declared)).toEqual([
    'listeners tcp 10.0.0.5:80: expected (10.0.0.4=10.0.0.5)',
    'facts host: expected (argo-dev=argo-test)',
    'facts same: equal',
  ]);
  expect(classes(b, a, ...declared).filter((each) => each.includes('differs'))).toHaveLength(3);
  // Both say dev, although the second should say test.
  expect(classes(a, box('b', { 'facts:host': 'argo-dev.example' }), 'argo-dev=argo-test')).toContain(
    'facts host: equal',
  );
});

test('makes all substitutions at once, so that the result of one is not substituted again', () => {
  const a = box('a', { 'facts:x': 'one two one-two' });
  const b = box('b', { 'facts:x': 'two one three' });
  expect(classes(a, b, 'one=two', 'two=one', 'one-two=three')[0]).toMatch(/expected/);
});

test('lets declared scopes differ, exist on one box only, or be unmeasured', () => {
  const a = box('a', { 'packages:linux-image-1': '1', 'packages:jq': '1' }, [
    { scope: 'facts', reason: 'not approved' },
  ]);
  const b = box('b', { 'packages:linux-image-2': '2', 'packages:jq': '2' });
  expect(classes(a, b, 'packages:linux-image-*', 'facts:*')).toEqual([
    'packages jq: differs',
    'packages linux-image-1: expected (packages:linux-image-*)',
    'packages linux-image-2: expected (packages:linux-image-*)',
    'facts (all): expected (facts:*)',
  ]);
});

test('patterns', () => {
  expect(fits('linux-*', 'linux-image')).toBe(true);
  expect(fits('*', '')).toBe(true);
  expect(fits('a*b*c', 'a-b-c')).toBe(true);
  expect(fits('a*b', 'ab')).toBe(true);
  expect(fits('ab*b', 'ab')).toBe(false);
  expect(fits('jq', 'jq2')).toBe(false);
  const began = performance.now();
  expect(fits(`${'a*'.repeat(2000)}b`, 'a'.repeat(20_000))).toBe(false);
  expect(performance.now() - began).toBeLessThan(500);
});

test('rejects a text that declares nothing, and suggests the nearest scope', () => {
  expect(readExpectation('packges:jq')).toMatchObject({ remedy: 'Did you mean packages:jq?' });
  for (const text of ['', '=', 'x=', '=x', 'x=x', 'word'])
    expect(readExpectation(text)).toHaveProperty('code', 'bad-expectation');
  // An address with a port contains a colon but is not a scope.
  expect(readExpectation('10.0.0.4:80=10.0.0.5:80')).toMatchObject({ kind: 'substitution' });
});

test('converts a snapshot to traits: two owners of a port are one state, an invisible owner is unmeasured', () => {
  const socket = { id: 'x', protocol: 'tcp', address: '::', via: 'socket' } as const;
  const snapshot: Snapshot = {
    schema: 1,
    id: 'sn-1',
    at: '2026-11-25T00:00:00Z',
    ms: 1,
    scopes: ['listeners', 'packages'],
    facts: {
      listeners: [
        { ...socket, port: 80, owner: 'nginx' },
        { ...socket, port: 80, owner: 'caddy' },
        { ...socket, port: 2049 },
      ],
    },
    more: {},
    unavailable: [
      { scope: 'listeners', reason: 'some sockets belong to no visible process' },
      { scope: 'packages', reason: 'no package database' },
      { scope: 'logs', reason: 'no matter' },
    ],
  };
  expect(projectSnapshot('box', snapshot)).toEqual({
    name: 'box',
    traits: [
      { scope: 'listeners', subject: 'tcp [::]:80', state: 'caddy, nginx' },
      { scope: 'listeners', subject: 'tcp [::]:2049', reason: 'its owner is not visible' },
    ],
    blind: [{ scope: 'packages', reason: 'box: no package database' }],
  });
});
