import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { journalKey, readCounter } from '../../src/journal/box-state.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { localBoxState } from '../../src/journal/local-box-state.ts';
import { acquireLock } from '../../src/journal/lock/lock.ts';
import { readJournalRecords } from '../../src/journal/read.ts';
import { EXIT } from '../../src/model/diagnostic.ts';
import { journalOptions } from './places.ts';
import { start } from './run-program.ts';

describe('errors of the system', () => {
  it('reports a full disk (a file size limit), and leaves the journal unchanged', async () => {
    const { now, version, ...place } = journalOptions();
    const limited = ['bash', '-c', 'trap \'\' XFSZ; ulimit -f 64; exec "$@"', 'bash'];
    const writer = await start('writer', { ...place, limit: 10_000, filler: 100 }, { wrapper: limited });
    const { code, lines } = await writer.ended;
    expect(code).toBe(EXIT.person);
    expect(lines.at(-1)).toMatch(/^refused .*"disk-full".*continues where it stopped/);

    // The number is written first: it belongs to the record that did not fit.
    const key = journalKey(place.box.id, place.document);
    const read = await readJournalRecords(
      join(place.folder, '.runbook', `AUTODOCK.md.${key}.jsonl`),
      () => 1e9,
      () => {},
    );
    expect(readCounter(place.stateFolder, key)).toBe(read.lastSeq + 1);

    const journal = await openJournal({ ...place, now, version });
    expect(journal.diagnostics).toEqual([]);
    for (const line of lines.slice(1, -1))
      expect(journal.memory.get(line.split(' ')[1] ?? '')?.status).toBe('confirmed');
    await journal.close();
  });

  it.runIf(process.getuid?.() === 0)(
    'in a folder that its user may not write is refused with the folder named',
    async () => {
      const { now: _, version: __, ...place } = journalOptions();
      const stateFolder = '/nonexistent/box';
      const writer = await start(
        'writer',
        { ...place, stateFolder, limit: 1, filler: 1 },
        { wrapper: ['setpriv', '--reuid=65534', '--clear-groups'] },
      );
      const { code, lines, stderr } = await writer.ended;
      expect([code, stderr]).toEqual([EXIT.person, '']);
      expect(lines.at(-1)).toMatch(/^refused .*cannot be written/);
    },
  );

  it('fails with the name of the folder if nothing can be created', async () => {
    // Node's own recursive mkdir would loop forever there.
    const options = { ...journalOptions(), state: localBoxState('/proc/nope') };
    await expect(openJournal(options)).rejects.toMatchObject({
      exit: EXIT.person,
      diagnostics: [{ code: 'storage-unwritable', message: expect.stringContaining('/proc/nope') }],
    });
    expect(() =>
      acquireLock({ stateFolder: '/proc/nope/deep', command: 'replay', document: 'x', now: Date.now }),
    ).toThrow(expect.objectContaining({ exit: EXIT.person }));
  });
});
