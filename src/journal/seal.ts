import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EXIT, runbookError } from '../model/diagnostic.ts';
import { makeFolders } from './make-folders.ts';

/*
 * The journal is in the project, where anyone with write access can edit it, and disks lose bits. So every record carries a
 * keyed hash (HMAC-SHA-256, 128 bits), and the key is in the person's state folder. A record without a valid one is not
 * believed: it sets no variable and confirms no step. Records from before the key existed are covered by one hash of them all.
 */

/** What the person's state folder keeps for one journal. */
const SealFile = z.object({
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** Number of the first record that is signed. */
  from: z.int().min(1),
  /** Bytes of the journal when the key was made, and their SHA-256. */
  before: z.int().min(0),
  hash: z.string(),
});

/** Signs and checks the records of one journal. */
export interface Seal {
  /** Adds the keyed hash to a record, given as JSON. */
  sign(record: string): string;
  /** Whether a line of the journal is one that was signed, or one from before the first signed one. */
  isGenuine(line: string, journal: () => Buffer): boolean;
}

/** The seal of a journal, if it has one. A file that cannot be read counts as no seal only where it does not exist. */
export function readSeal(stateFolder: string, journalKey: string): Seal | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(stateFolder, journalKey), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return sealOf(parse(pathOf(stateFolder, journalKey), text), journalKey);
}

/** Makes the seal of a journal. Of two processes that do so at once, the first wins and both get the same. */
export function makeSeal(
  stateFolder: string,
  journalKey: string,
  { from, journal }: { readonly from: number; readonly journal: Buffer },
): Seal {
  const path = pathOf(stateFolder, journalKey);
  makeFolders(join(stateFolder, FOLDER));
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const content = {
    key: randomBytes(32).toString('hex'),
    from,
    before: journal.length,
    hash: sha256(journal),
  };
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readSeal(stateFolder, journalKey)!;
}

/** @throws RunbookError 3: without its key nothing in the journal could be believed, and a person has to know. */
function parse(path: string, text: string): z.infer<typeof SealFile> {
  try {
    return SealFile.parse(JSON.parse(text));
  } catch {
    throw runbookError(
      {
        code: 'journal-key-damaged',
        message: `${path} must contain the key of a journal, but it cannot be read as one.`,
        remedy: 'Remove it: the journal is then read as it is, and sealed with a new key.',
      },
      EXIT.person,
    );
  }
}

const FOLDER = 'journal-keys';
const SIGNED = /^(\{.*),"mac":"([0-9a-f]{32})"\}$/s;

function sealOf({ key, from, before, hash }: z.infer<typeof SealFile>, journalKey: string): Seal {
  const mac = (text: string) =>
    createHmac('sha256', Buffer.from(key, 'hex')).update(`${journalKey}\n${text}`).digest('hex').slice(0, 32);
  let isOldPartWhole: boolean | undefined;
  return {
    sign: (record) => `${record.slice(0, -1)},"mac":"${mac(record)}"}`,
    isGenuine: (line, journal) => {
      const [, body, written] = SIGNED.exec(line) ?? [];
      if (body !== undefined && written !== undefined)
        return timingSafeEqual(Buffer.from(mac(`${body}}`)), Buffer.from(written));
      if (numberIn(line) >= from) return false;
      isOldPartWhole ??= sha256(journal().subarray(0, before)) === hash;
      return isOldPartWhole;
    },
  };
}

/** Beyond every record where it cannot be read: such a line is not an old one. */
function numberIn(line: string): number {
  try {
    const { seq } = JSON.parse(line) as { seq?: unknown };
    return typeof seq === 'number' ? seq : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pathOf(stateFolder: string, journalKey: string): string {
  return join(stateFolder, FOLDER, journalKey);
}
