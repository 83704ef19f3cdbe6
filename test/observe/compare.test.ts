import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/model/facts/change.ts';
import type { Facts, Scope, Snapshot } from '../../src/model/facts/snapshot.ts';
import { compareSnapshots, unaccountedChanges } from '../../src/observe/compare.ts';

type Loose = { readonly [S in Scope]?: readonly object[] };

let last = 0;
function snapshot(facts: Loose, rest: Partial<Snapshot> = {}): Snapshot {
  const numbered = Object.entries(facts).map(([scope, list]) => [
    scope,
    list.map((fact) => ({ id: `ev-${++last}`, ...fact })),
  ]);
  return {
    schema: 1,
    id: `sn-${++last}`,
    at: '2026-11-21T10:00:00.000Z',
    ms: 1,
    scopes: [],
    facts: Object.fromEntries(numbered) as Facts,
    more: {},
    unavailable: [],
    ...rest,
  };
}

const said = (changes: readonly Change[]): string[] =>
  changes.map(({ scope, kind, subject, detail }) => `${scope} ${kind} ${subject}: ${detail}`);

const nginx = { protocol: 'tcp', address: '0.0.0.0', port: 80, owner: 'nginx', pid: 7, via: 'socket' };
const root = { name: 'root', uid: 0, groups: ['root'], home: '/root', shell: '/bin/bash' };
const caddyfile = { path: '/etc/caddy/Caddyfile', state: 'edited', package: 'caddy', bytes: 9 };

describe('changes between two snapshots', () => {
  test.each<[string, Loose, Loose, string[]]>([
    [
      'a package is installed, one upgraded, one removed',
      {
        packages: [
          { name: 'curl', version: '1', manager: 'dpkg' },
          { name: 'nginx', version: '1', manager: 'dpkg' },
        ],
      },
      {
        packages: [
          { name: 'curl', version: '2', manager: 'dpkg' },
          { name: 'caddy', version: '2', manager: 'dpkg' },
        ],
      },
      ['packages changed curl: 1 → 2', 'packages removed nginx: 1', 'packages added caddy: 2'],
    ],
    [
      'the owner of a port changes',
      { listeners: [nginx] },
      { listeners: [{ ...nginx, owner: 'caddy' }] },
      ['listeners changed tcp 0.0.0.0:80: nginx → caddy'],
    ],
    [
      'a restart does not count as a change: only the pid differs',
      { listeners: [nginx] },
      { listeners: [{ ...nginx, pid: 8 }] },
      [],
    ],
    [
      'a second owner of one port',
      { listeners: [nginx] },
      { listeners: [nginx, { ...nginx, owner: 'svclb', via: 'CNI-HOSTPORT-DNAT' }] },
      ['listeners changed tcp 0.0.0.0:80: nginx → nginx, svclb by CNI-HOSTPORT-DNAT'],
    ],
    [
      'a file of a package is edited, a foreign file is added, one is deleted',
      { files: [{ path: '/etc/motd', state: 'own', bytes: 1, hash: 'a' }] },
      { files: [caddyfile, { path: '/etc/default/x', state: 'missing', package: 'x' }] },
      [
        'files removed /etc/motd: not from a package',
        'files added /etc/caddy/Caddyfile: edited, of caddy',
        'files added /etc/default/x: missing, of x',
      ],
    ],
    [
      'a file with other content',
      { files: [{ ...caddyfile, hash: 'a', modified: '1' }] },
      { files: [{ ...caddyfile, hash: 'b', modified: '2' }] },
      ['files changed /etc/caddy/Caddyfile: edited, of caddy, other content'],
    ],
    [
      'touched is not changed, where there is a hash',
      { files: [{ ...caddyfile, hash: 'a', modified: '1' }] },
      { files: [{ ...caddyfile, hash: 'a', modified: '2' }] },
      [],
    ],
    [
      'a unit fails, another is enabled',
      {
        services: [
          { name: 'a', state: 'active', manager: 'systemd' },
          { name: 'b', state: 'active', enabled: false, manager: 'systemd' },
        ],
      },
      {
        services: [
          { name: 'a', state: 'failed', manager: 'systemd' },
          { name: 'b', state: 'active', enabled: true, manager: 'systemd' },
        ],
      },
      ['services changed a: active → failed', 'services changed b: active, not enabled → active, enabled'],
    ],
    [
      'a user joins a group, another appears',
      { users: [root] },
      {
        users: [
          { ...root, groups: ['root', 'docker'] },
          { ...root, name: 'app', uid: 999 },
        ],
      },
      [
        'users changed root: 0 root /root /bin/bash → 0 docker,root /root /bin/bash',
        'users added app: 999 root /root /bin/bash',
      ],
    ],
    [
      'processes by name: more of the same do not count as a change',
      { processes: [{ pid: 1, ppid: 0, name: 'nginx', argv: [], user: 'www' }] },
      { processes: [2, 3].map((pid) => ({ pid, ppid: 0, name: 'nginx', argv: [], user: 'www' })) },
      [],
    ],
  ])('%s', (_title, before, after, expected) => {
    expect(said(compareSnapshots(snapshot(before), snapshot(after)))).toEqual(expected);
  });

  test('evidence refers to both snapshots', () => {
    const [before, after] = [
      snapshot({ listeners: [nginx] }),
      snapshot({ listeners: [{ ...nginx, owner: 'caddy' }] }),
    ];
    const [change] = compareSnapshots(before, after);
    expect(change?.evidence).toEqual([before.facts.listeners![0]!.id, after.facts.listeners![0]!.id]);
  });

  test('a scope that was not read completely is not compared', () => {
    const full = snapshot({ listeners: [nginx] });
    expect(compareSnapshots(full, snapshot({}))).toEqual([]);
    expect(compareSnapshots(full, snapshot({ listeners: [] }, { more: { listeners: 3 } }))).toEqual([]);
    expect(said(compareSnapshots(full, snapshot({ listeners: [] })))).toEqual([
      'listeners removed tcp 0.0.0.0:80: nginx',
    ]);
  });
});

describe('changes that no step made', () => {
  const empty = snapshot({ packages: [], listeners: [] });
  const curl = (version: string) => ({ name: 'curl', version, manager: 'dpkg' });

  test("a step's own changes are accounted for", () => {
    const after = snapshot({ packages: [curl('1')], listeners: [nginx] });
    const changes = compareSnapshots(empty, after);
    expect(unaccountedChanges(changes, changes)).toEqual([]);
    expect(
      said(unaccountedChanges(changes, compareSnapshots(empty, snapshot({ packages: [curl('1')] })))),
    ).toEqual(['listeners added tcp 0.0.0.0:80: nginx']);
  });

  test("a step's change that was changed again afterwards is unaccounted for", () => {
    const step = compareSnapshots(empty, snapshot({ packages: [curl('1')] }));
    const now = compareSnapshots(empty, snapshot({ packages: [curl('2')] }));
    expect(said(unaccountedChanges(now, step))).toEqual(['packages added curl: 2']);
  });
});

test('a snapshot equals itself, and changes in both directions have the same subjects', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const packages = fc.array(fc.record({ name, version: name, manager: fc.constant('dpkg') }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(packages, packages, (one, two) => {
      const [before, after] = [snapshot({ packages: one }), snapshot({ packages: two })];
      expect(compareSnapshots(before, before)).toEqual([]);
      const there = compareSnapshots(before, after).map(({ subject }) => subject);
      const back = compareSnapshots(after, before).map(({ subject }) => subject);
      expect([...there].sort()).toEqual([...back].sort());
    }),
  );
});
