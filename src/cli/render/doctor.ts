import type { DoctorCheck, DoctorReport } from '../../model/reports/doctor.ts';
import { cleanLine } from './text/clean.ts';
import { labeledText, type Page, tableRows } from './text/page.ts';

const tones = { ok: 'good', missing: 'warn', broken: 'bad' } as const;

/** `runbook doctor`: one line for each part, with the remedy below what is missing. */
export function renderDoctor({ checks, summary }: DoctorReport, page: Page): string {
  const shown = checks.filter(({ verdict }) => !page.quiet || verdict !== 'ok');
  const rows = tableRows(
    shown.map((check) => [
      { text: check.verdict, paint: page.paint[tones[check.verdict]] },
      check.name,
      cleanLine(check.found),
    ]),
    page,
  );
  const lines = rows.flatMap((row, at) => [row, ...remedy(shown[at]!, page)]);
  const parts = [
    `${summary.ok} ok`,
    ...(summary.missing > 0 ? [`${summary.missing} missing`] : []),
    ...(summary.broken > 0 ? [`${summary.broken} broken`] : []),
  ];
  const last = page.paint.strong(parts.join(', '));
  return lines.length > 0 ? `${lines.join('\n')}\n\n${last}` : last;
}

function remedy({ verdict, for: purpose, remedy: text }: DoctorCheck, page: Page): string[] {
  if (verdict === 'ok') return [];
  return [
    labeledText('           for: ', purpose, page, page.paint.faint),
    labeledText('           remedy: ', cleanLine(text), page, page.paint.faint),
  ];
}
