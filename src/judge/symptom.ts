import { compileRegex } from '../base/regex.ts';
import type { Symptom } from '../model/runbook.ts';

/**
 * Whether a text contains a Symptom: a literal anywhere, or a regular expression (linear time; `^` and `$` match line
 * ends, because output consists of lines). A pattern that does not compile matches nothing; lint reports it.
 */
export async function matchSymptom(symptom: Symptom, text: string): Promise<boolean> {
  if (symptom.kind === 'literal') return text.includes(symptom.value);
  const compiled = await compileRegex(`(?m)${symptom.pattern}`, symptom.ignoreCase);
  return 'regex' in compiled && compiled.regex.test(text);
}
