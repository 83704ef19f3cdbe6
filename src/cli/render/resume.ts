import type { ResumeReport } from '../../model/reports/report.ts';
import type { Page } from './text/page.ts';

/** `runbook resume`: what may continue. */
export function renderResume({ resumed }: ResumeReport, page: Page): string {
  const word = page.paint.strong(page.paint.good('resumed'));
  return resumed.length > 0
    ? `${word}: ${resumed.join(', ')}`
    : `${word}: nothing was waiting; counters are reset`;
}
