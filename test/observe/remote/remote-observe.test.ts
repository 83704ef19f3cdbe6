import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { type Scope, Snapshot } from '../../../src/model/facts/snapshot.ts';
import { ownAddresses } from '../../../src/observe/remote/own-addresses.ts';
import { observeRemote } from '../../../src/observe/remote/remote-observe.ts';
import { observe } from '../../../src/observe/snapshot.ts';
import { farSide } from './remote-side.ts';
import { still } from './still.ts';

const options = { env: { HOME: '/root' }, folder: tmpdir(), key: 'a key' };

test('takes one round trip and agrees with a local observation', async () => {
  const box = farSide([]);
  const scopes: Scope[] = [
    'packages',
    'files',
    'users',
    'services',
    'limits',
    'system',
    'containers',
    'kubernetes',
  ];
  const [here, there] = [
    await observe({ ...options, scopes }),
    await observeRemote(box, { ...options, scopes }),
  ];
  expect(box.trips()).toBe(1);
  expect(Snapshot.parse(JSON.parse(JSON.stringify(there)))).toEqual(there);
  for (const scope of scopes)
    expect({ scope, facts: still(there, scope) }).toEqual({ scope, facts: still(here, scope) });
  expect(there.unavailable).toEqual(here.unavailable);
});

test('every scope is present or has a reason', async () => {
  const whole = await observeRemote(farSide([]), options);
  for (const scope of whole.scopes) {
    const reasons = whole.unavailable.filter((each) => each.scope === scope);
    expect(whole.facts[scope] !== undefined || reasons.length > 0, scope).toBe(true);
  }
  expect(whole.facts.memory?.[0]?.bytes).toBeGreaterThan(0);
  expect(whole.facts.disk?.some(({ mount, bytes }) => mount === '/' && bytes > 0)).toBe(true);
  // The observing processes are excluded.
  expect(whole.facts.processes?.some(({ pid }) => pid === process.pid)).toBe(true);
  expect(whole.facts.processes?.some(({ argv }) => argv.includes('/proc/version'))).toBe(false);
});

test('a box without the tools, or without an answer, is unavailable and never empty', async () => {
  const bare = farSide(['sh', '-c', 'sed s/stat/nostat/g | sh']);
  const { facts, unavailable } = await observeRemote(bare, options);
  expect(facts).toEqual({});
  expect(unavailable[0]?.reason).toBe('the box lacks nostat');
  const dead = await observeRemote(farSide(['/no/such/program']), options);
  expect(dead.facts).toEqual({});
  expect(dead.unavailable.map(({ scope }) => scope)).toEqual(dead.scopes);
});

test('reads addresses from /proc alone', () => {
  const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.88.0.0
        /24 link UNICAST
     |-- 10.88.0.4
        /32 host LOCAL
     |-- 10.88.255.255
        /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL
`;
  const six = `00000000000000000000000000000001 01 80 10 80       lo
fe8000000000000000fc00fffe000001 02 40 20 80     eth0
`;
  expect(ownAddresses(trie + trie, six)).toEqual(['10.88.0.4', 'fe80::fc:ff:fe00:1']);
});
