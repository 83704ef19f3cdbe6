import { z } from 'zod';
import { matchSymptom } from '../../../judge/symptom.ts';
import type { Attempt } from '../../../loop/attempt.ts';
import { lastErrorLine, normalErrorLine } from '../../../loop/error-line.ts';
import { usageError } from '../../../model/diagnostic.ts';
import { FixRow } from '../answer-rows.ts';
import { defineTool } from '../tool.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { findJob, logTail } from './job-read.ts';

/** Recorded problems that match an error text or a job's output. */
export const findFix = defineTool({
  dotted: 'find.fix',
  title: 'Look for a known fix',
  description:
    'Recorded problems that match an error text or the output of a job (find.fix), each with its Why and Fix: those of the document by their Symptom, then those of this box by the same error line. Changes nothing.',
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  input: z.object({
    text: z.string().max(100_000).optional().describe('an error, as printed; or the code of a finding'),
    job: z.string().max(100).optional(),
    limit: z.int().min(1).max(20).default(3),
  }),
  output: z.object({ fixes: z.array(FixRow), searched: z.string(), next: z.string() }),
  run: async (context, { text, job, limit }) => {
    const workspace = await openWorkspace(context);
    const searched =
      text ?? (job === undefined ? undefined : await logTail(workspace, findJob(workspace, job).job));
    if (searched === undefined)
      throw usageError(
        'nothing-to-find',
        'Neither text nor job was given.',
        'Give the error text, or a job.',
      );
    const fixes = [...(await written(workspace, searched)), ...remembered(workspace, searched)].slice(
      0,
      limit,
    );
    return {
      fixes,
      searched: lastErrorLine(searched).slice(0, 300),
      next:
        fixes.length > 0
          ? 'Read the Why first: a fix for another cause does harm.'
          : 'Nothing recorded matches: env_observe.',
    };
  },
});

async function written({ document }: Workspace, text: string): Promise<FixRow[]> {
  const found: FixRow[] = [];
  for (const problem of document.runbook.steps.filter(({ kind }) => kind === 'problem')) {
    const matches = await Promise.all(problem.symptoms.map((each) => matchSymptom(each, text)));
    if (!matches.includes(true)) continue;
    const fix = problem.actions.map((each) => each.text.trimEnd()).join('\n') || problem.fixText;
    found.push({
      problem: problem.id,
      title: problem.title,
      for: problem.for,
      why: problem.why,
      fix,
      from: 'document',
    });
  }
  return found;
}

/**
 * Solved on this box: with the same error but for numbers and times, or with a finding of the code that is asked for
 * (`image-credentials`).
 */
function remembered({ store }: Workspace, text: string): FixRow[] {
  const { problems, attempts } = store.loop;
  const line = normalErrorLine(text);
  const code = /^[a-z][a-z0-9-]{3,60}$/.exec(text.trim())?.[0];
  const fits = ({ outputTail, findings }: Attempt): boolean =>
    (line !== '' && normalErrorLine(outputTail) === line) || findings.some((each) => each.code === code);
  return problems
    .filter(({ state }) => state === 'resolved' || state === 'cleared')
    .filter(({ failures }) => attempts.some((each) => failures.includes(each.attempt) && fits(each)))
    .map(({ id, title, why, fix, clearedBy }) => ({
      problem: id,
      title,
      why,
      attempts: fix ? [...fix] : clearedBy === undefined ? [] : [clearedBy],
      from: 'this box',
    }));
}
