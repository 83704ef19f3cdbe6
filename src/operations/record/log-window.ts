import { plainText } from '../../base/plain-text.ts';
import type { PassRecord } from '../../journal/passes/read-record.ts';
import type { LogWindow } from '../../model/page.ts';
import { outputOf } from './output-of.ts';

/** Lines that one page of a log shows, and characters of a line. */
const LINES = 2_000;
const LONGEST_LINE = 4_000;

/** What is wanted of a log: one step, only lines that contain a text, or lines from a number on. */
export interface WantedLines {
  readonly step?: string | undefined;
  readonly query?: string | undefined;
  /** The first line, from 1; absent: the end of the log. */
  readonly from?: number | undefined;
}

/** A part of a pass's output. The search looks at all of it, ignoring case; the lines are without control characters. */
export function logWindow({ lines }: PassRecord, { step, query, from }: WantedLines): LogWindow {
  const text = outputOf(lines, step === undefined ? {} : { step });
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  const total = all.length;
  const wanted = query?.toLowerCase() ?? '';
  if (wanted !== '') {
    const found = all.flatMap((each, index) => (each.toLowerCase().includes(wanted) ? [index] : []));
    const shown = found.slice(0, LINES).map((index) => lineAt(all, index));
    return { lines: shown, total, matches: found.length };
  }
  const first = from === undefined ? Math.max(0, total - LINES) : Math.min(Math.max(0, from - 1), total);
  const shown = all.slice(first, first + LINES).map((_, index) => lineAt(all, first + index));
  return { lines: shown, total };
}

function lineAt(all: readonly string[], index: number): LogWindow['lines'][number] {
  const line = all[index] ?? '';
  const cut = line.length > LONGEST_LINE;
  const text = plainText(cut ? line.slice(0, LONGEST_LINE) : line).replaceAll('\n', ' ');
  return {
    number: index + 1,
    text: cut ? `${text} [${line.length - LONGEST_LINE} more characters]` : text,
  };
}
