/** How many boxes may fail before no more are started: a number, or a share of all boxes. */
export type Tolerance =
  | { readonly kind: 'boxes'; readonly most: number }
  | { readonly kind: 'share'; readonly most: number };

/** Parses `3` or `10%`; returns undefined for anything else. */
export function parseTolerance(text: string): Tolerance | undefined {
  const found = /^(\d{1,6})(%?)$/.exec(text.trim());
  if (!found) return undefined;
  const number = Number(found[1]);
  if (found[2] === '') return { kind: 'boxes', most: number };
  return number <= 100 ? { kind: 'share', most: number / 100 } : undefined;
}

/**
 * Whether more boxes have failed than tolerated. With a share, even one failure can be too many: 10% of five boxes
 * allows none.
 */
export function exceeded(tolerance: Tolerance, failed: number, all: number): boolean {
  return failed > (tolerance.kind === 'boxes' ? tolerance.most : Math.floor(tolerance.most * all));
}
