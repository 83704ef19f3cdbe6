import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { pattern } from './words.ts';

const folder = fileURLToPath(new URL('cases/', import.meta.url));

const Case = z.strictObject({
  /** What goes wrong, for people. */
  title: z.string(),
  /** Documentation or bug thread that describes this failure. */
  source: z.string(),
  /** Programs without which the case is skipped, loudly. */
  needs: z.array(z.string()).default([]),
  /** Runs as root in the sandbox before the server starts; the functions of lib.sh are there. */
  setup: z.string().default(''),
  /** Who runs the server and the step. */
  user: z.enum(['root', 'app']).default('root'),
  /** Title of the step, which must not give the cause away. */
  step: z.string().default('Bring it up'),
  run: z.string(),
  verify: z.array(z.string()).min(1),
  /** The cause in a sentence, for people. */
  truth: z.string(),
  /** Every one of these must match the first finding. `{word}` means the synonyms in words.ts. */
  must: z.array(z.string()).min(1),
  /** Each of these makes the first finding false. */
  false_if: z.array(z.string()).default([]),
  /** A script that proves the truth after the failure; `said TEXT` looks in the output and in new logs (an ERE). */
  proof: z.string(),
  /** A program printed an error: on its output, or in a log that the step names. */
  printed: z.boolean(),
});

/** A failure that can be made to happen, and what is true about it. */
export interface FailureCase extends z.infer<typeof Case> {
  readonly name: string;
  /** The first word of the name. */
  readonly family: string;
}

/** All cases, one file each, sorted by name. */
export function readCases(): FailureCase[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => {
    const name = file.slice(0, -'.yaml'.length);
    const given = Case.safeParse(parse(readFileSync(`${folder}${file}`, 'utf8')));
    if (!given.success) throw new Error(`${file}: ${z.prettifyError(given.error)}`);
    for (const text of [...given.data.must, ...given.data.false_if]) pattern(text);
    return { name, family: name.split('-')[0]!, ...given.data };
  });
}
