import type { Runbook } from '../../model/runbook.ts';
import type { Block } from '../commonmark/block.ts';
import { commentText } from '../commonmark/comment.ts';
import type { DocumentText } from '../source.ts';
import { splice } from './splice.ts';

/** The start of the engine's certificate comment. */
const CERTIFICATE = 'runbook:certificate ';

/**
 * The certificate of the last pass on a clean box, if any: `<!-- runbook:certificate sha256=… image=debian:bookworm
 * date=2026-11-20 duration=42s -->`.
 */
export function readCertificate(
  source: DocumentText,
  blocks: readonly Block[],
): Pick<Runbook, 'certificate'> {
  for (const block of blocks) {
    const text = commentText(source, block);
    if (!text?.startsWith(CERTIFICATE)) continue;
    const pairs = [...text.matchAll(/(\w[\w-]*)=(?:"([^"]*)"|(\S+))/g)];
    const fields = Object.fromEntries(pairs.map(([, key = '', quoted, bare = '']) => [key, quoted ?? bare]));
    return { certificate: { span: block.span, fields } };
  }
  return {};
}

/** The fields of a certificate, in this order. */
export interface Certificate {
  /** plan/hash `certificateHash`. */
  readonly sha256: string;
  /** The image as written in the document. */
  readonly image: string;
  /** The digest of that image: `sha256:…`. */
  readonly digest: string;
  /** ISO date. */
  readonly date: string;
  /** Duration of the pass on the clean box, such as `42s`. */
  readonly duration: string;
  /** Number of steps that acted. */
  readonly actions: number;
}

/**
 * Writes the certificate into the document, in place of the previous one or as the last line. Every other byte stays
 * unchanged.
 */
export function recordCertificate(source: DocumentText, runbook: Runbook, certificate: Certificate): string {
  const pairs = Object.entries(certificate).map(([key, value]) => `${key}=${quoted(String(value))}`);
  const text = `<!-- ${CERTIFICATE}${pairs.join(' ')} -->`;
  const old = runbook.certificate?.span;
  if (old) {
    const end = old.start + source.text.slice(old.start, old.end).trimEnd().length;
    return splice(source.text, [{ span: { start: old.start, end }, text }]);
  }
  const end = source.text.length;
  const blank = /\n[ \t]*\r?\n$/.test(source.text) ? '' : source.text.endsWith('\n') ? '\n' : '\n\n';
  return splice(source.text, [
    { span: { start: end, end }, text: `${blank}${text}\n`.replaceAll('\n', source.eol) },
  ]);
}

/** A value must not end the comment. */
function quoted(value: string): string {
  const plain = value.replace(/["\r\n]|--+>?/g, '');
  return /^[\w.:/@+-]+$/.test(plain) ? plain : `"${plain}"`;
}
