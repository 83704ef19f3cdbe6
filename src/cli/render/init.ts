import type { InitReport } from '../../model/reports/report.ts';
import { type Cell, type Page, table } from './text/page.ts';

const tones = { created: 'good', changed: 'warn', unchanged: 'faint' } as const;

/** `runbook init`: the files, and what was done with each. */
export function renderInit(report: InitReport, page: Page): string {
  const rows = report.files.map(({ path, action, what }): Cell[] => [
    { text: action, paint: page.paint[tones[action]] },
    path,
    what ?? '',
  ]);
  return [table(rows, page, 0), ...(report.next ? ['', report.next] : [])].join('\n');
}
