import { z } from 'zod';
import { EXIT, type ExitCode } from '../model/diagnostic.ts';
import type { ProveReport } from '../model/report.ts';
import { defineOperation } from './operation.ts';
import { proveDocument } from './prove/prove-document.ts';
import { fileFlag, inputFlags } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  ...inputFlags,
  yes: z
    .boolean()
    .default(false)
    .describe('approve this one run of what the document says, and its secrets for the clean box'),
  keep: z
    .boolean()
    .default(false)
    .describe('where it fails, keep the box for a look (prune removes it after a day)'),
});

/** What makes a runbook more than a recollection: it worked on a box that nobody had touched. */
export const prove = defineOperation({
  name: 'prove',
  summary: 'replay on a clean box, twice, and write the certificate',
  description:
    'Launches a box of the image that the front matter declares, makes one pass on it with no question asked, asks every check,\n' +
    'and makes the pass again: nothing may be left to do. Fails too where a Verify passed before its step first acted, since it\n' +
    'tells nothing then. A success is written into the document as one comment; lint says when that has become stale.',
  examples: ['runbook prove AUTODOCK.md', 'runbook prove AUTODOCK.md --yes --keep'],
  effect: 'act',
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
