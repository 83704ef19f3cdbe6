import { duration } from '../../../base/shown-duration.ts';
import type { ProveReport } from '../../../model/reports/report.ts';
import { cleanLine } from '../text/clean.ts';
import { labeledText, type Page } from '../text/page.ts';

/** `runbook prove`: what was proven, or why it was not. Both passes were already shown. */
export function renderProve(report: ProveReport, page: Page): string {
  const { file, box, first, reasons, outcome } = report;
  if (outcome === 'proven' && first) {
    const words = `proven: ${file} on a clean ${cleanLine(box.image)}, ${first.acted} acted in ${duration(first.ms)}, then nothing to do`;
    return page.paint.good(words);
  }
  const kept = report.kept
    ? [labeledText('  look: ', `runbook box ssh ${box.name}, then runbook box destroy ${box.name}`, page)]
    : [];
  return [
    page.paint.bad(`not proven: ${file}`),
    ...reasons.map((reason) => labeledText('  ', cleanLine(reason), page)),
    ...kept,
  ].join('\n');
}
