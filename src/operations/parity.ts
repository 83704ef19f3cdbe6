import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { EXIT, runbookError } from '../model/diagnostic.ts';
import type { ParityReport } from '../model/reports/parity.ts';
import { defineOperation } from './operation.ts';
import { compareTargets } from './parity/compare-targets.ts';
import { parityPage } from './parity/page.ts';
import { prepare } from './session/session.ts';
import { inputFlags } from './session/session-flags.ts';

const box = z.string().describe('a launched box, ssh://[user@]host[:port], container:NAME, or local');

const input = z.object({
  a: box.meta({ positional: true, placeholder: 'A' }),
  b: box.meta({ positional: true, placeholder: 'B' }),
  document: z
    .string()
    .optional()
    .describe('the runbook: also compares the files it writes, its facts, checks and endpoints')
    .meta({ positional: true, placeholder: 'FILE' }),
  expect: z
    .array(z.string())
    .default([])
    .describe('an expected difference: FIRST=SECOND, or SCOPE:PATTERN')
    .meta({ placeholder: 'RULE', repeat: true }),
  html: z
    .string()
    .optional()
    .describe('write the two boxes side by side as one HTML page')
    .meta({ placeholder: 'FILE' }),
  ...inputFlags,
  yes: z.boolean().default(false).describe('approve the shell checks and fact commands for this one run'),
});

/** Whether two boxes are equal. */
export const parity = defineOperation({
  description:
    'Measures packages, services, listeners and users of both boxes and changes neither. With FILE, also compares the\n' +
    'files that the runbook writes (by keyed hash), its facts, checks and endpoints. What could not be measured on both boxes is\n' +
    'never equal. Declare expected differences with --expect, or in the front matter under parity.expect.',
  examples: [
    'runbook parity argo-dev argo-test AUTODOCK.md --expect argo-dev=argo-test',
    'runbook parity local container:web --html parity.html',
    "runbook parity ssh://a ssh://b --expect 'packages:linux-image-*'",
  ],
  input,
  run: async (context, flags): Promise<ParityReport> => {
    const prepared =
      flags.document === undefined
        ? undefined
        : await prepare(context, { file: flags.document, loose: false });
    const { report, rows } = await compareTargets(context, flags, prepared);
    if (flags.html === undefined) return report;
    const path = resolve(context.world.cwd, flags.html);
    await writePage(path, parityPage(report, rows));
    return { ...report, html: path };
  },
  exit: ({ verdict }) => (verdict === 'equal' ? EXIT.done : EXIT.different),
});

async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `--html: ${path} could not be written (${code}).`;
    const remedy = 'Use a file in an existing folder with write permission.';
    throw runbookError({ code: 'unwritable-page', message, remedy }, EXIT.usage);
  }
}
