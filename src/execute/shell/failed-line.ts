import { quoteOnOneLine } from '../../base/shell-quote.ts';

/**
 * bash text that reports the line at which errexit ends a fence, as a record `l`: LINENO, then BASH_LINENO and BASH_SOURCE of
 * each frame, one a line. Only the fence's own level reports, because a failed subshell does not always end the fence. Functions
 * inherit the trap through `set -E`. Undefined for a fence that could notice either, or that sets traps of this kind itself.
 */
export function reportFailedLine(
  text: string,
  { fd, level }: { readonly fd: number; readonly level: 0 | 1 },
): readonly string[] {
  if (COULD_NOTICE.test(text)) return [];
  const record = `{ builtin printf '\\0l'; builtin printf '%s\\n' "$LINENO" "\${BASH_LINENO[@]}" "\${BASH_SOURCE[@]}"; builtin printf '\\0'; } >&${fd}`;
  const command = `[[ $- != *e* || $BASH_SUBSHELL != ${level} ]] || ${record} 2>/dev/null`;
  return [`builtin trap ${quoteOnOneLine(command)} ERR`, 'set -E'];
}

/** `$_`, `$-`, a list of traps or options, and everything that turns on or replaces such traps. */
const COULD_NOTICE =
  /\$\{?[_-](?![A-Za-z0-9])|\b(?:ERR|DEBUG|RETURN|SHELLOPTS|BASHOPTS|shopt|errtrace|functrace)\b|\bset\s+[-+]\w*[ETo]|\btrap\b\s*(?:-[lp]|$|[;|&)`>])/m;

/** The line of a fence that a record `l` means, counted from 1: that of the failed command, or of the call that left the fence's own text. */
export function failedLine(record: Buffer | undefined): number | undefined {
  if (record === undefined) return undefined;
  const [line, ...frames] = record.toString('utf8').trimEnd().split('\n');
  const callLines = frames.slice(0, frames.length / 2);
  const sources = frames.slice(frames.length / 2);
  const inFile = sources.findIndex((source) => OF_FENCE.has(source));
  const depth = inFile < 0 ? sources.length : inFile;
  const found = Number(depth === 0 ? line : callLines[depth - 1]);
  return Number.isInteger(found) && found > 0 ? found : undefined;
}

/** What bash calls the source of functions that were not read from a file. */
const OF_FENCE = new Set(['', 'environment', 'main', 'bash']);

/** A plain fence whose lines announce themselves in a variable, because no trap sees which part of an `&&` list failed. */
export function countPlainLines(text: string): string {
  return text
    .split('\n')
    .map((line, at) => (line === '' ? '' : `runbook_line=${at + 1} && ${line}`))
    .join('\n');
}

/** Follows a plain fence: writes its record, and keeps its exit code. */
export const reportPlainLine = (fd: number): string =>
  `|| { runbook_size=$?; builtin printf '\\0l%d\\0' "$runbook_line" >&${fd}; ( exit $runbook_size ); }`;
