import { appendFile, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import { makeFolders } from './make-folders.ts';
import { storing } from './storage-error.ts';
import { userName } from './user-name.ts';

/** A person's word that this content may run. */
export interface Approval {
  /** plan/hash `approvalHash`: everything that executes or judges. */
  readonly hash: string;
  /** The document's real path, for telling what changed since; the hash alone decides. */
  readonly document: string;
  /** How it was given: `terminal`, `command`, `elicitation`. */
  readonly how: string;
  /** ISO 8601. */
  readonly at: string;
  /** Who; the user of this process where it is not said. */
  readonly by?: string;
}

/** The person's approvals, outside every project, so that no document can bring its own. */
export interface Approvals {
  isApproved(hash: string): Promise<boolean>;
  approve(approval: Approval): Promise<void>;
  /** The last approval of a document, whatever its content was then. */
  lastApproved(document: string): Promise<Approval | undefined>;
}

/**
 * Opens the approvals in the person's state folder (state-folders `personStateFolder`); nothing is read yet.
 * Every method may throw RunbookError 3: others may write the file, or it cannot be read or written.
 */
export function openApprovals(stateFolder: string): Approvals {
  const path = join(stateFolder, 'approvals.jsonl');
  const all = () => storing('the approvals', path, () => readAll(path));
  return {
    isApproved: async (hash) => (await all()).some((each) => each.hash === hash),
    lastApproved: async (document) => (await all()).findLast((each) => each.document === document),
    approve: (approval) =>
      storing('the approvals', path, async () => {
        makeFolders(stateFolder);
        await append(path, { by: userName(), ...approval });
      }),
  };
}

/** In one write, so that two who approve at once do not mix; ahead of it a line end, in case the last write was torn. */
async function append(path: string, approval: Approval): Promise<void> {
  await appendFile(path, `\n${JSON.stringify(approval)}\n`, { mode: 0o600, flush: true });
}

async function readAll(path: string): Promise<Approval[]> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!file) return [];
  try {
    await refuseForeign(path, file);
    return (await file.readFile('utf8')).split('\n').flatMap(parse);
  } finally {
    await file.close();
  }
}

/** A line that is no approval approves nothing. */
function parse(line: string): Approval[] {
  try {
    const { hash, document, how, at, by } = JSON.parse(line) as Approval;
    return typeof hash === 'string' ? [{ hash, document, how, at, ...(by === undefined ? {} : { by }) }] : [];
  } catch {
    return [];
  }
}

/** As ssh does with authorized_keys: what others may write is nobody's word. */
async function refuseForeign(path: string, file: FileHandle): Promise<void> {
  const { mode, uid } = await file.stat();
  const own = process.getuid?.() ?? uid;
  if ((mode & 0o022) === 0 && (uid === own || uid === 0)) return;
  throw new RunbookError(
    [
      {
        code: 'approvals-exposed',
        severity: 'error',
        message: `${path} can be written by others, so what it approves is not believed.`,
        remedy: `Look through it, then run: chmod 600 ${path}`,
      },
    ],
    EXIT.person,
  );
}
