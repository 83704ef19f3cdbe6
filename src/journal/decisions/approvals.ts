import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { approvalId } from '../../model/approval-id.ts';
import { makeFolders } from '../make-folders.ts';
import { storing } from '../storage-error.ts';
import { userName } from '../user-name.ts';
import { LineFile } from './line-file.ts';

/** Where an approval counts: one document on one box, and never wider. */
export interface ApprovalPlace {
  /** The document's real path, and with it the project. */
  readonly document: string;
  /** The box's id, or how a remote box is named. */
  readonly box: string;
}

const Approval = z.object({
  /** Short name for `runbook approvals`: `ap-` and 8 hexadecimal digits. */
  id: z.string(),
  /** Of everything that may run. */
  hash: z.string(),
  /** `once`: for the next start alone. `project`: whenever exactly this comes again in this place. */
  scope: z.enum(['once', 'project']),
  document: z.string(),
  box: z.string(),
  boxName: z.string(),
  /** What was approved, in a few words: a step's id, or the document. */
  what: z.string(),
  /** What the person was shown, without values that only the person knows. */
  shown: z.string(),
  /** `terminal`, `command`, `elicitation`, `facts`. */
  how: z.string(),
  /** ISO 8601. */
  at: z.string(),
  by: z.string(),
  /** Name and version of the client whose dialog was answered, as it says itself. */
  client: z.string().optional(),
  /** Milliseconds between question and answer. */
  latencyMs: z.number().optional(),
  /** ISO 8601; absent: until it is revoked. */
  until: z.string().optional(),
});
export type Approval = z.infer<typeof Approval>;

/** An approval as it is given; the store adds who gave it, and an id where the question had none. */
export type NewApproval = Omit<Approval, 'id' | 'by'> & Partial<Pick<Approval, 'id' | 'by'>>;

const Revoked = z.object({ revoked: z.string(), at: z.string() });

/** As version 0.1.0 wrote them: bound to content alone, in every folder, for ever. They no longer count. */
const OldApproval = z.object({ hash: z.string(), document: z.string(), how: z.string(), at: z.string() });

const Line = z.union([Approval, Revoked, OldApproval]);

/** An approval and whether it still counts. */
export interface ListedApproval extends Approval {
  readonly state: 'valid' | 'used' | 'expired' | 'revoked';
}

/** The person's approvals, outside every project, so that no document can bring its own. */
export interface Approvals {
  /** An approval of this content in this place that still counts; `project` before `once`. */
  find(hash: string, place: ApprovalPlace): Promise<Approval | undefined>;
  give(approval: NewApproval): Promise<Approval>;
  /** Uses up a `once`. False: another process was faster, so it no longer counts. */
  consume(approval: Approval): Promise<boolean>;
  /** Newest first. */
  list(): Promise<ListedApproval[]>;
  revoke(id: string): Promise<void>;
  /** Whether this document was approved by a version that bound less, and not since. */
  hasOld(document: string): Promise<boolean>;
}

/**
 * Opens the approvals in the person's state folder (state-folders `personStateFolder`); nothing is read yet.
 * Every method may throw RunbookError 3: others may write the file, or it cannot be read or written.
 */
export function openApprovals(stateFolder: string, now: () => number): Approvals {
  const file = new LineFile(stateFolder, 'approvals', Line);
  const used = join(stateFolder, 'used-approvals');

  async function list(): Promise<ListedApproval[]> {
    const lines = await file.read();
    const revoked = new Set(lines.flatMap((each) => ('revoked' in each ? [each.revoked] : [])));
    const given = lines.filter((each): each is Approval => 'scope' in each);
    return await Promise.all(
      given.reverse().map(async (each) => ({ ...each, state: await stateOf(each, revoked) })),
    );
  }

  async function stateOf(approval: Approval, revoked: ReadonlySet<string>): Promise<ListedApproval['state']> {
    if (revoked.has(approval.id)) return 'revoked';
    if (approval.scope === 'once' && (await exists(join(used, approval.id)))) return 'used';
    const isOver = approval.until !== undefined && Date.parse(approval.until) <= now();
    return isOver ? 'expired' : 'valid';
  }

  return {
    list,
    find: async (hash, { document, box }) => {
      const valid = (await list()).filter(
        (each) =>
          each.state === 'valid' && each.hash === hash && each.document === document && each.box === box,
      );
      return valid.find(({ scope }) => scope === 'project') ?? valid[0];
    },
    give: async (approval) => {
      const given = { id: approvalId(), by: userName(), ...approval };
      await file.append(given);
      return given;
    },
    consume: ({ id, scope }) =>
      scope === 'project' ? Promise.resolve(true) : storing('the approvals', used, () => mark(used, id)),
    revoke: (id) => file.append({ revoked: id, at: new Date(now()).toISOString() }),
    hasOld: async (document) => {
      const lines = await file.read();
      const of = lines.filter((each) => 'document' in each && each.document === document);
      return of.length > 0 && !of.some((each) => 'scope' in each);
    },
  };
}

/** Makes the mark of a used approval; only one process can. */
async function mark(folder: string, id: string): Promise<boolean> {
  makeFolders(folder);
  try {
    await (await open(join(folder, id), 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await file?.close();
  return file !== undefined;
}
