import { appendFileSync, chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NewApproval, openApprovals } from '../../src/journal/decisions/approvals.ts';
import { openLeases } from '../../src/journal/decisions/leases.ts';
import { temporaryFolder } from './places.ts';

const DOCUMENT = '/srv/AUTODOCK.md';
const HERE = { document: DOCUMENT, box: 'b1' };
const START = Date.parse('2026-11-28T10:00:00.000Z');

const approval = (hash: string, more: Partial<NewApproval> = {}): NewApproval => ({
  hash,
  scope: 'project',
  ...HERE,
  boxName: 'local',
  what: 'AUTODOCK.md',
  shown: '# bash, 1 line\ntrue',
  how: 'command',
  at: new Date(START).toISOString(),
  ...more,
});

const open = (folder = temporaryFolder(), now = () => START) => openApprovals(folder, now);

describe('an approval', () => {
  it('counts for its content, in its document, on its box, and nowhere else', async () => {
    const folder = join(temporaryFolder(), 'person');
    const approvals = open(folder);
    expect(await approvals.find('h1', HERE)).toBeUndefined();
    const given = await approvals.give(approval('h1'));
    expect(given).toMatchObject({ id: expect.stringMatching(/^ap-[0-9a-f]{8}$/), by: expect.any(String) });
    expect(await open(folder).find('h1', HERE)).toMatchObject({ id: given.id });
    expect(await approvals.find('h2', HERE)).toBeUndefined();
    expect(await approvals.find('h1', { ...HERE, box: 'b2' })).toBeUndefined();
    expect(await approvals.find('h1', { ...HERE, document: '/other/AUTODOCK.md' })).toBeUndefined();
  });

  it('for once is used up by the first of many starts', async () => {
    const approvals = open();
    const once = await approvals.give(approval('h1', { scope: 'once' }));
    const starts = await Promise.all(Array.from({ length: 20 }, () => approvals.consume(once)));
    expect(starts.filter((each) => each)).toHaveLength(1);
    expect(await approvals.find('h1', HERE)).toBeUndefined();
    expect(await approvals.list()).toMatchObject([{ id: once.id, state: 'used' }]);
  });

  it('ends when its time is over and when it is revoked', async () => {
    let now = START;
    const approvals = open(temporaryFolder(), () => now);
    await approvals.give(approval('h1', { until: new Date(START + 60_000).toISOString() }));
    const kept = await approvals.give(approval('h2'));
    now += 60_000;
    expect(await approvals.find('h1', HERE)).toBeUndefined();
    await approvals.revoke(kept.id);
    expect(await approvals.find('h2', HERE)).toBeUndefined();
    expect((await approvals.list()).map(({ state }) => state)).toEqual(['revoked', 'expired']);
  });

  it('of version 0.1.0 does not count, and is known as old until its document is approved again', async () => {
    const folder = temporaryFolder();
    const old = { hash: 'h1', document: DOCUMENT, how: 'command', at: '2026-11-21T10:00:00.000Z', by: 'ada' };
    writeFileSync(join(folder, 'approvals.jsonl'), `${JSON.stringify(old)}\n`, { mode: 0o600 });
    const approvals = open(folder);
    expect(await approvals.find('h1', HERE)).toBeUndefined();
    expect(await approvals.hasOld(DOCUMENT)).toBe(true);
    expect(await approvals.hasOld('/srv/OTHER.md')).toBe(false);
    await approvals.give(approval('h2'));
    expect(await approvals.hasOld(DOCUMENT)).toBe(false);
  });

  it('is readable by its person alone, and survives a torn line', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'approvals.jsonl');
    const approvals = open(folder);
    await approvals.give(approval('h1'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    appendFileSync(path, '{"hash":"h9","docu');
    await approvals.give(approval('h2'));
    const found = await Promise.all(['h1', 'h2', 'h9'].map((hash) => approvals.find(hash, HERE)));
    expect(found.map((each) => each?.hash)).toEqual(['h1', 'h2', undefined]);
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{"')).length,
    ).toBe(3);
  });

  it('in a file that others may write does not count', async () => {
    const folder = temporaryFolder();
    await open(folder).give(approval('h1'));
    chmodSync(join(folder, 'approvals.jsonl'), 0o666);
    await expect(open(folder).find('h1', HERE)).rejects.toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'approvals-exposed' }],
    });
  });
});

describe('a lease', () => {
  const lease = {
    ...{ ...HERE, boxName: 'local', client: 'claude-code 2.1.332', at: new Date(START).toISOString() },
    until: new Date(START + 60_000).toISOString(),
  };

  it('counts for one document, box and client, until its time is over or it is revoked', async () => {
    let now = START;
    const leases = openLeases(temporaryFolder(), () => now);
    const { id } = await leases.give(lease);
    expect(await leases.current(HERE, lease.client)).toMatchObject({ id });
    expect(await leases.current(HERE, 'codex 0.171')).toBeUndefined();
    expect(await leases.current({ ...HERE, box: 'b2' }, lease.client)).toBeUndefined();
    expect(await leases.current({ ...HERE, document: '/b/AUTODOCK.md' }, lease.client)).toBeUndefined();
    now += 60_000;
    expect(await leases.current(HERE, lease.client)).toBeUndefined();
    now = START;
    await leases.revoke(id);
    expect(await leases.list()).toEqual([]);
  });

  it('ends with the server that asked', async () => {
    const folder = temporaryFolder();
    const leases = openLeases(folder, () => START);
    const given = await leases.give(lease);
    const path = join(folder, 'leases.jsonl');
    const ended = { ...given, server: { ...given.server, start: '1' } };
    writeFileSync(path, `${JSON.stringify(ended)}\n`);
    expect(await leases.list()).toEqual([]);
    const other = { ...given, server: { pid: process.ppid, start: '', boot: given.server.boot } };
    writeFileSync(path, `${JSON.stringify(other)}\n`);
    expect(await leases.list()).toHaveLength(1);
    expect(await leases.current(HERE, lease.client)).toBeUndefined();
  });
});
