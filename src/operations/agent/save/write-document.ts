import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createPatch } from 'diff';
import { draftOf, removeLeftDrafts } from '../../../journal/draft.ts';
import { parseRunbook } from '../../../markdown/parse.ts';
import { type DocumentText, sourceOf } from '../../../markdown/source.ts';
import { EXIT, runbookError } from '../../../model/diagnostic.ts';
import { buildPlan } from '../../../plan/build.ts';
import { refuseErrors, writeDocument } from '../../document/document.ts';
import { resolveSession } from '../../session/session.ts';
import type { AgentContext } from '../tool.ts';
import type { AgentDocument } from '../working.ts';
import { withoutOutput } from '../workspace.ts';
import { sha256 } from './saving.ts';

/** What came of writing. */
export interface Written {
  readonly written: boolean;
  /** Unified diff to the file as it was. */
  readonly diff: string;
  /** Of the current file; null if it does not exist. */
  readonly sha256: string | null;
  /** Why nothing was written, though there was something to write. */
  readonly refused?: string;
}

/** What the caller says of the file, and whether it is only to be shown. */
export interface Writing {
  /** null: the file must not exist yet; undefined: whatever it is, since the new text was made from it just now. */
  readonly expected?: string | null | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Writes the document atomically, or returns what it would write.
 * @throws RunbookError 65 if it would contain a secret's value, 3 if it was edited meanwhile
 */
export async function writeText(
  context: Pick<AgentContext, 'world' | 'signal' | 'trust'>,
  document: AgentDocument,
  text: string,
  { expected, dryRun = false }: Writing,
): Promise<Written> {
  const { source, exists, file } = document;
  const now = exists ? sha256(source.text) : null;
  const diff = createPatch(file, exists ? source.text : '', text, '', '');
  if (text === source.text && exists) return { written: false, diff: '', sha256: now };
  if (expected !== undefined && expected !== now) {
    const refused =
      'The file is not the one that expected_sha256 names: look at the diff, then save again with the sha256 of this answer.';
    return { written: false, diff, sha256: now, refused };
  }
  await refuseBad(context, document, text);
  if (dryRun) return { written: false, diff, sha256: now };
  if (exists) await writeDocument(document, text);
  else await createDocument(document, text);
  return { written: true, diff, sha256: sha256(text) };
}

/** What is written must read as it was meant, and hold no secret's value in any form. */
async function refuseBad(
  context: Pick<AgentContext, 'world' | 'signal' | 'trust'>,
  document: AgentDocument,
  text: string,
): Promise<void> {
  const { source, runbook } = document.reread?.(text) ?? parsed(sourceOf(text, document.file));
  refuseErrors(runbook.diagnostics, EXIT.document);
  const { exists: _, reread: __, ...opened } = document;
  const prepared = {
    document: { ...opened, source, runbook },
    runbook,
    plan: buildPlan(runbook),
    others: [],
  };
  await resolveSession(withoutOutput(context), prepared, { input: {} });
}

function parsed(source: DocumentText) {
  return { source, runbook: parseRunbook(source) };
}

/** Atomically, and only if the file does not exist: a link cannot replace a file that was created meanwhile. */
async function createDocument({ path, file }: AgentDocument, text: string): Promise<void> {
  await removeLeftDrafts(path);
  const draft = draftOf(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(draft, 'wx', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message =
      code === 'EEXIST'
        ? `${file} was created by another process in the meantime.`
        : `${file} could not be written (${code}).`;
    const remedy =
      code === 'EEXIST'
        ? 'Save again; the file is read again first.'
        : 'Check the permissions and the free space of its folder.';
    throw runbookError({ code: 'unwritable-document', message, remedy }, EXIT.person);
  } finally {
    await rm(draft, { force: true });
  }
}
