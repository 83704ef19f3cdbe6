import { pluralize } from '../../../base/pluralize.ts';
import type { GrantReport, LogsReport, SyncReport } from '../../../model/reports/report.ts';
import { clean, cleanLine } from '../text/clean.ts';

/** `box sync`: the files that were sent, and those that were not. */
export function renderSync(report: SyncReport): string {
  const { box, to, sent, bytes, unchanged, removed, withheld, secrets } = report;
  const lines = [
    `${pluralize(sent, 'file')} sent (${bytes} bytes), ${unchanged} unchanged, ${removed} removed: ${to} of ${box}`,
    ...(secrets ? [`secrets in ${secrets.path}: ${secrets.names.join(', ')}`] : []),
    ...(withheld.length > 0
      ? [`not sent, because they may contain secrets: ${withheld.map(cleanLine).join(', ')}`]
      : []),
  ];
  return lines.join('\n');
}

/** `box logs`. */
export function renderLogs({ box, text }: LogsReport): string {
  return text === '' ? `${box} has no logs below /var/log` : clean(text).trimEnd();
}

/** `box grant`. */
export function renderGrant({ box, secrets }: GrantReport): string {
  return `${box} may use ${secrets.join(', ')}`;
}
