import { z } from 'zod';
import { LineFile } from './line-file.ts';

/** A person's permission to pass a secret to a remote box. */
const Grant = z.object({
  /** The secret's name in the runbook; never its value. */
  secret: z.string(),
  /** The box's identity: a container's id, the id of an ssh host, or `prove` for the boxes of that verb. */
  box: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** How it was given: `terminal`, `command`, `elicitation`. */
  how: z.string(),
});
export type SecretGrant = z.infer<typeof Grant>;

/** The person's grants, outside every project: a document may request them, but not bring them. */
export interface Grants {
  /** Names of the secrets that this box may have. @throws RunbookError 3 if others may write the file */
  grantedTo(box: string): Promise<ReadonlySet<string>>;
  grant(grant: SecretGrant): Promise<void>;
}

/** Opens the grants in the person's state folder; reads nothing yet. */
export function openGrants(stateFolder: string): Grants {
  const file = new LineFile(stateFolder, 'grants', Grant);
  return {
    grantedTo: async (box) =>
      new Set((await file.read()).filter((each) => each.box === box).map(({ secret }) => secret)),
    grant: (grant) => file.append(grant),
  };
}
