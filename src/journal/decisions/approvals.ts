import { z } from 'zod';
import { userName } from '../user-name.ts';
import { LineFile } from './line-file.ts';

/** A person's approval of this content. */
const Approval = z.object({
  /** plan/hash `approvalHash`: everything that executes or judges. */
  hash: z.string(),
  /** The document's real path, to show what changed since; only the hash decides. */
  document: z.string(),
  /** How it was given: `terminal`, `command`, `elicitation`. */
  how: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Who approved; the user of this process if absent. */
  by: z.string().optional(),
});
export type Approval = z.infer<typeof Approval>;

/** The person's approvals, outside every project, so that a document cannot bring its own. */
export interface Approvals {
  isApproved(hash: string): Promise<boolean>;
  approve(approval: Approval): Promise<void>;
  /** The last approval of a document, whatever its content was. */
  lastApproved(document: string): Promise<Approval | undefined>;
}

/**
 * Opens the approvals in the person's state folder (state-folders `personStateFolder`); reads nothing yet.
 * Every method may throw RunbookError 3: others may write the file, or it cannot be read or written.
 */
export function openApprovals(stateFolder: string): Approvals {
  const file = new LineFile(stateFolder, 'approvals', Approval);
  return {
    isApproved: async (hash) => (await file.read()).some((each) => each.hash === hash),
    lastApproved: async (document) => (await file.read()).findLast((each) => each.document === document),
    approve: (approval) => file.append({ by: userName(), ...approval }),
  };
}
