import type { Runbook } from '../model/runbook.ts';
import type { Block } from './block.ts';
import { commentText } from './comment.ts';
import type { Source } from './source.ts';

/** How the engine's own comments begin. */
const CERTIFICATE = 'runbook:certificate ';

/**
 * The certificate of the last clean-box pass, if one was written:
 * `<!-- runbook:certificate sha256=… image=debian:bookworm date=2026-11-20 duration=42s -->`.
 */
export function readCertificate(source: Source, blocks: readonly Block[]): Pick<Runbook, 'certificate'> {
  for (const block of blocks) {
    const text = commentText(source, block);
    if (!text?.startsWith(CERTIFICATE)) continue;
    const pairs = [...text.matchAll(/(\w[\w-]*)=(?:"([^"]*)"|(\S+))/g)];
    const fields = Object.fromEntries(pairs.map(([, key = '', quoted, bare = '']) => [key, quoted ?? bare]));
    return { certificate: { span: block.span, fields } };
  }
  return {};
}
