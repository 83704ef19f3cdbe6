import { regexProblem } from '../base/regex.ts';
import type { Symptom } from '../model/runbook.ts';
import { readInline } from './commonmark/inline.ts';
import type { Report } from './report.ts';

/** In characters. A shorter literal would match the output of too many other failures. */
const SHORTEST_LITERAL = 8;

/**
 * The patterns to find in the output of a failed step: inline code is a literal, `/…/` in inline code a regular
 * expression.
 * | @param markdown prose of the Symptom
 * @param at offset of the label, for places
 */
export function readSymptoms(markdown: string, at: number, report: Report): Symptom[] {
  const codes = readInline(markdown).filter((piece) => piece.code);
  return codes.flatMap(({ text }) => {
    const [, pattern, flag] = /^\/(.+)\/(i?)$/s.exec(text) ?? [];
    return pattern === undefined
      ? readLiteral(text, at, report)
      : readRegex(pattern, flag === 'i', at, report);
  });
}

function readLiteral(value: string, at: number, report: Report): Symptom[] {
  if (value.length >= SHORTEST_LITERAL) return [{ kind: 'literal', value }];
  const message = `A symptom must have at least ${SHORTEST_LITERAL} characters. \`${value}\` is shorter, so it is ignored.`;
  report.warning('short-symptom', at, message, 'Quote more of the error message.');
  return [];
}

function readRegex(pattern: string, ignoreCase: boolean, at: number, report: Report): Symptom[] {
  const problem = regexProblem(pattern);
  if (!problem) return [{ kind: 'regex', pattern, ignoreCase }];
  const message = `The regular expression \`/${pattern}/\` must be valid: ${problem}.`;
  report.error('bad-regex', at, message, "Use RE2's syntax.");
  return [];
}
