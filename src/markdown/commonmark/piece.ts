import type { Emphasis } from './emphasis.ts';

/** A range of inline content with uniform formatting. */
export interface Piece {
  /** The visible text: escapes and entities decoded, marks removed. A soft or hard break is LF. */
  readonly text: string;
  /** Offset in the source text. */
  readonly start: number;
  readonly code: boolean;
  readonly strong: boolean;
  readonly emphasis: boolean;
  /** Inside a link or an image description: the destination. */
  readonly href?: string;
}

/** A piece before its formatting is known. The marks of a matched pair become empty. */
export interface InlineToken {
  text: string;
  readonly start: number;
  readonly code: boolean;
}

/** Tokens strictly between `open` and `close` link to `href`. */
export interface Link {
  readonly open: number;
  readonly close: number;
  readonly href: string;
}

/** Assigns the formatting to each token in one pass. */
export function piecesOf(
  tokens: readonly InlineToken[],
  emphases: readonly Emphasis[],
  links: readonly Link[],
): Piece[] {
  const strong = changes(emphases.filter((each) => each.strong));
  const emphasis = changes(emphases.filter((each) => !each.strong));
  const opening = new Map(links.map(({ open, href }) => [open, href]));
  const closing = new Set(links.map(({ close }) => close));
  const hrefs: string[] = [];
  const depth = { strong: 0, emphasis: 0 };
  return tokens.flatMap(({ text, start, code }, index) => {
    if (closing.has(index)) hrefs.pop();
    depth.strong += strong.get(index) ?? 0;
    depth.emphasis += emphasis.get(index) ?? 0;
    const href = hrefs.at(-1);
    const piece = { text, start, code, strong: depth.strong > 0, emphasis: depth.emphasis > 0 };
    const opened = opening.get(index);
    if (opened !== undefined) hrefs.push(opened);
    if (text === '') return [];
    return [href === undefined ? piece : { ...piece, href }];
  });
}

/** The changes of emphasis depth before each token. */
function changes(emphases: readonly Emphasis[]): Map<number, number> {
  const byToken = new Map<number, number>();
  const add = (token: number, change: number) => byToken.set(token, (byToken.get(token) ?? 0) + change);
  for (const { open, close } of emphases) {
    add(open + 1, 1);
    add(close, -1);
  }
  return byToken;
}
