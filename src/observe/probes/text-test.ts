import { compileRegex } from '../../base/regex.ts';
import type { TextTest } from '../../model/check.ts';

/** Whether a text passes the test. */
export type TextJudge = (text: string) => boolean;

/** Compiles the test; `problem` if the pattern is invalid. */
export async function textJudge(test: TextTest): Promise<{ judge: TextJudge } | { problem: string }> {
  if (test.kind === 'contains') return { judge: (text) => text.includes(test.value) };
  const compiled = await compileRegex(test.pattern, test.ignoreCase);
  if ('problem' in compiled) return compiled;
  return { judge: (text) => compiled.regex.test(text) };
}

/** The test as part of a sentence: `contains "Argo"`. */
export function textWanted(test: TextTest): string {
  if (test.kind === 'contains') return `contains ${JSON.stringify(test.value)}`;
  return `matches /${test.pattern}/${test.ignoreCase ? 'i' : ''}`;
}
