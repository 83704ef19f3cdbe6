/** A run of `*` or `_` that may open or close emphasis. */
export interface Delimiter {
  readonly mark: '*' | '_';
  /** Index of its token. */
  readonly token: number;
  readonly length: number;
  /** Number of marks not used yet. */
  left: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
}

/** Tokens strictly between `open` and `close` are emphasized. */
export interface Emphasis {
  readonly open: number;
  readonly close: number;
  readonly strong: boolean;
}

/**
 * Pairs delimiters from index `bottom` on and removes them from the stack: "process emphasis" in the appendix of
 * CommonMark 0.31. Remembering where no opener was found keeps it linear.
 */
export function pairEmphasis(stack: Delimiter[], bottom: number): Emphasis[] {
  const pairs: Emphasis[] = [];
  const openers: Delimiter[] = [];
  const noOpenerBelow = new Map<string, number>();
  for (const closer of stack.splice(bottom)) {
    while (closer.canClose && closer.left > 0) {
      const kind = `${closer.mark}${closer.canOpen}${closer.length % 3}`;
      const index = findOpener(openers, closer, noOpenerBelow.get(kind) ?? 0);
      if (index === undefined) {
        noOpenerBelow.set(kind, openers.length);
        break;
      }
      const opener = openers[index]!;
      openers.length = index + 1;
      for (const [each, floor] of noOpenerBelow) noOpenerBelow.set(each, Math.min(floor, openers.length));
      const strong = opener.left >= 2 && closer.left >= 2;
      opener.left -= strong ? 2 : 1;
      closer.left -= strong ? 2 : 1;
      pairs.push({ open: opener.token, close: closer.token, strong });
      if (opener.left === 0) openers.pop();
    }
    if (closer.canOpen && closer.left > 0) openers.push(closer);
  }
  return pairs;
}

function findOpener(openers: readonly Delimiter[], closer: Delimiter, floor: number): number | undefined {
  for (let index = openers.length - 1; index >= floor; index--) {
    const opener = openers[index]!;
    if (opener.mark === closer.mark && !breaksRuleOfThree(opener, closer)) return index;
  }
  return undefined;
}

/** Rules 9 and 10: if one of the two can both open and close, lengths whose sum is a multiple of 3 do not pair. */
function breaksRuleOfThree(opener: Delimiter, closer: Delimiter): boolean {
  const isBoth = opener.canClose || closer.canOpen;
  const isWhole = opener.length % 3 === 0 && closer.length % 3 === 0;
  return isBoth && (opener.length + closer.length) % 3 === 0 && !isWhole;
}

/** Whether a run may open or close emphasis, depending on the adjacent characters (CommonMark 0.31, section 6.2). */
export function flanking(
  mark: string,
  before: string,
  after: string,
): { canOpen: boolean; canClose: boolean } {
  const left = !isSpace(after) && (!isMark(after) || isSpace(before) || isMark(before));
  const right = !isSpace(before) && (!isMark(before) || isSpace(after) || isMark(after));
  if (mark === '*') return { canOpen: left, canClose: right };
  return { canOpen: left && (!right || isMark(before)), canClose: right && (!left || isMark(after)) };
}

const isSpace = (char: string) => char === '' || /[\s\p{Zs}]/u.test(char);
const isMark = (char: string) => /[\p{P}\p{S}]/u.test(char);
