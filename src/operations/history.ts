import { z } from 'zod';
import { prunePasses } from '../journal/passes/prune-passes.ts';
import { passesFolder } from '../journal/passes/read-record.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { HistoryReport } from '../model/pass-record.ts';
import { readDocument } from './document/document.ts';
import { defineOperation } from './operation.ts';
import { passDetail } from './record/pass-detail.ts';
import { findPassRecord, passesOf } from './record/record-of.ts';
import { fileOption } from './session/session-flags.ts';

const input = z.object({
  id: z.string().optional().describe('one pass in detail').meta({ positional: true, placeholder: 'PASS' }),
  ...fileOption,
  prune: z.boolean().default(false).describe('remove the oldest passes beyond --keep'),
  keep: z.coerce
    .number()
    .int()
    .min(0)
    .default(200)
    .describe('passes that --prune keeps')
    .meta({ placeholder: 'N' }),
});

/** The passes that were recorded for a document, on every box, by people, agents and schedules. */
export const history = defineOperation({
  description:
    'Every pass is recorded in .runbook/passes/ next to the document: replay, verify, undo, and the attempts of agents. The\n' +
    'list shows when, what, on which box, who started it, how it ended and how long it took. The newest 200 passes are kept,\n' +
    'in at most 50 MB; at most a quarter of them are passes of verify.',
  examples: [
    'runbook history',
    'runbook history 2026-11-28T10-15-00-3f9a',
    'runbook history --prune --keep 20',
  ],
  input,
  run: async (context, flags): Promise<HistoryReport> => {
    const document = await readDocument(context.world.cwd, flags.file);
    const { folder } = document;
    if (flags.prune) {
      const pruned = await prunePasses(passesFolder(folder), { passes: flags.keep });
      return { file: flags.file, passes: await passesOf(document), pruned };
    }
    if (flags.id === undefined) return { file: flags.file, passes: await passesOf(document) };
    return { file: flags.file, passes: [], pass: passDetail(await findPassRecord(folder, flags.id)) };
  },
  exit: () => EXIT.done,
});
