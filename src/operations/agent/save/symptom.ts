import { diagnose } from '../../../judge/diagnose/diagnose.ts';
import type { Attempt } from '../../../loop/attempt.ts';
import { lastErrorLine } from '../../../loop/error-line.ts';
import type { FoldedProblem } from '../../../loop/fold-problems.ts';

/** A literal shorter than this matches by accident (docs/format.md). */
const SHORTEST = 8;

/** From this length on, several words say what happened. */
const TELLING = 16;

/** The part of a failure's error that the next box will print too, as inline code; empty where nothing is worth looking for. */
export function symptomOf(failure: Attempt | undefined): string {
  if (!failure) return '';
  const observed = failure.checks.find(({ verdict }) => verdict !== 'pass')?.observed ?? '';
  const line =
    failure.exitCode === 0 ? observed : (tellingLine(failure) ?? lastErrorLine(failure.outputTail));
  const text = steadyPart(line) || steadyPart(observed);
  return text === '' ? '' : `\`${text}\``;
}

/** What a problem is called where nobody has named it: the finding without its numbers. */
export function titleOf(failure: Attempt | undefined, { for: step, fix }: FoldedProblem): string {
  const finding = failure?.findings[0]?.title
    .replace(/\s*\((?:pid|pids) [^)]*\)/g, '')
    .replace(/, on [\da-f.:*[\]]+(?=\.?$)/, '')
    .replace(/\.$/, '');
  return finding ?? fix[0]?.body.title ?? `${step} fails`;
}

/** The line that the first finding was read from: programs say the cause first, and then that they failed. */
function tellingLine({ outputTail, findings }: Attempt): string | undefined {
  const code = findings[0]?.code;
  const tells = (line: string) =>
    diagnose({ attempt: '', at: '', output: line, checks: [] }).some((finding) => finding.code === code);
  return code === undefined ? undefined : outputTail.split('\n').findLast(tells);
}

/**
 * A piece without times, numbers, ids and quotes, which differ from box to box: the last one that says something, since
 * an error ends with its cause; else the longest.
 */
function steadyPart(line: string): string {
  const pieces = line
    .split(/\d[\w.:/-]*|["'`{}[\]]|\/[\w./-]+/)
    .map((each) => each.replace(/^[\s:,;=.-]+|[\s:,;=(-]+$/g, ''));
  const last = pieces.findLast((each) => each.length >= TELLING && each.includes(' '));
  const best = last ?? pieces.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
  return best.length < SHORTEST ? '' : best.slice(0, 120);
}
