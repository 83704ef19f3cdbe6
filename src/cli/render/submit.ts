import { pluralize } from '../../base/pluralize.ts';
import { duration } from '../../base/shown-duration.ts';
import type { SubmitReport } from '../../model/reports/submit-report.ts';
import { cleanLine } from './text/clean.ts';
import type { Page } from './text/page.ts';

/** `runbook submit`: with --dry-run the objects themselves, for a pipe; otherwise what was sent, and how it ended. */
export function renderSubmit(report: SubmitReport, page: Page): string {
  if (report.yaml !== undefined) return report.yaml.trimEnd();
  const name = page.paint.strong(`${report.namespace}/${report.workflow}`);
  if (!report.ended) return `sent: ${name}, ${pluralize(report.targets.length, 'target')}`;
  const { phase, message, ms } = report.ended;
  const word = phase === 'Succeeded' ? page.paint.good('done') : page.paint.bad('failed');
  return `${word}: ${name} ${phase} in ${duration(ms)}${message ? `: ${cleanLine(message)}` : ''}`;
}
