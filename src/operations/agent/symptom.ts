import type { FoldedProblem } from '../../journal/fold-problems.ts';
import { lastErrorLine } from '../../judge/error-line.ts';
import type { Attempt } from '../../model/attempt.ts';

/** A literal shorter than this matches by accident (docs/format.md). */
const SHORTEST = 8;

/** The part of a failure's error that the next box will print too, as inline code; empty where nothing is worth looking for. */
export function symptomOf(failure: Attempt | undefined): string {
  if (!failure) return '';
  const observed = failure.checks.find(({ verdict }) => verdict !== 'pass')?.observed ?? '';
  const line = failure.exitCode === 0 ? observed : lastErrorLine(failure.outputTail);
  const text = steadyPart(line) || steadyPart(observed);
  return text === '' ? '' : `\`${text}\``;
}

/** What a problem is called where nobody has named it: the finding without its numbers. */
export function titleOf(failure: Attempt | undefined, { for: step, fix }: FoldedProblem): string {
  const finding = failure?.findings[0]?.title.replace(/\s*\((?:pid|pids) [^)]*\)/g, '').replace(/\.$/, '');
  return finding ?? fix[0]?.body.title ?? `${step} fails`;
}

/** The longest piece without times, numbers, ids and quotes: those differ from box to box. */
function steadyPart(line: string): string {
  const pieces = line
    .split(/\d[\w.:/-]*|["'`{}[\]]|\/[\w./-]+/)
    .map((each) => each.replace(/^[\s:,;=.-]+|[\s:,;=(-]+$/g, ''));
  const longest = pieces.reduce((best, each) => (each.length > best.length ? each : best), '');
  return longest.length < SHORTEST ? '' : longest.slice(0, 120);
}
