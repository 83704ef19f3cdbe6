import { z } from 'zod';
import type { Input } from '../../model/runbook.ts';
import { LineFile } from './line-file.ts';

/** A declaration of an input that a person approved: what it is called, whether it is a secret, which command gives it. */
const Declaration = z.object({
  /** The document's real path. */
  document: z.string(),
  name: z.string(),
  kind: z.enum(['variable', 'secret']),
  command: z.string().optional(),
});

/** The approved declarations, in the person's state folder, so that no document can bring its own. */
export interface Declarations {
  /** Whether a declaration of this document was approved exactly as it is now. */
  approvedFor(document: string): Promise<(input: Pick<Input, 'name' | 'kind' | 'command'>) => boolean>;
  /** Notes the declarations of a document that a person approved. */
  remember(document: string, inputs: readonly Input[]): Promise<void>;
}

/** Opens the declarations in the person's state folder. Every method may throw RunbookError 3, as `LineFile` says. */
export function openDeclarations(stateFolder: string): Declarations {
  const file = new LineFile(stateFolder, 'declarations', Declaration);
  const approvedFor: Declarations['approvedFor'] = async (document) => {
    const known = (await file.read()).filter((each) => each.document === document);
    return ({ name, kind, command }) => {
      // The last word on a name counts: a variable that became a secret is a secret.
      const last = known.findLast((each) => each.name === name);
      return last?.kind === kind && last.command === command;
    };
  };
  return {
    approvedFor,
    remember: async (document, inputs) => {
      const isKnown = await approvedFor(document);
      for (const input of inputs.filter((each) => !isKnown(each))) {
        const { name, kind, command } = input;
        await file.append({ document, name, kind, ...(command === undefined ? {} : { command }) });
      }
    },
  };
}
