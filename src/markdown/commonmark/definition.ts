import { skipBlanks, skipDestination, skipSpace, skipTitle } from './link-parts.ts';

/** Longest link label that CommonMark allows (0.31, section 6.3). */
const LONGEST_LABEL = 999;

/**
 * Number of lines at the start of a paragraph that are link reference definitions (CommonMark 0.31, section 4.7). They
 * are not text, so a setext underline after nothing else does not make a heading.
 * | @param text of the paragraph, lines joined by LF, each without leading blanks
 */
export function definitionLines(text: string): number {
  let at = 0;
  for (let next = skipDefinition(text, at); next !== undefined; next = skipDefinition(text, at)) at = next;
  return at === 0 ? 0 : text.slice(0, at).split('\n').length - (at > text.length ? 0 : 1);
}

/** Offset after a definition and its line end. */
function skipDefinition(text: string, from: number): number | undefined {
  const label = skipLabel(text, from);
  if (label === undefined || text[label] !== ':') return undefined;
  const target = skipDestination(text, skipSpace(text, label + 1));
  if (target === undefined) return undefined;
  const gap = skipSpace(text, target);
  const title = gap > target ? skipTitle(text, gap) : undefined;
  return (title === undefined ? undefined : skipLineEnd(text, title)) ?? skipLineEnd(text, target);
}

function skipLabel(text: string, from: number): number | undefined {
  if (text[from] !== '[') return undefined;
  let isEmpty = true;
  for (let at = from + 1; at < text.length && at - from <= LONGEST_LABEL + 1; at++) {
    const char = text[at]!;
    if (char === ']') return isEmpty ? undefined : at + 1;
    if (char === '[') return undefined;
    if (char.trim() !== '') isEmpty = false;
    if (char === '\\') at++;
  }
  return undefined;
}

function skipLineEnd(text: string, from: number): number | undefined {
  const at = skipBlanks(text, from);
  return at >= text.length || text[at] === '\n' ? at + 1 : undefined;
}
