import { z } from 'zod';
import { userName } from '../user-name.ts';
import { LineFile } from './line-file.ts';

/** A person's word that this content may run. */
const Approval = z.object({
  /** plan/hash `approvalHash`: everything that executes or judges. */
  hash: z.string(),
  /** The document's real path, for telling what changed since; the hash alone decides. */
  document: z.string(),
  /** How it was given: `terminal`, `command`, `elicitation`. */
  how: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Who; the user of this process where it is not said. */
  by: z.string().optional(),
});
export type Approval = z.infer<typeof Approval>;

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
  const file = new LineFile(stateFolder, 'approvals', Approval);
  return {
    isApproved: async (hash) => (await file.read()).some((each) => each.hash === hash),
    lastApproved: async (document) => (await file.read()).findLast((each) => each.document === document),
    approve: (approval) => file.append({ by: userName(), ...approval }),
  };
}
