import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Journal, type JournalOptions, openJournal, readJournal } from '../../src/journal/journal.ts';
import { EXIT, RunbookError } from '../../src/model/diagnostic.ts';
import { confirmed, journalOptions, started, temporaryFolder } from './places.ts';

/** Opens, works, closes: the life of one process with a journal. */
async function session<T>(options: JournalOptions, work: (journal: Journal) => T): Promise<T> {
  const journal = await openJournal(options);
  const result = work(journal);
  await journal.close();
  return result;
}

const steps = (journal: Journal) =>
  Object.fromEntries([...journal.memory].map(([id, { status }]) => [id, status]));

async function refusal(work: Promise<unknown>): Promise<RunbookError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RunbookError);
  return error as RunbookError;
}

describe('the memory of earlier passes', () => {
  it('survives a restart: confirmed, failed and interrupted steps', async () => {
    const options = journalOptions();
    await session(options, (journal) => {
      journal.append(started('install'));
      journal.append(
        confirmed('install', { title: 'Install it', state: { set: { A: '1' }, unset: [], secret: ['T'] } }),
      );
      journal.append(started('configure'));
      journal.append({ kind: 'failed', step: 'configure', action: 'a1', inputs: 'i1', reason: 'exit' });
      journal.append(started('start'));
    });
    await session(options, (journal) => {
      expect(steps(journal)).toEqual({ install: 'confirmed', configure: 'failed', start: 'interrupted' });
      expect(journal.memory.get('install')).toMatchObject({
        title: 'Install it',
        state: { set: { A: '1' }, unset: [], secret: ['T'] },
        at: '2026-11-21T10:00:00.000Z',
      });
    });
  });

  it('is updated while writing by the same rules as when reading', async () => {
    const options = journalOptions();
    const written = await session(options, (journal) => {
      journal.append(started('one'));
      const seq = journal.append(confirmed('one'));
      expect(journal.memory.get('one')).toMatchObject({
        status: 'confirmed',
        actedSeq: seq,
        confirmedSeq: seq,
      });
      journal.append({
        kind: 'background',
        step: 'one',
        process: { fence: 0, pid: 7, start: '1', log: '/l' },
      });
      journal.renameStep('one', 'first');
      return [...journal.memory];
    });
    await session(options, (journal) => expect([...journal.memory]).toEqual(written));
  });

  it('is read without writing anything', async () => {
    const options = journalOptions();
    expect((await readJournal(options)).memory.size).toBe(0);
    expect(existsSync(join(options.folder, '.runbook'))).toBe(false);
    expect(existsSync(options.stateFolder)).toBe(false);

    const path = await session(options, (journal) => {
      journal.append(confirmed('one'));
      return journal.path;
    });
    appendFileSync(path, '{"torn');
    const before = readFileSync(path);
    const view = await readJournal(options);
    expect(view.memory.get('one')?.status).toBe('confirmed');
    expect(view.lastPass?.ended).toBeUndefined();
    expect(view.diagnostics.map((each) => each.code)).toEqual(['journal-torn']);
    expect(readFileSync(path)).toEqual(before);
  });

  it('is private: folder 0700, files 0600, ignored by git', async () => {
    const options = journalOptions();
    mkdirSync(join(options.folder, '.runbook'), { mode: 0o755 });
    const path = await session(options, (journal) => {
      journal.append(started('one'));
      return journal.path;
    });
    const mode = (file: string) => statSync(file).mode & 0o777;
    expect([mode(join(options.folder, '.runbook')), mode(path)]).toEqual([0o700, 0o600]);
    expect(readFileSync(join(options.folder, '.runbook', '.gitignore'), 'utf8')).toBe('*\n');
  });
});

describe('a pass', () => {
  it('keeps the id of a pass until it is done', async () => {
    const options = journalOptions();
    const first = await session(options, (journal) => {
      journal.append(started('one'));
      return journal.pass;
    });
    const second = await session(options, (journal) => {
      journal.append({ kind: 'pass-ended', outcome: 'failed' });
      return journal.pass;
    });
    const third = await session(options, (journal) => {
      journal.append({ kind: 'pass-ended', outcome: 'done' });
      return journal.pass;
    });
    const fourth = await session(options, (journal) => journal.pass);
    expect(first.resumed).toBe(false);
    expect(second).toEqual({ id: first.id, resumed: true });
    expect(third).toEqual({ id: first.id, resumed: true });
    expect(fourth.resumed).toBe(false);
    expect(fourth.id).not.toBe(first.id);
  });

  it('tries a reactive Fix once per step, across restarts, and again in the next pass', async () => {
    const options = journalOptions();
    const fix = { kind: 'fix', how: 'reactive', step: 'serve', problem: 'port-taken', action: 'f1' } as const;
    await session(options, (journal) => {
      expect(journal.fixUsed('serve', 'port-taken', 'f1')).toBe(false);
      journal.append(fix);
      journal.append({ ...fix, how: 'in-pass', problem: 'other' });
      expect(journal.fixUsed('serve', 'port-taken', 'f1')).toBe(true);
    });
    await session(options, (journal) => {
      expect(journal.fixUsed('serve', 'port-taken', 'f1')).toBe(true);
      expect(journal.fixUsed('serve', 'port-taken', 'edited')).toBe(false);
      expect(journal.fixUsed('other', 'port-taken', 'f1')).toBe(false);
      expect(journal.fixUsed('serve', 'other', 'f1')).toBe(false);
      journal.append({ kind: 'pass-ended', outcome: 'done' });
    });
    await session(options, (journal) => expect(journal.fixUsed('serve', 'port-taken', 'f1')).toBe(false));
  });

  it('starts with its document, box and version', async () => {
    const options = journalOptions();
    const path = await session(options, (journal) => {
      journal.append(started('one'));
      return journal.path;
    });
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '')).toMatchObject({
      kind: 'pass-started',
      version: '0.1.0',
      document: options.document,
      box: 'local',
    });
  });
});

describe('a different history of the box', () => {
  it('ignores the journal of a folder that was copied or moved', async () => {
    const options = journalOptions();
    await session(options, (journal) => journal.append(confirmed('one')));
    const copy = {
      ...options,
      folder: `${options.folder}-copy`,
      document: join(`${options.folder}-copy`, 'AUTODOCK.md'),
    };
    cpSync(options.folder, copy.folder, { recursive: true });
    await session(copy, (journal) => expect(steps(journal)).toEqual({}));
    await session(options, (journal) => expect(steps(journal)).toEqual({ one: 'confirmed' }));
  });

  it('ignores the journal of another box', async () => {
    const options = journalOptions();
    await session(options, (journal) => journal.append(confirmed('one')));
    await session({ ...options, box: { id: 'another', name: 'other' } }, (journal) =>
      expect(steps(journal)).toEqual({}),
    );
  });

  it('after a restored snapshot trusts only what the snapshot knew, permanently', async () => {
    const options = journalOptions();
    const snapshot = join(temporaryFolder(), 'snapshot');
    const path = await session(options, (journal) => {
      journal.append(confirmed('before'));
      return journal.path;
    });
    cpSync(options.stateFolder, snapshot, { recursive: true });
    await session(options, (journal) => {
      for (const step of ['after-1', 'after-2', 'after-3']) journal.append(confirmed(step));
    });

    renameSync(options.stateFolder, `${options.stateFolder}-later`);
    cpSync(snapshot, options.stateFolder, { recursive: true });
    await session(options, (journal) => {
      expect(steps(journal)).toEqual({ before: 'confirmed' });
      expect(journal.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
        ['journal-void', 'warning'],
      ]);
      for (let count = 0; count < 20; count++) journal.append(started('again'));
    });
    await session(options, (journal) => {
      expect(steps(journal)).toEqual({ before: 'confirmed', again: 'interrupted' });
      expect(journal.diagnostics).toEqual([]);
    });
    expect(
      readFileSync(path.replace('.jsonl', '.void.jsonl'), 'utf8').split('\n').filter(Boolean),
    ).toHaveLength(4);
  });

  it('does not follow a link in the project when it moves invalid records aside', async () => {
    const options = journalOptions();
    const path = await session(options, (journal) => {
      journal.append(confirmed('one'));
      return journal.path;
    });
    rmSync(options.stateFolder, { recursive: true });
    const precious = join(options.folder, '..', 'precious');
    writeFileSync(precious, 'precious');
    symlinkSync(precious, path.replace('.jsonl', '.void.jsonl'));
    await expect(session(options, () => {})).rejects.toMatchObject({
      diagnostics: [{ code: 'storage-unwritable' }],
    });
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  it('trusts nothing if the box has lost its state', async () => {
    const options = journalOptions();
    await session(options, (journal) => journal.append(confirmed('one')));
    renameSync(options.stateFolder, `${options.stateFolder}-lost`);
    await session(options, (journal) => expect(steps(journal)).toEqual({}));
  });
});

describe('damage', () => {
  it('counts a complete record whose line end was lost, and starts the next on a line of its own', async () => {
    const options = journalOptions();
    const path = await session(options, (journal) => {
      journal.append(confirmed('one'));
      return journal.path;
    });
    truncateSync(path, readFileSync(path).length - 1);
    await session(options, (journal) => {
      expect(steps(journal)).toEqual({ one: 'confirmed' });
      expect(journal.diagnostics).toEqual([]);
      journal.append(confirmed('two'));
    });
    await session(options, (journal) => {
      expect(steps(journal)).toEqual({ one: 'confirmed', two: 'confirmed' });
    });
  });

  it.each([
    ['half a record', '{"v":1,"seq":9,"at":"2026'],
    ['zeros, as some file systems leave after a power cut', '\0'.repeat(512)],
    ['half a character', Buffer.from([0x7b, 0x22, 0xc3])],
  ])('tolerates a torn last line: %s', async (_, torn) => {
    const options = journalOptions();
    const path = await session(options, (journal) => {
      journal.append(confirmed('one'));
      return journal.path;
    });
    const good = readFileSync(path);
    appendFileSync(path, torn);
    await session(options, (journal) => {
      expect(steps(journal)).toEqual({ one: 'confirmed' });
      expect(journal.diagnostics.map((each) => each.code)).toEqual(['journal-torn']);
      journal.append(confirmed('two'));
    });
    expect(readFileSync(path).subarray(0, good.length)).toEqual(good);
    await session(options, (journal) => {
      expect(steps(journal)).toEqual({ one: 'confirmed', two: 'confirmed' });
      expect(journal.diagnostics).toEqual([]);
    });
  });

  it.each([
    ['no JSON', (line: string) => line.slice(0, -9)],
    ['no record', (line: string) => line.replace('"inputs":"i1"', '"inputs":1')],
    ['an unknown kind', (line: string) => line.replace('"kind":"confirmed"', '"kind":"concluded"')],
    ['a number out of order', (line: string) => line.replace('"seq":2', '"seq":1')],
  ])('rejects a damaged line in the middle (%s) with its place, and changes nothing', async (_, damage) => {
    const options = journalOptions();
    const path = await session(options, (journal) => {
      for (const step of ['one', 'two', 'three']) journal.append(confirmed(step));
      return journal.path;
    });
    const lines = readFileSync(path, 'utf8').split('\n');
    const text = lines.with(1, damage(lines[1] ?? '')).join('\n');
    writeFileSync(path, text);
    const { exit, diagnostics } = await refusal(openJournal(options));
    expect(exit).toBe(EXIT.person);
    expect(diagnostics).toMatchObject([{ code: 'journal-damaged', place: { file: path, line: 2 } }]);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('rejects a journal of a newer format, at any line', async () => {
    const options = journalOptions();
    const path = await session(options, (journal) => {
      journal.append(confirmed('one'));
      return journal.path;
    });
    appendFileSync(path, '{"v":2,"seq":3,"news":true}\n');
    expect((await refusal(openJournal(options))).diagnostics).toMatchObject([{ code: 'journal-newer' }]);
    expect((await refusal(readJournal(options))).diagnostics).toMatchObject([{ code: 'journal-newer' }]);
  });

  it('keeps byte offsets correct after damaged characters', async () => {
    const options = journalOptions();
    const path = await session(options, (journal) => {
      journal.append(confirmed('one', { title: 'XXX' }));
      return journal.path;
    });
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('XXX')] = 0xff;
    writeFileSync(path, Buffer.concat([bytes, Buffer.from('{"torn')]));
    await session(options, (journal) => journal.append(confirmed('two')));
    await session(options, (journal) =>
      expect(steps(journal)).toEqual({ one: 'confirmed', two: 'confirmed' }),
    );
  });
});

describe('a place that cannot be written', () => {
  it.each(['file', 'link'])('refuses a .runbook that is a %s', async (kind) => {
    const options = journalOptions();
    const path = join(options.folder, '.runbook');
    if (kind === 'file') writeFileSync(path, '');
    else symlinkSync(temporaryFolder(), path);
    const { exit, diagnostics } = await refusal(openJournal(options));
    expect(exit).toBe(EXIT.person);
    expect(diagnostics).toMatchObject([
      { code: 'storage-unwritable', message: expect.stringContaining(path) },
    ]);
  });

  it('rejects a state folder that cannot be created', async () => {
    const options = journalOptions();
    writeFileSync(options.stateFolder, '');
    const { exit, diagnostics } = await refusal(openJournal(options));
    expect(exit).toBe(EXIT.person);
    expect(diagnostics[0]?.message).toContain(options.stateFolder);
  });
});

describe('logs of background fences', () => {
  it('have names that no step id can redirect', async () => {
    const options = journalOptions();
    await session(options, (journal) => {
      expect(journal.logPath('start-caddy', 0)).toBe(
        join(options.folder, '.runbook', 'logs', 'start-caddy.1.log'),
      );
      expect(journal.logPath('../../etc/cron', 1)).toBe(
        join(options.folder, '.runbook', 'logs', '.._.._etc_cron.2.log'),
      );
    });
  });
});
