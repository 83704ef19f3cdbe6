import { join, resolve } from 'node:path';
import { z } from 'zod';
import { EXPORTERS } from '../export/all.ts';
import { lossesText } from '../export/losses-text.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { ExportReport } from '../model/reports/export-report.ts';
import { exportSource } from './export/export-source.ts';
import { writeExport } from './export/write-export.ts';
import { defineOperation } from './operation.ts';
import { prepare } from './session/session.ts';
import { fileFlag } from './session/session-flags.ts';

const formats = Object.keys(EXPORTERS) as (keyof typeof EXPORTERS)[];

const input = z.object({
  format: z.enum(formats).describe('what to write').meta({ positional: true, placeholder: 'FORMAT' }),
  ...fileFlag,
  output: z
    .string()
    .optional()
    .describe('the folder to write; default: export/FORMAT')
    .meta({ flag: 'out', short: 'o', placeholder: 'DIR' }),
  allowPartial: z.boolean().default(false).describe('exit with 0 although the format cannot say everything'),
});

/** Writes the document in another format. */
export const exportDocument = defineOperation({
  description: [
    'Writes a folder of files. What the format cannot say is listed with its place, also in NOT-EXPORTED.md, and the exit code is 2.',
    'A file that you changed there is never overwritten. Runs nothing, and writes no secret.',
    '',
    'Formats:',
    ...Object.entries(EXPORTERS).map(([name, { summary }]) => `\n- ${name}: ${summary}`),
  ].join('\n'),
  examples: ['runbook export shell', 'runbook export helm AUTODOCK.md -o chart --allow-partial'],
  input,
  run: async (context, flags): Promise<ExportReport> => {
    const prepared = await prepare(context, { file: flags.file, loose: false });
    const exporter = await EXPORTERS[flags.format].load();
    const { files, losses } = exporter(await exportSource(prepared));
    const folder = flags.output ?? join('export', flags.format);
    const all = [...files, ...lossesText(losses)];
    return {
      file: flags.file,
      format: flags.format,
      folder,
      files: await writeExport(resolve(context.world.cwd, folder), flags.format, all),
      losses,
      partialAllowed: flags.allowPartial,
    };
  },
  exit: ({ losses, partialAllowed }) => (losses.length > 0 && !partialAllowed ? EXIT.different : EXIT.done),
});
