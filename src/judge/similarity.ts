import { compileRegex } from '../base/regex.ts';
import type { OutputCheck, Verdict } from '../model/check.ts';

/** Jaro–Winkler is quadratic. Expected outputs are short; a longer output is compared by its start and end. */
const COMPARED_CHARACTERS = 4_000;

/**
 * Judges a fence's output as InnovationEngine does for `<!-- expected_similarity=… -->`: by a regular expression,
 * equal JSON values, or the Jaro–Winkler similarity of the trimmed texts.
 */
export async function judgeOutput(check: OutputCheck, output: string): Promise<Verdict> {
  const actual = output.trim();
  if (check.similarity.kind === 'regex') return judgeRegex(check.similarity.pattern, actual);
  const { atLeast } = check.similarity;
  const score =
    check.language === 'json' && sameJson(check.expected, actual)
      ? 1
      : jaroWinkler(check.expected.trim(), actual);
  return {
    verdict: score >= atLeast ? 'pass' : 'fail',
    observed: `similarity ${score.toFixed(2)}: ${firstLine(actual)}`,
    expected: `at least ${atLeast}: ${firstLine(check.expected.trim())}`,
    class: 'output',
  };
}

async function judgeRegex(pattern: string, actual: string): Promise<Verdict> {
  const compiled = await compileRegex(pattern, false);
  const expected = `output matches /${pattern}/`;
  if ('problem' in compiled)
    return { verdict: 'unknown', observed: compiled.problem, expected, class: 'bad-pattern' };
  return {
    verdict: compiled.regex.test(actual) ? 'pass' : 'fail',
    observed: firstLine(actual),
    expected,
    class: 'output',
  };
}

/**
 * Jaro–Winkler similarity from 0 to 1, with the usual prefix weight 0.1 over at most 4 characters (W. E. Winkler,
 * "String Comparator Metrics", 1990).
 */
function jaroWinkler(left: string, right: string): number {
  const [a, b] = [ends(left), ends(right)];
  if (a === b) return 1;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Uint8Array(b.length);
  const matchedA: string[] = [];
  for (let i = 0; i < a.length; i += 1) {
    const last = Math.min(b.length - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= last; j += 1) {
      if (taken[j] || a[i] !== b[j]) continue;
      taken[j] = 1;
      matchedA.push(a[i] ?? '');
      break;
    }
  }
  const matches = matchedA.length;
  if (matches === 0) return 0;
  const matchedB = [...b].filter((_, j) => taken[j]);
  const transpositions = matchedA.filter((character, i) => character !== matchedB[i]).length / 2;
  const jaro = (matches / a.length + matches / b.length + (matches - transpositions) / matches) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < Math.min(a.length, b.length) && a[prefix] === b[prefix]) prefix += 1;
  return jaro + prefix * 0.1 * (1 - jaro);
}

function ends(text: string): string {
  return text.length <= COMPARED_CHARACTERS
    ? text
    : text.slice(0, COMPARED_CHARACTERS / 2) + text.slice(-COMPARED_CHARACTERS / 2);
}

function sameJson(left: string, right: string): boolean {
  try {
    return JSON.stringify(sorted(JSON.parse(left))) === JSON.stringify(sorted(JSON.parse(right)));
  } catch {
    return false;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

function firstLine(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
