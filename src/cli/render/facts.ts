import { pluralize } from '../../base/pluralize.ts';
import type { FactsReport } from '../../model/reports/report.ts';
import { cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';

const tones = { same: 'good', changed: 'warn', unmeasured: 'faint', failed: 'bad' } as const;

/** `runbook facts`: recorded and measured values. */
export function renderFacts(report: FactsReport, page: Page): string {
  const rows = report.facts
    .filter((fact) => !page.quiet || fact.verdict === 'changed' || fact.verdict === 'failed')
    .map((fact): Cell[] => [
      { text: fact.verdict, paint: page.paint[tones[fact.verdict]] },
      cleanLine(fact.name),
      valueWords(fact),
      { text: cleanLine(fact.detail), paint: page.paint.faint },
    ]);
  const changed = report.facts.filter((fact) => fact.verdict === 'changed').length;
  const failed = report.facts.filter((fact) => fact.verdict === 'failed').length;
  const parts = [
    changed ? `${changed} changed` : 'none changed',
    ...(failed ? [`${failed} could not be measured`] : []),
    ...(report.written ? [`written to ${report.file}`] : []),
  ];
  const last = `${page.paint.strong(pluralize(report.facts.length, 'fact'))}: ${parts.join(', ')}`;
  return rows.length ? `${table(rows, page)}\n\n${last}` : last;
}

function valueWords(fact: FactsReport['facts'][number]): string {
  const unit = fact.unit ? ` ${fact.unit}` : '';
  const recorded = `${fact.recorded || '(none)'}${unit}`;
  return cleanLine(fact.verdict === 'changed' ? `${recorded} -> ${fact.measured}${unit}` : recorded);
}
