import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPE_NAMES, Snapshot } from '../../src/model/facts/snapshot.ts';
import { compareSnapshots } from '../../src/observe/compare.ts';
import { snapshotEvidence } from '../../src/observe/evidence.ts';
import { excerpt } from '../../src/observe/excerpt.ts';
import { observe } from '../../src/observe/snapshot.ts';

const secret = 'hunter2-correct-horse';
const options = { env: { SECRET: secret, KUBECONFIG: '' }, folder: tmpdir(), key: 'a key' };
let whole: Snapshot;

beforeAll(async () => {
  whole = await observe(options);
});

test('a stored snapshot reads back', () => {
  expect(Snapshot.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
});

test('every scope is present or has a reason', () => {
  expect(whole.scopes).toEqual(SCOPE_NAMES);
  for (const scope of SCOPE_NAMES) {
    const reasons = whole.unavailable.filter((each) => each.scope === scope);
    expect(whole.facts[scope] !== undefined || reasons.length > 0, scope).toBe(true);
  }
});

test('ids are unique, start with the snapshot’s own, and resolve to one line of evidence', async () => {
  const ids = Object.values(whole.facts).flatMap((facts) => facts.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(id.startsWith(`ev-${whole.id.slice(3)}-`)).toBe(true);
    const evidence = snapshotEvidence(whole, id);
    expect(evidence).toMatchObject({ id, at: whole.at });
    expect(evidence?.summary).toMatch(/^[^\n]+$/);
    expect(evidence?.summary).not.toMatch(/undefined|NaN/);
  }
  const next = await observe({ ...options, scopes: ['memory'] });
  expect(ids).not.toContain(next.facts.memory![0]!.id);
});

test('contains no environment', () => {
  expect(JSON.stringify(whole)).not.toContain(secret);
});

test('observes only the requested scopes', async () => {
  const some = await observe({ ...options, scopes: ['memory', 'disk'] });
  expect(some.scopes).toEqual(['disk', 'memory']);
  expect(Object.keys(some.facts).sort()).toEqual(['disk', 'memory']);
  expect(some.facts.memory![0]!.bytes).toBeGreaterThan(some.facts.memory![0]!.availableBytes);
  expect(some.facts.disk!.map(({ mount }) => mount)).toContain('/');
});

test('an excerpt keeps the first facts of each scope and counts the others', async () => {
  const short = excerpt(whole, 2);
  const users = whole.facts.users!;
  expect(short.facts.users).toEqual(users.slice(0, 2));
  expect(short.more.users).toBe(users.length - 2);
  const bounded = await observe({ ...options, scopes: ['users'], maxItems: 3 });
  expect(bounded.facts.users).toHaveLength(3);
  expect(bounded.more.users).toBe(users.length - 3);
  expect(excerpt(bounded, 1).more.users).toBe(users.length - 1);
});

test('reports a new listener with its owner, as a change', async () => {
  const before = await observe({ ...options, scopes: ['listeners'] });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const after = await observe({ ...options, scopes: ['listeners'] });
  server.close();
  expect(after.facts.listeners!.find((each) => each.port === port)).toMatchObject({
    protocol: 'tcp',
    address: '127.0.0.1',
    pid: process.pid,
    via: 'socket',
  });
  const subjects = compareSnapshots(before, after).map(({ kind, subject }) => `${kind} ${subject}`);
  expect(subjects).toContain(`added tcp 127.0.0.1:${port}`);
});

test('removes secrets from a command line', async () => {
  const child = spawn('sleep', ['30', `--password=${secret}`], { argv0: 'sleep' });
  const loop = spawn('bash', ['-c', 'read -r line', 'bash', '--api-key', secret]);
  await Promise.all([once(child, 'spawn'), once(loop, 'spawn')]);
  const { facts } = await observe({ ...options, scopes: ['processes'] });
  const seen = facts.processes!.find(({ pid }) => pid === loop.pid);
  child.kill('SIGKILL');
  loop.kill('SIGKILL');
  expect(seen?.argv).toEqual(['bash', '-c', 'read -r line', 'bash', '--api-key', '***']);
  expect(JSON.stringify(facts)).not.toContain(secret);
});

describe('kubeconfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'observe-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('names only', async () => {
    writeFileSync(
      join(folder, 'config'),
      `
apiVersion: v1
current-context: dev
contexts: [{ name: dev, context: { cluster: k3s, user: me, namespace: argo } }]
clusters: [{ name: k3s, cluster: { server: "https://me:${secret}@10.0.0.9:6443", certificate-authority-data: ${secret} } }]
users: [{ name: me, user: { token: ${secret} } }]
`,
    );
    const { facts } = await observe({ env: { KUBECONFIG: 'config' }, folder, scopes: ['kubernetes'] });
    expect(facts.kubernetes![0]).toMatchObject({
      kubeconfig: join(folder, 'config'),
      context: 'dev',
      cluster: 'k3s',
      server: '10.0.0.9:6443',
      namespace: 'argo',
      current: true,
    });
    expect(JSON.stringify(facts)).not.toContain(secret);
  });

  test('an invalid kubeconfig is unavailable, not empty', async () => {
    writeFileSync(join(folder, 'broken'), 'contexts: [');
    const { facts, unavailable } = await observe({
      env: { KUBECONFIG: 'broken' },
      folder,
      scopes: ['kubernetes'],
    });
    expect(facts.kubernetes).toBeUndefined();
    expect(unavailable[0]).toMatchObject({
      scope: 'kubernetes',
      reason: expect.stringContaining('not a valid kubeconfig'),
    });
  });
});
