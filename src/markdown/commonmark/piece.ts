import type { Emphasis } from './emphasis.ts';

/** A stretch of inline content that looks the same throughout. */
export interface Piece {
  /** What a reader sees: escapes and entities decoded, marks left out; a soft or hard break is LF. */
  readonly text: string;
  /** Offset in the text that was read. */
  readonly start: number;
  readonly code: boolean;
  readonly strong: boolean;
  readonly emphasis: boolean;
  /** Inside a link, or the description of an image: where it points. */
  readonly href?: string;
}

/** A piece before it is known what is around it; marks that paired have become empty. */
export interface Token {
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

/** One sweep over the tokens, which gives each what is around it. */
export function piecesOf(
  tokens: readonly Token[],
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

/** How deep emphasis gets deeper or less deep before each token. */
function changes(emphases: readonly Emphasis[]): Map<number, number> {
  const byToken = new Map<number, number>();
  const add = (token: number, change: number) => byToken.set(token, (byToken.get(token) ?? 0) + change);
  for (const { open, close } of emphases) {
    add(open + 1, 1);
    add(close, -1);
  }
  return byToken;
}
