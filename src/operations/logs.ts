import { z } from 'zod';
import { compileRegex } from '../base/regex.ts';
import { EXIT, runbookError } from '../model/diagnostic.ts';
import type { OutputReport } from '../model/pass-record.ts';
import { readDocument } from './document/document.ts';
import { refuseUnknownId } from './document/known-id.ts';
import { defineOperation } from './operation.ts';
import { followOutput } from './record/follow-output.ts';
import { outputOf } from './record/output-of.ts';
import { findPassRecord, passesOf } from './record/record-of.ts';
import { fileOption } from './session/session-flags.ts';

const input = z.object({
  step: z
    .string()
    .optional()
    .describe('this step alone (else all of the pass)')
    .meta({ positional: true, placeholder: 'STEP' }),
  pass: z.string().optional().describe('the pass (else the newest)').meta({ placeholder: 'PASS' }),
  ...fileOption,
  grep: z
    .string()
    .optional()
    .describe('only lines that match this regular expression')
    .meta({ placeholder: 'REGEX' }),
  follow: z.boolean().default(false).describe('print the output of a running pass as it comes'),
});

/** What the steps of a recorded pass printed. */
export const logs = defineOperation({
  description:
    'Prints what the fences of a pass wrote, masked, as it was recorded. Of a step that printed more than 1 MB the beginning and\n' +
    'the end are kept, and a line says how much is missing.',
  examples: [
    'runbook logs',
    'runbook logs start-caddy',
    'runbook logs --grep "error|warn"',
    'runbook logs --follow',
  ],
  input,
  run: async (context, { step, pass, file, grep, follow }): Promise<OutputReport> => {
    const document = await readDocument(context.world.cwd, file);
    const { folder } = document;
    const record = await findPassRecord(folder, pass, await passesOf(document));
    const recorded = record.lines.flatMap((line) => ('step' in line ? [line.step] : []));
    const planned = record.lines.flatMap((line) =>
      line.type === 'pass-started' ? line.steps.map(({ id }) => id) : [],
    );
    refuseUnknownId('step', step, record.head.file, [...new Set([...planned, ...recorded])]);
    const ofStep = step === undefined ? {} : { step };
    const wanted = { ...ofStep, ...(grep === undefined ? {} : { matches: await matcher(grep) }) };
    if (!follow) return { pass: record.head.id, ...ofStep, text: outputOf(record.lines, wanted) };
    await followOutput(context, { folder, head: record.head, wanted });
    return { pass: record.head.id, text: '' };
  },
  exit: () => EXIT.done,
});

async function matcher(pattern: string): Promise<(line: string) => boolean> {
  const compiled = await compileRegex(pattern, false);
  if ('regex' in compiled) return (line) => compiled.regex.test(line);
  throw runbookError(
    {
      code: 'bad-flag',
      message: `--grep must be a regular expression, got "${pattern}": ${compiled.problem}.`,
      remedy: 'See https://github.com/google/re2/wiki/Syntax, or quote special characters with a backslash.',
    },
    EXIT.usage,
  );
}
