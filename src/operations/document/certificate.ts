import { createHash } from 'node:crypto';
import { certificateHash } from '../../plan/hash.ts';
import type { OpenedDocument } from './document.ts';
import { readVendoredFile } from './vendored-file.ts';

/** The hash of what a clean-box pass of this document proves, files beside it that its fences name included. */
export async function certificateHashOf({
  runbook,
  source,
  folder,
}: Pick<OpenedDocument, 'runbook' | 'source' | 'folder'>): Promise<string> {
  const named = runbook.steps.flatMap(({ actions, undo }) =>
    [...actions, ...undo].flatMap((action) => ('from' in action && action.from ? [action.from] : [])),
  );
  const vendored = await Promise.all(
    [...new Set(named)].sort().map(async (path) => [path, await contentHash(folder, path)] as const),
  );
  return certificateHash(runbook, source.text, vendored);
}

/** A file that is not there has a hash of its own: the day it comes or goes, the proof is stale. */
async function contentHash(folder: string, path: string): Promise<string> {
  const content = await readVendoredFile(folder, path, { mayBeOutside: true }).catch(() => undefined);
  return content ? createHash('sha256').update(content).digest('hex') : 'missing';
}
