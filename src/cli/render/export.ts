import { pluralize } from '../../base/pluralize.ts';
import type { ExportReport } from '../../model/reports/export-report.ts';
import { cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';

const tones = { written: 'good', unchanged: 'faint', kept: 'warn', removed: 'warn' } as const;
const notes = {
  kept: 'changed by a person; move it away to export it again',
  removed: 'no longer part of the export',
};

/** `runbook export`: each file, then what the format cannot say. */
export function renderExport({ folder, files, losses, format }: ExportReport, page: Page): string {
  const rows = files.map(({ path, action }): Cell[] => [
    { text: action, paint: page.paint[tones[action]] },
    cleanLine(`${folder}/${path}`),
    action === 'kept' || action === 'removed' ? notes[action] : '',
  ]);
  const lost = losses.map(
    ({ place, what, reason }) => `  ${cleanLine(`${place.file}:${place.line}: ${what}: ${reason}`)}`,
  );
  const heading = page.paint.warn(
    `not exported: ${pluralize(losses.length, 'part')} that ${format} cannot say`,
  );
  return [table(rows, page, 0), ...(lost.length > 0 ? ['', heading, ...lost] : [])].join('\n');
}
