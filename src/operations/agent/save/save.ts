import type { Learned } from '../../../markdown/record/learned.ts';
import { bodyHash, bodyOfStep } from '../attempt/body.ts';
import type { AgentContext } from '../tool.ts';
import type { SiteLayer } from '../working.ts';
import { documentedStep, type Workspace } from '../workspace.ts';
import { type Saving, savingOf } from './saving.ts';
import { whyNotTried } from './why-not-tried.ts';
import { type Writing, type Written, writeText } from './write-document.ts';

/** A save, and what it was made from. */
export interface Saved extends Written {
  readonly saving: Saving;
  /** Steps that a person edited since the agent revised them: nothing is written over that. */
  readonly conflicts: readonly string[];
}

/**
 * Folds, renders and writes. What the document contains then is settled in the journal. A second save changes nothing.
 */
export async function save(
  context: AgentContext,
  workspace: Workspace,
  also: Learned,
  writing: Writing & { readonly layer?: SiteLayer | undefined },
): Promise<Saved> {
  const saving = await savingOf(workspace, also, writing.layer);
  const conflicts = conflictsOf(workspace, saving);
  // A file that holds no more than its title would only look as if something were known.
  const nothing = saving.empty && !workspace.document.exists;
  if (nothing) return { written: false, diff: '', sha256: null, saving, conflicts };
  const untried = await untriedFix(workspace, saving);
  if (untried)
    return { written: false, diff: '', sha256: saving.sha256, saving, conflicts, refused: untried };
  const dryRun = writing.dryRun === true || conflicts.length > 0;
  const written = await writeText(context, saving.target, saving.text, { ...writing, dryRun });
  const isSaved = written.written || (!dryRun && written.refused === undefined);
  if (isSaved) await settle(workspace, saving);
  return { ...written, saving, conflicts };
}

/** The first Fix that a replay of the new text would not try on a clean box, and what to change. */
async function untriedFix(workspace: Workspace, { fold, problems }: Saving): Promise<string | undefined> {
  for (const folded of fold.problems) {
    const { id, verify = [] } = folded.problem;
    const entry = problems.find(({ note, fix }) => note?.from[0] === id && fix.length > 0);
    const found = entry && (await whyNotTried(workspace, folded, { symptom: entry.symptom, verify }));
    if (found)
      return `Nothing was written. ${found.message} Call problem_resolve for ${id} again. ${found.remedy}`;
  }
  return undefined;
}

/** What the document contains is not folded again. */
async function settle({ store }: Workspace, { fold: { settled } }: Saving): Promise<void> {
  const { attempts, problems } = settled;
  if (attempts.length + problems.length === 0) return;
  await store.append({ kind: 'saved', attempts: [...attempts], problems: [...problems] });
}

function conflictsOf(workspace: Workspace, { fold }: Saving): string[] {
  const bases = new Map(workspace.store.jobs.map((each) => [each.attempt, each.base]));
  return fold.steps.flatMap(({ step, kind, attempt, body }) => {
    const written = documentedStep(workspace, step);
    const base = bases.get(attempt);
    if (kind !== 'revised' || !written || base === undefined) return [];
    const now = bodyHash(bodyOfStep(written));
    return now === base || now === bodyHash(body) ? [] : [step];
  });
}
