import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boxId, journalKey, openCounter, readCounter } from '../../src/journal/box-state.ts';
import { boxStateFolder, personStateFolder } from '../../src/journal/state-folders.ts';
import { temporaryFolder } from './places.ts';
import { start } from './run-program.ts';

describe('the id of a box', () => {
  it('is the same for concurrent first readers, and permanent', async () => {
    const stateFolder = join(temporaryFolder(), 'box');
    const first = await Promise.all(
      Array.from({ length: 8 }, async () => (await start('identify', { stateFolder })).ended),
    );
    const ids = new Set(first.flatMap(({ lines }) => lines));
    expect(ids.size).toBe(1);
    expect([...ids][0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(await boxId(stateFolder)).toBe([...ids][0]);
    expect(readdirSync(stateFolder)).toEqual(['box-id']);
  });
});

describe('the id of a box without stored state', () => {
  it('is valid for this process only, and not an error: reading needs no write permission', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const [first, second] = [await boxId(join(file, 'box')), await boxId(join(file, 'box'))];
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
  });
});

describe('the counter of a journal', () => {
  it('is written in place and read back', async () => {
    const folder = temporaryFolder();
    const counter = await openCounter(folder, 'key');
    expect(counter.value).toBe(0);
    counter.set(41);
    counter.set(42);
    await counter.sync();
    counter.close();
    expect(readFileSync(join(folder, 'journals', 'key'), 'utf8')).toBe('0000000000000042');
    const again = await openCounter(folder, 'key');
    expect([again.value, readCounter(folder, 'key')]).toEqual([42, 42]);
    again.close();
  });

  it.each(['', '12', 'x000000000000042', '\0'.repeat(16)])(
    'is undefined if it cannot be read: %j',
    (content) => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'journals'));
      writeFileSync(join(folder, 'journals', 'key'), content);
      expect(readCounter(folder, 'key')).toBe(0);
    },
  );

  it('belongs to one document on one box', () => {
    const keys = [journalKey('b1', '/a/X.md'), journalKey('b1', '/b/X.md'), journalKey('b2', '/a/X.md')];
    expect(new Set(keys).size).toBe(3);
    expect(journalKey('b1', '/a/X.md')).toBe(keys[0]);
  });
});

describe('state folders', () => {
  it('follow the XDG rules, with a separate one for root, and can be configured', () => {
    const home = { HOME: '/home/u' };
    expect(boxStateFolder(home, 0)).toBe('/var/lib/runbook');
    expect(boxStateFolder(home, 1000)).toBe('/home/u/.local/state/runbook');
    expect(boxStateFolder({ ...home, XDG_STATE_HOME: '/s' }, 1000)).toBe('/s/runbook');
    expect(boxStateFolder({ ...home, XDG_STATE_HOME: 'relative' }, 1000)).toBe(
      '/home/u/.local/state/runbook',
    );
    expect(boxStateFolder({ ...home, RUNBOOK_BOX_STATE: '/b' }, 0)).toBe('/b');
    expect(personStateFolder({ ...home, RUNBOOK_STATE: '/p' })).toBe('/p');
    expect(personStateFolder(home)).toBe('/home/u/.local/state/runbook');
  });
});
