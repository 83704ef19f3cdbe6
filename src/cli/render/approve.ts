import { listCounts } from '../../base/pluralize.ts';
import type { ApproveReport } from '../../model/reports/report.ts';
import { clean, cleanLine } from './text/clean.ts';
import type { Page } from './text/page.ts';

/** `runbook approve`: what was approved, with its hash. */
export function renderApprove(report: ApproveReport, page: Page): string {
  const word = page.paint.strong(page.paint.good(report.already ? 'approved already' : 'approved'));
  if (report.cluster) {
    const { context, server, namespaces } = report.cluster;
    const where = namespaces
      ? `namespaces ${namespaces.join(', ')}`
      : 'all namespaces and cluster-scoped objects';
    return `${word}: context ${context} (${server}), ${where}`;
  }
  const counts = listCounts([
    [report.fences, 'fence'],
    [report.shellChecks, 'shell check'],
  ]);
  const what = counts === '' ? 'nothing that runs' : counts;
  const where = report.box === undefined ? '' : ` for this project on ${cleanLine(report.box)},`;
  const said = `${word}: ${report.file}, ${what},${where} in its current version (${report.id ?? report.hash.slice(0, 12)})`;
  if (report.shown === undefined || page.quiet || report.already) return said;
  return `${clean(report.shown)}\n\n${said}`;
}
