import { resolve } from 'node:path';
import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import type { PageReport } from '../model/page.ts';
import { defineOperation } from './operation.ts';
import { writePage } from './page/write-page.ts';
import { boxFlag, fileFlag } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  ...boxFlag,
  output: z
    .string()
    .default('page.html')
    .describe('the file to write')
    .meta({ flag: 'out', short: 'o', placeholder: 'FILE' }),
});

/** The document as a web page, with what is known about each step. */
export const page = defineOperation({
  description:
    'Writes one HTML file that needs no network and no script. It shows the document as written, the state of each step, the\n' +
    'checks and output of its last pass, what each fence does, the order of the steps, and a timeline of the last pass.\n' +
    'Reads the journal and the recorded passes; nothing is measured on the box.',
  examples: ['runbook page', 'runbook page AUTODOCK.md --out site/index.html'],
  input,
  run: async (context, flags): Promise<PageReport> => {
    const target = resolve(context.world.cwd, flags.output);
    const bytes = await writePage(context, flags, { path: target, mode: 0o644 });
    return { file: flags.file, page: target, bytes };
  },
  exit: () => EXIT.done,
});
