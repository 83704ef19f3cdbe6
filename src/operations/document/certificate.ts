import { createHash } from 'node:crypto';
import { certificateHash } from '../../plan/hash.ts';
import type { OpenedDocument } from './opened-document.ts';
import { readVendoredFile } from './vendored-file.ts';

/** The hash of what a clean-box pass of this document proves, including files that its fences refer to. */
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

/** A missing file has its own hash, so the certificate becomes stale when it appears or disappears. */
async function contentHash(folder: string, path: string): Promise<string> {
  const content = await readVendoredFile(folder, path, { mayBeOutside: true }).catch(() => undefined);
  return content ? createHash('sha256').update(content).digest('hex') : 'missing';
}
