import type { Diagnostic } from '../../model/diagnostic.ts';
import { cleanLine } from './text/clean.ts';
import { labeledText, type Page } from './text/page.ts';
import { shownPlace, sourceLine } from './text/source-line.ts';

/** `file:line:column: error[code]: message`, the line with a caret, and the remedy. */
export function renderDiagnostic(diagnostic: Diagnostic, page: Page, cwd: string): string {
  const { paint } = page;
  const mark = { error: paint.bad, warning: paint.warn, info: paint.busy }[diagnostic.severity];
  const place = diagnostic.place ? `${paint.strong(shownPlace(diagnostic.place))}: ` : '';
  const source = diagnostic.place ? sourceLine(diagnostic.place, cwd, page.width) : [];
  return [
    `${place}${mark(`${diagnostic.severity}[${diagnostic.code}]`)}: ${shortLine(diagnostic.message)}`,
    ...source.map((line) => `  ${paint.faint(line)}`),
    ...(diagnostic.cause ? [labeledText('  cause: ', shortLine(diagnostic.cause), page)] : []),
    ...(diagnostic.remedy ? [labeledText('  remedy: ', shortLine(diagnostic.remedy), page)] : []),
  ].join('\n');
}

/** A message may quote a word of the document that is a megabyte long. */
const LONGEST = 4_000;

function shortLine(text: string): string {
  return text.length <= LONGEST ? cleanLine(text) : `${cleanLine(text.slice(0, LONGEST))}…`;
}

/** All diagnostics, errors last. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], page: Page, cwd: string): string {
  const rank = { info: 0, warning: 1, error: 2 };
  return [...diagnostics]
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .map((each) => `${renderDiagnostic(each, page, cwd)}\n`)
    .join('');
}
