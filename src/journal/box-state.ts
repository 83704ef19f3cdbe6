import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, fdatasync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BoxCounter } from '../model/box-state.ts';
import { makeFolders } from './make-folders.ts';
import { storing } from './storage-error.ts';

/*
 * The box's part of the journal. The journal is in the project, and projects are copied, restored and moved between
 * boxes; a box is restored from snapshots. So each box keeps, outside every project, the number of the last record that
 * it took part in, in one small file per journal (its counter). A record with a higher number, or any record without a
 * counter, belongs to a different history of this box and is void.
 *
 * Order of writes. Each append writes the counter first, in place, and the record second, each with one system call.
 *
 *   killed before the counter      nothing was written; the record was never confirmed
 *   between counter and record     the counter is one ahead; the next record uses the number after it, so a number is
 *                                  never used twice, and a record that did not exist when the box was snapshotted
 *                                  is never covered by that snapshot's counter
 *   within the record              as before; the next opening removes the incomplete line
 *   after the record               the counter covers it, so it counts
 *
 * The other order would lose work: a record on disk with the counter one behind is void, and its step would run again.
 * kill -9 cannot split the counter: 16 bytes inside one page are copied by one write call. A power failure can separate
 * the two files, because the kernel writes them back at any time. So the journal's `durable()` waits for both, and only
 * records that it has waited for are reported as confirmed. If the record reaches the disk and the counter does not,
 * the record is void although its step ran: it was never reported as confirmed, and the step runs again.
 */

const DIGITS = 16;

/** The key of a journal: one document, by its real path, on one box. A copied or moved folder starts a new journal. */
export function journalKey(boxId: string, document: string): string {
  return createHash('sha256').update(`${boxId}\n${document}`).digest('hex').slice(0, 16);
}

/**
 * The box's random id, created on first use. Two concurrent first users agree on one, because a hard link appears
 * atomically. If it cannot be stored, each process uses another id, so that reading works without write permission.
 * Nothing is journaled then, and openJournal reports why. `lookOnly`: creates no id.
 */
export async function boxId(stateFolder: string, readOnly = false): Promise<string> {
  const path = join(stateFolder, 'box-id');
  try {
    return idAt(path) ?? (readOnly ? temporaryId : await makeId(stateFolder, path));
  } catch {
    return temporaryId;
  }
}

/** The id of a box that cannot or may not store one. */
const temporaryId = randomUUID();

async function makeId(stateFolder: string, path: string): Promise<string> {
  const id = randomUUID();
  const draft = `${path}.${id}`;
  makeFolders(stateFolder);
  const file = await open(draft, 'wx', 0o644);
  try {
    await file.writeFile(`${id}\n`);
    await file.sync();
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await syncDirectory(stateFolder);
  } finally {
    await file.close();
    await unlink(draft);
  }
  return idAt(path) ?? id;
}

function idAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The box's counter for a journal; 0 if it is missing or invalid. Writes nothing. */
export function readCounter(stateFolder: string, key: string): number {
  try {
    return parse(readFileSync(counterPath(stateFolder, key)));
  } catch {
    return 0;
  }
}

/**
 * Opens the counter of a journal for writing.
 * @throws RunbookError 3 if the state folder cannot be written
 */
export async function openCounter(stateFolder: string, key: string): Promise<BoxCounter> {
  const path = counterPath(stateFolder, key);
  return storing('the state of this box', path, async () => {
    makeFolders(join(stateFolder, 'journals'));
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    const content = Buffer.alloc(DIGITS);
    const length = readSync(fd, content, 0, DIGITS, 0);
    if (length < DIGITS) await syncDirectory(join(stateFolder, 'journals'));
    return {
      value: parse(content.subarray(0, length)),
      set: (value) => {
        content.write(String(value).padStart(DIGITS, '0'), 'latin1');
        writeSync(fd, content, 0, DIGITS, 0);
      },
      sync: () => dataSync(fd),
      close: () => closeSync(fd),
    };
  });
}

/** Makes a new file's name survive a power failure, which fdatasync of the file alone does not guarantee. */
export async function syncDirectory(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** fdatasync(2), as a promise. */
export const dataSync: (fd: number) => Promise<void> = promisify(fdatasync);

function counterPath(stateFolder: string, key: string): string {
  return join(stateFolder, 'journals', key);
}

function parse(content: Buffer): number {
  const text = content.toString('latin1', 0, DIGITS);
  return /^\d{16}$/.test(text) ? Number(text) : 0;
}
