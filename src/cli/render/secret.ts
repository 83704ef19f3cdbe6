import { pluralize } from '../../base/pluralize.ts';
import type { SecretReport } from '../../model/reports/secret-report.ts';
import { cleanLine } from './text/clean.ts';
import type { Page } from './text/page.ts';

/** `runbook secret`: names and public keys, never a value. */
export function renderSecret({ did, names, recipients, steps, created }: SecretReport, page: Page): string {
  return [
    headOf(did, names),
    ...recipients.map((each) => page.paint.faint(`  recipient ${cleanLine(each)}`)),
    ...(steps.length > 0 ? [`runs again in the next pass: ${steps.map(cleanLine).join(', ')}`] : []),
    ...(created === undefined
      ? []
      : [page.paint.warn(`created ${cleanLine(created)}: keep a copy, without it the secrets are lost`)]),
  ].join('\n');
}

function headOf(did: SecretReport['did'], names: readonly string[]): string {
  if (did === 'recipients') return `${pluralize(names.length, 'secret')} encrypted again`;
  if (did !== 'listed') return names.length === 0 ? 'nothing changed' : `${did} ${names.join(', ')}`;
  return names.length === 0 ? 'no encrypted secrets; add one: runbook secret set NAME' : names.join('\n');
}
