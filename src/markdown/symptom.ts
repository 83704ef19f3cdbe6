import { regexProblem } from '../base/regex.ts';
import type { Symptom } from '../model/runbook.ts';
import { readInline } from './commonmark/inline.ts';
import type { Report } from './report.ts';

/** Characters. A shorter literal would match the output of too many other failures. */
const SHORTEST_LITERAL = 8;

/**
 * What to look for in the output of a failed step: inline code is a literal, `/…/` in inline code a regular expression.
 *
 * @param markdown prose of the Symptom
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
  const message = `The symptom \`${value}\` is ignored: it is shorter than ${SHORTEST_LITERAL} characters and would match too much.`;
  report.warning('short-symptom', at, message, 'Quote more of the message.');
  return [];
}

function readRegex(pattern: string, ignoreCase: boolean, at: number, report: Report): Symptom[] {
  const problem = regexProblem(pattern);
  if (!problem) return [{ kind: 'regex', pattern, ignoreCase }];
  const message = `The regular expression \`/${pattern}/\` cannot be used: ${problem}.`;
  report.error('bad-regex', at, message, 'Write it in the syntax of RE2.');
  return [];
}
