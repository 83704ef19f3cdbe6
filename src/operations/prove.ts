import { z } from 'zod';
import { EXIT, type ExitCode } from '../model/diagnostic.ts';
import type { ProveReport } from '../model/reports/report.ts';
import { defineOperation } from './operation.ts';
import { proveDocument } from './prove/prove-document.ts';
import { fileFlag, inputFlags } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  ...inputFlags,
  yes: z
    .boolean()
    .default(false)
    .describe('approve this one run of the document, and its secrets for the clean box'),
  keep: z.boolean().default(false).describe('keep the box if a pass fails (prune removes it after a day)'),
});

/** Shows that a runbook works on a box that no one has touched. */
export const prove = defineOperation({
  description:
    'Launches a box of the image declared in the front matter, runs one pass without questions, runs every check,\n' +
    'and runs the pass again, which must have nothing to do. Also fails if a Verify passes before its step has acted, because\n' +
    'it then does not test the step. A success is written into the document as one comment; lint reports when it is stale.',
  examples: ['runbook prove AUTODOCK.md', 'runbook prove AUTODOCK.md --yes --keep'],
  input,
  run: (context, flags): Promise<ProveReport> => proveDocument(context, flags),
  exit: ({ outcome }) => exits[outcome],
});

const exits: Readonly<Record<ProveReport['outcome'], ExitCode>> = {
  proven: EXIT.done,
  failed: EXIT.failed,
  person: EXIT.person,
  aborted: EXIT.interrupted,
};
