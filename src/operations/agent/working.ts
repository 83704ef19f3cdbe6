import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseRunbook } from '../../markdown/parse.ts';
import type { LearnedStep } from '../../markdown/record/learned.ts';
import { recordLearned } from '../../markdown/record/record.ts';
import { sourceOf } from '../../markdown/source.ts';
import { EXIT, RunbookError, usageError } from '../../model/diagnostic.ts';
import { buildPlan } from '../../plan/build.ts';
import type { World } from '../../world.ts';
import { isCredentialStore } from '../confine/credential-stores.ts';
import { readDocument, refuseErrors } from '../document/document.ts';
import { layersOf, type OpenedDocument } from '../document/opened-document.ts';
import { withLayerText } from '../document/site-document.ts';
import type { Prepared } from '../session/session.ts';

/** The document as it is, or the beginning of one that does not exist yet. */
export interface AgentDocument extends OpenedDocument {
  readonly exists: boolean;
  /** What every verb would see if this file had another text. Absent: that text alone. */
  readonly reread?: (text: string) => Pick<OpenedDocument, 'source' | 'runbook'>;
}

/** Which document of a site a save changes. */
export type SiteLayer = 'site' | 'base';

/** The file that a save changes: for a site its own document or its base, each read alone. */
export function writtenDocument(document: AgentDocument, layer: SiteLayer): AgentDocument {
  const { site } = document;
  if (!site) return document;
  if (layer === 'site')
    return { ...site.own, exists: true, reread: (text) => withLayerText(site, 'own', text) };
  const base = { ...site.base, exists: true };
  return base.site
    ? writtenDocument(base, 'site')
    : { ...base, reread: (text) => withLayerText(site, 'base', text) };
}

/**
 * Reads the server's document. One that does not exist reads as an empty runbook in its folder.
 * @throws RunbookError 65 for a document with errors: the existing content must be valid before anything is added.
 */
export async function readAgentDocument(world: World, file: string): Promise<AgentDocument> {
  const path = resolve(world.cwd, file);
  const found = await stat(path).catch(() => undefined);
  if (!found) return await freshDocument(path, file);
  await refuseCredentialStore(path, file);
  const document = { ...(await readDocument(world.cwd, file)), exists: true };
  const [, ...bases] = layersOf(document);
  for (const base of bases) await refuseCredentialStore(base.path, base.file);
  refuseErrors(document.runbook.diagnostics, EXIT.document);
  return document;
}

/** @throws RunbookError 64 for a document that is a link to a store of credentials: its text would reach the agent */
export async function refuseCredentialStore(path: string, file: string): Promise<void> {
  if (!isCredentialStore(await realpath(path))) return;
  throw usageError(
    'credentials-as-document',
    `${file} is a link to a file that may contain credentials, so it is not read for an agent.`,
    'Replace the link with a document.',
  );
}

async function freshDocument(path: string, file: string): Promise<AgentDocument> {
  const folder = await realpath(dirname(path));
  const name = basename(folder).replace(/[^\p{L}\p{N} ._-]/gu, '') || 'box';
  const text = `---\nrunbook: 1\nname: ${/^[A-Za-z][\w-]*$/.test(name) ? name : JSON.stringify(name)}\n---\n\n# ${name}\n`;
  const source = sourceOf(text, file);
  const runbook = parseRunbook(source);
  return { source, runbook, file, path: join(folder, basename(path)), folder, exists: false };
}

/**
 * The document with steps in it that are not saved yet, as a pass can walk it: what runs is what will be written.
 * @throws RunbookError 64 with what is wrong in a draft
 */
export function withSteps(document: AgentDocument, steps: readonly LearnedStep[]): Prepared {
  const text =
    steps.length === 0 ? document.source.text : recordLearned(document.source, document.runbook, { steps });
  const source = sourceOf(text, document.file);
  const runbook = parseRunbook(source);
  const plan = buildPlan(runbook);
  const errors = [...runbook.diagnostics, ...plan.diagnostics].filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    // Places refer to a text that no person has seen.
    throw new RunbookError(
      errors.map(({ place: _, ...each }) => each),
      EXIT.usage,
    );
  }
  const { exists: _, ...opened } = document;
  return { document: { ...opened, source, runbook }, runbook, plan, others: [] };
}
