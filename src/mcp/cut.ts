/** Shorter texts stay whole: a sentence cut in two says nothing. */
const SHORT_TEXT = 200;

/** An object of a schema keeps its fields; with more keys than this it is a record of names to values. */
const RECORD_KEYS = 40;

/** Something that can be made smaller, and how many characters it is as JSON. */
interface Cut {
  readonly size: number;
  readonly shorten: (excess: number) => void;
}

/**
 * Shortens the largest text in a result or, where no text makes it large, the longest list, and counts in `more` what is
 * gone. Changes `body`. False where nothing is left to shorten.
 */
export function cutLargest(
  body: Record<string, unknown>,
  excess: number,
  more: Map<string, number>,
): boolean {
  const cuts: Cut[] = [];
  collect(body, '', more, cuts);
  if (cuts.length === 0) return false;
  cuts.reduce((best, cut) => (cut.size > best.size ? cut : best)).shorten(excess);
  return true;
}

/** Gathers what can be cut under a holder; answers its size as JSON. */
function collect(holder: object, path: string, more: Map<string, number>, cuts: Cut[]): number {
  let size = 2;
  for (const [key, value] of Object.entries(holder)) {
    const here = path === '' ? key : `${path}.${key}`;
    const put = (next: unknown) => Object.defineProperty(holder, key, { value: next });
    size += key.length + 4 + measure(value, here, put, more, cuts);
  }
  return size;
}

function measure(
  value: unknown,
  path: string,
  put: (next: unknown) => void,
  more: Map<string, number>,
  cuts: Cut[],
): number {
  if (typeof value === 'string') {
    const size = JSON.stringify(value).length;
    if (value.length > SHORT_TEXT)
      cuts.push({ size, shorten: (excess) => put(shorterText(value, path, size, excess, more)) });
    return size;
  }
  if (typeof value !== 'object' || value === null) return 8;
  const before = cuts.length;
  const size = collect(value, path, more, cuts);
  // Entries go only where no single thing inside is what makes it large.
  const inner = Math.max(0, ...cuts.slice(before).map((cut) => cut.size));
  const entries = Object.keys(value).length;
  const cuttable = Array.isArray(value) ? entries > 0 : entries > RECORD_KEYS;
  if (cuttable && inner < size / 3) {
    cuts.length = before;
    cuts.push({ size, shorten: () => put(shorterList(value, path, more)) });
  }
  return size;
}

/** Takes away the excess, but not more than leaves half: another one may be the largest by then. */
function shorterText(
  text: string,
  path: string,
  size: number,
  excess: number,
  more: Map<string, number>,
): string {
  // Escapes make the JSON longer than the text.
  const share = Math.ceil((excess * text.length) / size) + 2;
  const keep = Math.max(SHORT_TEXT / 2, Math.floor(text.length / 2), text.length - share);
  const ellipsis = more.has(path) ? 1 : 0;
  more.set(path, (more.get(path) ?? 0) + text.length - ellipsis - keep);
  return /(tail|log)$/.test(path) ? `…${text.slice(-keep)}` : `${text.slice(0, keep)}…`;
}

function shorterList(value: object, path: string, more: Map<string, number>): unknown {
  const entries = Object.entries(value);
  const keep = Math.floor(entries.length * 0.75);
  for (const [key] of entries.slice(keep)) {
    for (const known of more.keys())
      if (known === `${path}.${key}` || known.startsWith(`${path}.${key}.`)) more.delete(known);
  }
  more.set(path, (more.get(path) ?? 0) + entries.length - keep);
  return Array.isArray(value) ? value.slice(0, keep) : Object.fromEntries(entries.slice(0, keep));
}
