import type { Diagnostic } from '../model/diagnostic.ts';
import type { Runbook } from '../model/runbook.ts';

/** The warning for a certificate that was written for other content; `hash` is `certificateHash` of what stands there now. */
export function staleCertificate(runbook: Runbook, text: string, hash: string): Diagnostic | undefined {
  const { certificate } = runbook;
  if (!certificate || certificate.fields.sha256 === hash) return undefined;
  const { date, image } = certificate.fields;
  return {
    code: 'stale-certificate',
    severity: 'warning',
    message: `What was proven${date ? ` on ${date}` : ''}${image ? ` on a clean ${image}` : ''} is not what stands here now.`,
    remedy: `Prove it anew: runbook prove ${runbook.file}`,
    place: {
      file: runbook.file,
      line: text.slice(0, certificate.span.start).split(/\r\n|\r|\n/).length,
      column: 1,
    },
  };
}
