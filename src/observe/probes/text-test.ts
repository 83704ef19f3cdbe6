import { compileRegex } from '../../base/regex.ts';
import type { TextTest } from '../../model/check.ts';

/** Whether a text is as wanted, or why that cannot be told. */
export type TextJudge = (text: string) => boolean;

/** A judge for the test; a problem where the pattern cannot be compiled. */
export async function textJudge(test: TextTest): Promise<{ judge: TextJudge } | { problem: string }> {
  if (test.kind === 'contains') return { judge: (text) => text.includes(test.value) };
  const compiled = await compileRegex(test.pattern, test.ignoreCase);
  if ('problem' in compiled) return compiled;
  return { judge: (text) => compiled.regex.test(text) };
}

/** How the test reads in a sentence: `contains "Argo"`. */
export function textWanted(test: TextTest): string {
  if (test.kind === 'contains') return `contains ${JSON.stringify(test.value)}`;
  return `matches /${test.pattern}/${test.ignoreCase ? 'i' : ''}`;
}
