import type { Diagnostic } from '../model/diagnostic.ts';
import type { Runbook } from '../model/runbook.ts';

/** The warning for a certificate of different content; `hash` is the `certificateHash` of the current content. */
export function staleCertificate(runbook: Runbook, text: string, hash: string): Diagnostic | undefined {
  const { certificate } = runbook;
  if (!certificate || certificate.fields.sha256 === hash) return undefined;
  const { date, image } = certificate.fields;
  return {
    code: 'stale-certificate',
    severity: 'warning',
    message: `The certificate${date ? ` of ${date}` : ''}${image ? ` for a clean ${image}` : ''} is stale: the runbook has changed since it was proven.`,
    remedy: `Prove it again: runbook prove ${runbook.file}`,
    place: {
      file: runbook.file,
      line: text.slice(0, certificate.span.start).split(/\r\n|\r|\n/).length,
      column: 1,
    },
  };
}
