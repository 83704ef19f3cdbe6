import { pluralize } from '../../base/pluralize.ts';
import type { LintReport } from '../../model/reports/report.ts';
import { renderDiagnostics, renderGrouped } from './diagnostic.ts';
import type { Page } from './text/page.ts';

/** `runbook lint`: every diagnostic with its place, and the totals. */
export function renderLint(report: LintReport, page: Page, cwd: string): string {
  const { errors, warnings } = report.summary;
  const shown = page.quiet
    ? report.diagnostics.filter((each) => each.severity === 'error')
    : report.diagnostics;
  const word =
    errors > 0
      ? page.paint.bad('not valid')
      : warnings > 0
        ? page.paint.warn('valid')
        : page.paint.good('clean');
  const counts =
    errors + warnings > 0 ? `: ${pluralize(errors, 'error')}, ${pluralize(warnings, 'warning')}` : '';
  const text = page.verbose ? renderDiagnostics(shown, page, cwd) : renderGrouped(shown, page, cwd);
  return `${text}${text ? '\n' : ''}${page.paint.strong(word)}${counts} in ${report.file}`;
}
