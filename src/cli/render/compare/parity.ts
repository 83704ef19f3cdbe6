import type { ParityClass, ParityReport, ParityRow } from '../../../model/reports/parity.ts';
import { cleanLine } from '../text/clean.ts';
import { type Cell, type Page, table } from '../text/page.ts';

const tones: Readonly<Record<ParityClass, 'good' | 'bad' | 'warn' | 'faint'>> = {
  equal: 'good',
  expected: 'faint',
  differs: 'bad',
  unknown: 'warn',
};

const ORDER: readonly ParityClass[] = ['differs', 'unknown', 'expected'];

/**
 * `runbook parity`: differences by scope, the first box on the left, the second on the right. Equal traits are only
 * counted.
 */
export function renderParity(report: ParityReport, page: Page): string {
  const blocks = report.counts.map(({ scope, equal }) => {
    const rows = ORDER.flatMap((kind) =>
      report.rows.filter((row) => row.scope === scope && row.class === kind && shown(row, page)),
    );
    const title = `${page.paint.strong(scope)}${page.quiet ? '' : page.paint.faint(`  ${equal} equal`)}`;
    if (rows.length === 0) return page.quiet ? '' : title;
    return `${title}\n${table(
      rows.map((row) => cells(row, page)),
      page,
    )}`;
  });
  const notes = report.unused.map((text) => page.paint.faint(`declared, but never used: ${cleanLine(text)}`));
  const parts = [blocks.filter((block) => block !== '').join('\n'), notes.join('\n'), lastLine(report, page)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function shown(row: ParityRow, page: Page): boolean {
  return !page.quiet || row.class === 'differs' || row.class === 'unknown';
}

function cells(row: ParityRow, page: Page): Cell[] {
  const side = (state: string | undefined) => (state === undefined ? '-' : cleanLine(state));
  const word = { text: row.class, paint: page.paint[tones[row.class]] };
  const because = { text: cleanLine(row.because ?? ''), paint: page.paint.faint };
  return [word, cleanLine(row.subject), side(row.a), side(row.b), because];
}

function lastLine({ a, b, counts, verdict, html }: ParityReport, page: Page): string {
  const sum = (kind: ParityClass) => counts.reduce((total, count) => total + count[kind], 0);
  const tone = verdict === 'equal' ? 'good' : verdict === 'differs' ? 'bad' : 'warn';
  const word = verdict === 'unknown' ? 'not known to be equal' : verdict;
  const parts = (['equal', 'expected', 'differs', 'unknown'] as const)
    .map((kind) => [kind, sum(kind)] as const)
    .filter(([kind, number]) => kind === 'equal' || number > 0)
    .map(([kind, number]) => `${number} ${kind}`);
  const where = html === undefined ? '' : `\nside by side: ${cleanLine(html)}`;
  return `${page.paint.strong(page.paint[tone](word))}: ${parts.join(', ')} (${cleanLine(a)} beside ${cleanLine(b)})${where}`;
}
