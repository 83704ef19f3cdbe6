import { pluralize } from '../../base/pluralize.ts';
import type { DriftFinding, DriftReport } from '../../model/reports/drift.ts';
import { cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';

const tones: Readonly<Record<DriftFinding['kind'], 'bad' | 'warn'>> = {
  changed: 'bad',
  added: 'bad',
  removed: 'bad',
  failing: 'bad',
  unknown: 'warn',
};

/** Nouns for sources whose names do not say what was compared. */
const NOUNS: Readonly<Record<string, string>> = { cluster: 'objects' };

/** `runbook drift`: the differences by source, and what is unknown. */
export function renderDrift(report: DriftReport, page: Page): string {
  const sources = [...new Set(report.findings.map(({ source }) => source))];
  const blocks = sources.map((source) => {
    const rows = report.findings.filter((each) => each.source === source).map((each) => cells(each, page));
    return `${page.paint.strong(cleanLine(source))}\n${table(rows, page)}`;
  });
  const notes = report.notes.map((note) => page.paint.faint(cleanLine(note)));
  const parts = [blocks.join('\n'), page.quiet ? '' : notes.join('\n'), lastLine(report, page)];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Names of sources are plural. */
function amount(many: number, noun: string): string {
  return pluralize(many, noun.replace(/s$/, ''), noun);
}

function cells({ kind, subject, check, detail, cause }: DriftFinding, page: Page): Cell[] {
  const seen = check === undefined ? detail : `${check}: ${detail}`;
  const what = cause === undefined ? seen : `${seen}. ${cause}`;
  return [{ text: kind, paint: page.paint[tones[kind]] }, cleanLine(subject), cleanLine(what)];
}

function lastLine({ kept, verdict, findings, looked, since, box }: DriftReport, page: Page): string {
  if (kept)
    return `${page.paint.strong('kept')}: changes of the system on ${cleanLine(box)} from now on are drift`;
  const tone = verdict === 'none' ? 'good' : verdict === 'drift' ? 'bad' : 'warn';
  const word = verdict === 'none' ? 'no drift' : verdict === 'drift' ? 'drift' : 'not known';
  const unknown = findings.filter(({ kind }) => kind === 'unknown').length;
  const parts = [
    ...(findings.length > unknown ? [pluralize(findings.length - unknown, 'difference')] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(looked.length > 0
      ? [
          `looked at ${looked.map(({ count: many, source }) => amount(many, NOUNS[source] ?? source)).join(', ')}`,
        ]
      : []),
  ];
  const compared = since ? ` since ${since.at.slice(0, 16).replace('T', ' ')}` : '';
  return `${page.paint.strong(page.paint[tone](word))}${parts.length > 0 ? `: ${parts.join(', ')}` : ''} on ${cleanLine(box)}${compared}`;
}
