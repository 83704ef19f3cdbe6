import { appendFileSync, chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Approval, openApprovals } from '../../src/journal/decisions/approvals.ts';
import { temporaryFolder } from './places.ts';

const approval = (hash: string, more: Partial<Approval> = {}): Approval => ({
  hash,
  document: '/srv/AUTODOCK.md',
  how: 'command',
  at: '2026-11-21T10:00:00.000Z',
  ...more,
});

describe('approvals', () => {
  it('apply to content: another hash is not approved', async () => {
    const folder = join(temporaryFolder(), 'person');
    const approvals = openApprovals(folder);
    expect(await approvals.isApproved('h1')).toBe(false);
    await approvals.approve(approval('h1'));
    expect(await approvals.isApproved('h1')).toBe(true);
    expect(await approvals.isApproved('h')).toBe(false);
    expect(await openApprovals(folder).isApproved('h1')).toBe(true);
  });

  it('record the last approval of a document, its author and its way', async () => {
    const approvals = openApprovals(temporaryFolder());
    await approvals.approve(approval('h1'));
    await approvals.approve(approval('h2', { how: 'terminal', by: 'ada' }));
    await approvals.approve(approval('h3', { document: '/srv/OTHER.md' }));
    expect(await approvals.lastApproved('/srv/AUTODOCK.md')).toEqual(
      approval('h2', { how: 'terminal', by: 'ada' }),
    );
    expect((await approvals.lastApproved('/srv/OTHER.md'))?.by).not.toBe('');
    expect(await approvals.lastApproved('/srv/NONE.md')).toBeUndefined();
  });

  it('are readable by their owner only, and survive a torn line', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'approvals.jsonl');
    const approvals = openApprovals(folder);
    await approvals.approve(approval('h1'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    appendFileSync(path, '{"hash":"h9","docu');
    await approvals.approve(approval('h2'));
    expect(await Promise.all(['h1', 'h2', 'h9'].map((hash) => approvals.isApproved(hash)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{"')).length,
    ).toBe(3);
  });

  it('are ignored if others can write them', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'approvals.jsonl');
    writeFileSync(path, `${JSON.stringify(approval('h1'))}\n`);
    chmodSync(path, 0o666);
    await expect(openApprovals(folder).isApproved('h1')).rejects.toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'approvals-exposed' }],
    });
  });
});
