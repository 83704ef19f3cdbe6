import type { Diagnostic } from '../../model/diagnostic.ts';
import { cleanLine } from './text/clean.ts';
import { labeledText, type Page } from './text/page.ts';
import { shownPlace, sourceLine } from './text/source-line.ts';

/** `file:line:column: error[code]: message`, the line with a caret, and the remedy. */
export function renderDiagnostic(diagnostic: Diagnostic, page: Page, cwd: string): string {
  const { paint } = page;
  const source = diagnostic.place ? sourceLine(diagnostic.place, cwd, page.width) : [];
  return [
    headLine(diagnostic, page),
    ...source.map((line) => `  ${paint.faint(line)}`),
    ...(diagnostic.cause ? [labeledText('  cause: ', shortLine(diagnostic.cause), page)] : []),
    ...(diagnostic.remedy ? [labeledText('  remedy: ', shortLine(diagnostic.remedy), page)] : []),
  ].join('\n');
}

function headLine({ severity, code, message, place }: Diagnostic, { paint }: Page): string {
  const mark = { error: paint.bad, warning: paint.warn, info: paint.busy }[severity];
  const at = place ? `${paint.strong(shownPlace(place))}: ` : '';
  return `${at}${mark(`${severity}[${code}]`)}: ${shortLine(message)}`;
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

/** Of a warning that is repeated more often, the first ones are lines of their own. */
const SHOWN_REPEATS = 4;

/**
 * The same, but a warning with the same code and remedy is explained once: the next ones follow it as one line each, and of many
 * only the lines in the document are named.
 */
export function renderGrouped(diagnostics: readonly Diagnostic[], page: Page, cwd: string): string {
  const isError = ({ severity }: Diagnostic) => severity === 'error';
  const groups = new Map<string, Diagnostic[]>();
  for (const each of diagnostics.filter((each) => !isError(each))) {
    const key = JSON.stringify([each.severity, each.code, each.remedy]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const texts = [...groups.values()].map((group) => groupText(group, page, cwd));
  return texts.join('') + renderDiagnostics(diagnostics.filter(isError), page, cwd);
}

function groupText([first, ...more]: readonly Diagnostic[], page: Page, cwd: string): string {
  if (!first) return '';
  const own = more.slice(0, SHOWN_REPEATS).map((each) => `${headLine(each, page)}\n`);
  const rest = more.slice(SHOWN_REPEATS);
  const places = rest.map(({ place }) => (place ? `${place.file}:${place.line}` : 'no place'));
  const label = `  and ${rest.length} more [${first.code}]: `;
  const named = rest.length > 0 ? [`${labeledText(label, places.join(', '), page)}\n`] : [];
  return [`${renderDiagnostic(first, page, cwd)}\n`, ...own, ...named].join('');
}
