import { createHash } from 'node:crypto';
import type { Fold } from '../../../loop/fold.ts';
import type { LoopState } from '../../../loop/loop.ts';
import type { Learned, LearnedProblem } from '../../../markdown/record/learned.ts';
import { recordLearned } from '../../../markdown/record/record.ts';
import type { Snapshot } from '../../../model/facts/snapshot.ts';
import { unaccountedSince } from '../watch.ts';
import { type AgentDocument, type SiteLayer, writtenDocument } from '../working.ts';
import type { Workspace } from '../workspace.ts';
import { foldLoop } from './fold-loop.ts';
import { learnedAtSite } from './learned-at-site.ts';
import { learnedOf } from './learned-of.ts';

/** What a save would write now. */
export interface Saving {
  readonly fold: Fold;
  /** The file that is written: the document, or one of the two of a site. */
  readonly target: AgentDocument;
  /** That file afterwards. */
  readonly text: string;
  /** Whether it differs from the document. */
  readonly changes: boolean;
  /** There is nothing to say: no step is proven, no problem solved, nothing was added. */
  readonly empty: boolean;
  /** The problems as they would be written. */
  readonly problems: readonly LearnedProblem[];
  /** Of the current file; null if it does not exist. */
  readonly sha256: string | null;
}

/** Folds the unsaved work and renders it; nothing is written. `also`: what the caller adds. */
export async function savingOf(
  workspace: Workspace,
  also: Learned = {},
  layer: SiteLayer = 'site',
): Promise<Saving> {
  const { document, store } = workspace;
  const last = await store.snapshot(store.of('snapshot').at(-1)?.snapshot);
  const isUsual = Object.keys(also).length === 0 && layer === 'site';
  const known = nothingAdded.get(store.loop);
  if (isUsual && known?.document === document && known.last === last?.id) return known.saving;
  const saving = await folded(workspace, last, { also, layer });
  if (isUsual) nothingAdded.set(store.loop, { document, last: last?.id, saving });
  return saving;
}

/** The answer for the same work, document and look at the box: every call of runbook_read asks for it. */
const nothingAdded = new WeakMap<
  LoopState,
  { document: unknown; last: string | undefined; saving: Saving }
>();

async function folded(
  workspace: Workspace,
  last: Snapshot | undefined,
  { also, layer }: { readonly also: Learned; readonly layer: SiteLayer },
): Promise<Saving> {
  const { document, store, box } = workspace;
  const { runbook } = document;
  const target = writtenDocument(document, layer);
  const { source, exists } = target;
  const strange = (await unaccountedSince(store, last)).map(
    (each) => `${each.scope} ${each.kind} ${each.subject}`,
  );
  const fold = foldLoop(store.loop, box.id, runbook, strange);
  const learned = { ...learnedOf(workspace, fold), ...also };
  const inSite = document.site && layer === 'site' ? learnedAtSite(document, target, learned) : learned;
  const text = recordLearned(source, target.runbook, inSite);
  const empty = Object.values(learned).every((entries) => entries.length === 0);
  return {
    ...{ fold, target, text, empty, problems: learned.problems ?? [] },
    changes: text !== source.text && !(empty && !exists),
    sha256: exists ? sha256(source.text) : null,
  };
}

/** Of the file's bytes: the text is decoded UTF-8 with nothing lost. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
