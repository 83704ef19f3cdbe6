/**
 * Removes everything except letters, marks, digits, connectors, `-` and blanks: GitHub's rule, `[^\p{Word}\- ]` in
 * Ruby.
 */
const DROPPED = /[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\- ]/gu;

/**
 * The anchor that GitHub creates for a heading, from its text without marks: lower case, blanks as `-`. May be empty.
 */
export function slugOf(text: string): string {
  return text.toLowerCase().replace(DROPPED, '').replaceAll(' ', '-');
}

/** The anchors of all headings of a document, in order. The second `a` is `a-1`, as on GitHub. */
export function anchorsOf(texts: readonly string[]): string[] {
  const uses = new Map<string, number>();
  return texts.map((text) => {
    const slug = slugOf(text);
    let anchor = slug;
    while (uses.has(anchor)) {
      uses.set(slug, uses.get(slug)! + 1);
      anchor = `${slug}-${uses.get(slug)}`;
    }
    uses.set(anchor, 0);
    return anchor;
  });
}
