import { nearest } from '../../base/nearest.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { type Expectation, PARITY_SCOPE_NAMES, type ParityScope } from '../../model/reports/parity.ts';

/**
 * Parses an expectation: `box-a=box-b` (the first box's text and the second box's) or `packages:linux-*` (matching
 * subjects may differ). Pure.
 */
export function readExpectation(text: string): Expectation | Diagnostic {
  const scoped = /^([a-z]+):(.+)$/s.exec(text);
  const [, word = '', pattern = ''] = scoped ?? [];
  if (PARITY_SCOPE_NAMES.includes(word as ParityScope))
    return { kind: 'scope', scope: word as ParityScope, pattern, text };
  const equals = text.indexOf('=');
  const [a, b] = [text.slice(0, Math.max(0, equals)), text.slice(equals + 1)];
  if (equals > 0 && b !== '' && a !== b) return { kind: 'substitution', a, b, text };
  const near = scoped && equals < 0 ? nearest(word, PARITY_SCOPE_NAMES) : undefined;
  return {
    code: 'bad-expectation',
    severity: 'error',
    message: `${JSON.stringify(text)} does not declare a difference.`,
    remedy: near
      ? `Did you mean ${near}:${pattern}?`
      : `Write FIRST=SECOND (a text of the first box and its counterpart on the second), or SCOPE:PATTERN with a scope of ${PARITY_SCOPE_NAMES.join(', ')}.`,
  };
}

/** Whether a subject matches a pattern in which `*` matches anything. Linear in both. */
export function fits(pattern: string, subject: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return pattern === subject;
  if (!subject.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = subject.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return subject.length - last.length >= at && subject.endsWith(last);
}
