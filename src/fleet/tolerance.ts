/** How many boxes may fail before no more are begun: a number of boxes, or a share of all. */
export type Tolerance =
  | { readonly kind: 'boxes'; readonly most: number }
  | { readonly kind: 'share'; readonly most: number };

/** Reads `3` or `10%`; undefined where it is neither. */
export function parseTolerance(text: string): Tolerance | undefined {
  const found = /^(\d{1,6})(%?)$/.exec(text.trim());
  if (!found) return undefined;
  const number = Number(found[1]);
  if (found[2] === '') return { kind: 'boxes', most: number };
  return number <= 100 ? { kind: 'share', most: number / 100 } : undefined;
}

/** Whether more have failed than may. Of a share even one box may be too many: 10 % of five is none. */
export function exceeded(tolerance: Tolerance, failed: number, all: number): boolean {
  return failed > (tolerance.kind === 'boxes' ? tolerance.most : Math.floor(tolerance.most * all));
}
