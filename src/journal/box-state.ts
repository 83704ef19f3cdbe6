import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, fdatasync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BoxCounter } from '../model/box-state.ts';
import { makeFolders } from './make-folders.ts';
import { storing } from './storage-error.ts';

/*
 * The box's own side of the journal. The journal lies in the project, and projects are copied, restored and carried
 * from box to box; a box is restored from snapshots. So each box keeps, outside of every project, the number of the
 * last record that it took part in, one small file for each journal. A record with a higher number, or any record
 * where the number is missing, tells of another life of this box and is void.
 *
 * The order of writing. Each append writes the number first, in place, and the record second, both by one system call.
 *
 *   killed before the number       nothing was written; the record was never confirmed
 *   between number and record      the number is one ahead; the next record takes the number after it, so a number
 *                                  that was given away is never used twice, and no record that did not exist when
 *                                  the box was snapshotted can later be covered by that snapshot's number
 *   within the record              as before; the torn line is cut off by the next opening
 *   after the record               the number covers it: it counts
 *
 * The other order would lose work: a record on disk with the number one behind is void, and its step would run again.
 * kill -9 cannot tear the number: 16 bytes inside one page are copied by one write call. A power cut can part the two
 * files, because the kernel writes them back when it likes; so `durable()` of the journal waits for both, and only what
 * it has waited for is called confirmed. If the record reaches the disk and the number does not, the record is void
 * although its step ran: nobody was told that it was confirmed, and the step runs again.
 */

const DIGITS = 16;

/** The key of a journal: one document, by its real path, on one box. A copied or moved folder starts anew. */
export function journalKey(boxId: string, document: string): string {
  return createHash('sha256').update(`${boxId}\n${document}`).digest('hex').slice(0, 16);
}

/**
 * The box's random id, made on first use. Two first users at once agree on one: a hard link appears whole or not at all.
 * Where it cannot be kept it is another one in each process, so that looking works without leave to write; nothing is
 * believed or journaled there, and openJournal says why. `lookOnly`: none is made.
 */
export async function boxId(stateFolder: string, lookOnly = false): Promise<string> {
  const path = join(stateFolder, 'box-id');
  try {
    return idAt(path) ?? (lookOnly ? unkept : await makeId(stateFolder, path));
  } catch {
    return unkept;
  }
}

/** Of a box whose id cannot be kept, or may not be. */
const unkept = randomUUID();

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

/** The number that this box keeps for a journal; 0 where there is none, or none that can be read. Writes nothing. */
export function readCounter(stateFolder: string, key: string): number {
  try {
    return parse(readFileSync(counterPath(stateFolder, key)));
  } catch {
    return 0;
  }
}

/**
 * Opens the number of a journal for writing.
 * @throws RunbookError 3 where the state folder cannot be written.
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

/** Makes a new file's name itself survive a power cut; fdatasync of the file alone does not promise that. */
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
