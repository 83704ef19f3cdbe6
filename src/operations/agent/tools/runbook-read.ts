import { createPatch } from 'diff';
import { z } from 'zod';
import { usageError } from '../../../model/diagnostic.ts';
import { unknownStep } from '../attempt/target.ts';
import { currentState, Now } from '../now.ts';
import { type Saving, savingOf } from '../save/saving.ts';
import { defineTool } from '../tool.ts';
import { documentedStep, draftedBody, openWorkspace, type Workspace } from '../workspace.ts';

/** Entries of a list in one answer; the rest by cursor. */
const PAGE = 30;

/** An entry of a list: a step (outline), a problem or a decision. */
const Entry = z.object({
  title: z.string(),
  id: z.string().optional(),
  kind: z.string().optional(),
  checks: z.number().optional(),
  for: z.string().optional(),
  symptom: z.string().optional(),
  why: z.string().optional(),
  fix: z.string().optional(),
  alternatives: z.string().optional(),
  date: z.string().optional(),
});

/** All that an agent needs that has just begun, or has lost its memory. */
export const runbookRead = defineTool({
  dotted: 'runbook.read',
  title: 'Read the runbook and the current state',
  description:
    'Call this first, and after every restart or compaction (runbook.read). now says what is running, waits for approval, is unsolved or unsaved, and what to do next. view: outline (default), step (with step: id), problems, decisions, or diff (what env_save would write). exists is false where there is no file yet: env_save creates it.',
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  input: z.object({
    view: z.enum(['outline', 'step', 'problems', 'decisions', 'diff']).default('outline'),
    step: z.string().max(200).optional(),
    cursor: z.string().max(20).optional().describe('from an earlier answer'),
  }),
  output: z.object({
    now: Now,
    file: z.string(),
    exists: z.boolean(),
    name: z.string(),
    sha256: z.string().nullable(),
    entries: z.array(Entry),
    text: z.string().optional(),
    next_cursor: z.string().optional(),
  }),
  budget: 16_000,
  run: async (context, { view, step, cursor }) => {
    const workspace = await openWorkspace(context);
    const saving = await savingOf(workspace);
    const { document } = workspace;
    const shown = viewed(workspace, saving, step !== undefined ? 'step' : view, step);
    const from = Number.parseInt(cursor ?? '0', 10) || 0;
    const entries = (shown.entries ?? []).slice(from, from + PAGE);
    const more = from + PAGE < (shown.entries?.length ?? 0);
    return {
      now: await currentState(context.world, workspace, saving),
      file: document.file,
      exists: document.exists,
      name: document.runbook.name,
      sha256: saving.sha256,
      entries,
      ...(shown.text === undefined ? {} : { text: shown.text }),
      ...(more ? { next_cursor: String(from + PAGE) } : {}),
    };
  },
});

interface Viewed {
  readonly entries?: readonly z.infer<typeof Entry>[];
  readonly text?: string;
}

function viewed(workspace: Workspace, saving: Saving, view: string, step: string | undefined): Viewed {
  const { runbook } = workspace.document;
  switch (view) {
    case 'step':
      return stepView(workspace, step);
    case 'problems':
      return {
        entries: runbook.steps
          .filter(({ kind }) => kind === 'problem')
          .map((each) => ({
            ...{ id: each.id, title: each.title, for: each.for, symptom: each.symptomText, why: each.why },
            fix: each.actions.map(({ text }) => text.trimEnd()).join('\n') || each.fixText,
          })),
      };
    case 'decisions':
      return {
        entries: runbook.decisions.map(({ title, why, alternatives, date }) => ({
          ...{ title, why, alternatives, date },
        })),
      };
    case 'diff':
      return { text: createPatch(saving.target.file, saving.target.source.text, saving.text) };
    default:
      return {
        entries: runbook.steps.map((each) => ({
          ...{ id: each.id, title: each.title, kind: each.kind },
          checks: each.verify.length,
          ...(each.for === undefined ? {} : { for: each.for }),
        })),
      };
  }
}

function stepView(workspace: Workspace, id: string | undefined): Viewed {
  if (id === undefined) throw usageError('no-step', 'The view step needs a step.', 'Give step: its id.');
  const written = documentedStep(workspace, id);
  if (written) {
    const { span } = written;
    return { text: workspace.document.source.text.slice(span.start, span.end).trimEnd() };
  }
  const body = draftedBody(workspace, id);
  if (!body) throw unknownStep(workspace, id);
  return { text: JSON.stringify(body, undefined, 2) };
}
