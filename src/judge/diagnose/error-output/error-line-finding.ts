import type { Finding } from '../../../model/finding.ts';
import type { FailureContext, Line } from '../failure-context.ts';
import { WEIGHTS } from '../weight.ts';
import { errorScore, hasErrorWord, isNoise, SUMMARY, WARNING } from './error-words.ts';
import { placeInTrace } from './place-in-trace.ts';

/** Characters of a line that are quoted. */
const LONGEST = 300;

/**
 * The program's own final error line, word for word, with where it was said. It is the last resort: below every finding
 * that rests on a rule, above those that are only consequences. Undefined where no line speaks of an error that no
 * finding of `founded` cites.
 */
export function errorLineFinding(context: FailureContext, sources: readonly Finding[]): Finding | undefined {
  const cited = new Set(sources.flatMap(({ evidence }) => evidence));
  const lines = context.lines.map((line, index) => ({ ...line, index }));
  const open = lines.filter(({ evidence, from }) => !cited.has(evidence) && from !== 'check');
  const chosen = choose(context, open);
  if (!chosen) return undefined;
  const words = wordsOf(context, chosen);
  const place = placeInTrace(context.lines, chosen.index);
  const source = chosen.where === undefined ? 'The output says' : `${chosen.where} says`;
  return {
    code: 'said',
    cause: 'other',
    title: `${source}: ${words}${place === undefined ? '' : ` (${place})`}`,
    remedy: remedyOf(context, chosen),
    subject: words,
    evidence: [chosen.evidence],
    rank: rankOf(chosen, sources.length > 0),
  };
}

/** Words that only say that something failed, or only warn, add nothing to a finding that explains a consequence. */
function rankOf({ text }: Placed, isExplained: boolean): number {
  const isWeak = errorScore(text) <= WARNING && isExplained;
  return WEIGHTS.indexOf(isWeak ? 'consequence' : 'quoted') * 1000 + (isWeak ? 999 : 0);
}

type Placed = Line & { readonly index: number };

/** What the output says last, unless it only repeats that something failed and a log knows more. */
function choose(context: FailureContext, open: readonly Placed[]): Placed | undefined {
  const output = best(open.filter(({ from }) => from === 'output'));
  const logs = best(open.filter(({ from }) => from === 'file' || from === 'container'));
  const failed = context.exit !== undefined && context.exit !== 0;
  if (output && failed && output.score > WARNING) return output.line;
  if (logs && logs.score > Math.min(output?.score ?? 0, WARNING)) return logs.line;
  return output?.line ?? logs?.line ?? (failed ? lastWords(open) : undefined) ?? inPassing(open);
}

/** If nothing else was found: the last line of a log that reports an error word at a level below error. */
function inPassing(open: readonly Placed[]): Placed | undefined {
  return open.findLast(({ from, text }) => from === 'file' && hasErrorWord(text));
}

/** Where no line looks like an error, the last one of a step that failed. */
function lastWords(open: readonly Placed[]): Placed | undefined {
  return open.findLast(({ from, text }) => from === 'output' && /[a-z]{3}/i.test(text) && !isNoise(text));
}

function best(lines: readonly Placed[]): { line: Placed; score: number } | undefined {
  let found: { line: Placed; score: number } | undefined;
  for (const line of lines) {
    const score = errorScore(line.text);
    if (score > 0 && (!found || score >= found.score)) found = { line, score };
  }
  return found && { ...found, line: firstOfBlock(lines, found.line) };
}

/** npm, Maven, apt and Terraform begin each line of one message alike: the first says most. */
function firstOfBlock(lines: readonly Placed[], last: Placed): Placed {
  const head = HEAD.exec(last.text)?.[0];
  if (head === undefined) return last;
  let first = last;
  for (let at = lines.indexOf(last); at >= 0; at--) {
    const line = lines[at]!;
    if (!line.text.startsWith(head) || line.from !== last.from) break;
    if (errorScore(line.text) > SUMMARY) first = line;
  }
  return first;
}

const HEAD = /^(?:npm (?:ERR!|error)|\[ERROR\]|E:|│|error:|ERROR:|fatal:)/;

/** The line, with what the next lines of the same message add to it. */
function wordsOf({ lines }: FailureContext, { text, index, from }: Placed): string {
  const head = HEAD.exec(text)?.[0];
  const parts = [...earlierWords(lines, { text, index, from }), cleaned(text)];
  for (let at = index + 1; at < Math.min(lines.length, index + 8); at++) {
    const next = lines[at]!;
    if (next.from !== from || !continues(text, next.text, head)) break;
    const more = cleaned(head === undefined ? next.text : next.text.slice(head.length));
    if (more !== '' && errorScore(next.text) !== SUMMARY) parts.push(more);
  }
  const words = parts
    .join(' ')
    .replace(/\s+/g, ' ')
    .replace(/\S{100,}/g, shortened);
  return words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words;
}

/** Lines of the output that complain right before it: what a program says first is the cause of what it says then. */
function earlierWords(
  lines: readonly Line[],
  { text, index, from }: Pick<Placed, 'text' | 'index' | 'from'>,
): string[] {
  if (from !== 'output') return [];
  const found: string[] = [];
  for (let at = index - 1; at >= Math.max(0, index - MOST_EARLIER); at--) {
    const { text: earlier, from: source } = lines[at]!;
    if (source !== from || errorScore(earlier) <= WARNING || errorScore(earlier) === SUMMARY) break;
    if (isTrace(earlier) || isTrace(text)) break;
    found.unshift(cleaned(earlier));
  }
  return found;
}

const MOST_EARLIER = 3;

/** The end of a trace needs no further lines. */
function isTrace(text: string): boolean {
  return errorScore(text) >= 9;
}

/** A name of hundreds of letters hides what is said of it. */
function shortened(word: string): string {
  return `${word.slice(0, 40)}…${word.slice(-20)}`;
}

function continues(text: string, next: string, head: string | undefined): boolean {
  if (/\bDETAIL: /.test(next)) return true;
  if (/^\s*(?:hint|help|HINT|note):|Did you mean/i.test(next)) return false;
  if (head !== undefined && head !== 'error:' && head !== 'ERROR:' && head !== 'fatal:')
    return next.startsWith(head);
  return /[:,]$/.test(text.trim());
}

/** Without the time, and only the message of a JSON line. */
function cleaned(text: string): string {
  const message = /"msg": ?"((?:[^"\\]|\\.){1,400})"/.exec(text)?.[1];
  return (message ?? text)
    .replace(/^[[(]?\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,]+(?:Z|[ +-]\d{2}:?\d{2}| UTC)?[\])]?[: ]*/, '')
    .trim();
}

/** What the program itself advises. */
function remedyOf({ lines }: FailureContext, { index, where }: Placed): string {
  const near = [...lines.slice(Math.max(0, index - 2), index + 8)];
  const hint = near.find(({ text }) =>
    /^\s*(?:[a-z]+: )?(?:hint|help): |^HINT:|\bDid you mean\b|\bperhaps you\b|\bmaybe you\b/i.test(text),
  );
  const read = `Read the lines around it${where === undefined ? ' in the output' : ` in ${where.replace(/:\d+$/, '')}`}.`;
  return hint === undefined ? read : `The program adds: ${cleaned(hint.text).slice(0, 200)}`;
}
