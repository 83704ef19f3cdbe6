import { plainText } from '../../base/plain-text.ts';

/** Most entries of lists, and characters of texts, that results have in common. */
const USUAL: Readonly<Record<string, number>> = {
  checks: 20,
  findings: 5,
  known_fixes: 3,
  changed: 20,
  output_tail: 2_000,
};

/** Shorter texts stay whole: a sentence cut in two says nothing. */
const SHORT_TEXT = 200;

/** An object of a schema keeps its fields; with more keys than this it is a record of names to values, which may lose some. */
const RECORD_KEYS = 40;

/** How much of which field was left out: entries of a list, characters of a text. Keys are paths: `steps.3.checks`. */
type More = Map<string, number>;

/**
 * A result that its reader can bear: plain text only, lists and texts no longer than is usual, and so many characters as
 * JSON at most. Where it is more, every text and list gets the same share and no more, so that the largest give way and
 * the short ones stay. What was left out is counted in `more`. Texts keep their beginning, those named `…tail` or `…log`
 * their end.
 *
 * The whole is never made JSON before it is small: one text in it may be 100 MB.
 *
 * @throws RangeError where fields and short texts alone are too much, which is a defect of the tool.
 */
export function fitToBudget(output: Record<string, unknown>, budget: number): Record<string, unknown> {
  const { more: counted = {}, ...fields } = output;
  for (let share = budget; share >= 20; share = Math.floor(share * 0.85)) {
    const more: More = new Map(Object.entries(counted as Record<string, number>));
    const { value } = shared(fields, '', share, more);
    const fitted = more.size > 0 ? { ...(value as object), more: Object.fromEntries(more) } : value;
    if (JSON.stringify(fitted).length <= budget) return fitted as Record<string, unknown>;
  }
  throw new RangeError(`fields and short texts alone are more than ${budget} characters`);
}

/** A plain copy, and how many characters it is as JSON. */
interface Copy {
  readonly value: unknown;
  readonly size: number;
}

/** Copies a value so that no text or list in it is longer than its share of characters. */
function shared(value: unknown, path: string, share: number, more: More): Copy {
  if (typeof value === 'string') {
    const text = clipped(value, path, Math.min(usual(path), Math.max(share, SHORT_TEXT)), more);
    return { value: text, size: JSON.stringify(text).length };
  }
  if (Array.isArray(value)) {
    const entries = value.slice(0, usual(path)).entries();
    const kept = sharedEntries(entries, value.length, path, share, more);
    return { value: kept.entries.map(([, each]) => each), size: kept.size };
  }
  if (typeof value !== 'object' || value === null) return { value, size: String(value).length };
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const most = entries.length > RECORD_KEYS ? share : Number.POSITIVE_INFINITY;
  const kept = sharedEntries(entries, entries.length, path, share, more, most);
  return { value: Object.fromEntries(kept.entries), size: kept.size };
}

/** The first entries that have room in `most` characters; the others are counted. */
function sharedEntries<Key extends string | number>(
  entries: Iterable<[Key, unknown]>,
  length: number,
  path: string,
  share: number,
  more: More,
  most = share,
): { entries: [Key, unknown][]; size: number } {
  const kept: [Key, unknown][] = [];
  let size = 2;
  for (const [key, value] of entries) {
    const name = (typeof key === 'string' ? plainText(key) : key) as Key;
    const inside: More = new Map();
    const copy = shared(value, path === '' ? String(name) : `${path}.${name}`, share, inside);
    const grown = size + copy.size + (typeof name === 'string' ? JSON.stringify(name).length + 2 : 1);
    // The first one stays as long as it can: an empty list tells less than one entry.
    if (grown > most && (kept.length > 0 || share < SHORT_TEXT)) break;
    kept.push([name, copy.value]);
    size = grown;
    for (const [inner, left] of inside) more.set(inner, (more.get(inner) ?? 0) + left);
  }
  if (kept.length < length) more.set(path, (more.get(path) ?? 0) + length - kept.length);
  return { entries: kept, size };
}

/** The beginning of a text, or the end of one whose end matters, with an ellipsis for the rest. */
function clipped(text: string, path: string, most: number, more: More): string {
  if (text.length <= most) return plainText(text);
  more.set(path, text.length - most);
  return /(tail|log)$/.test(path) ? `…${plainText(text.slice(-most))}` : `${plainText(text.slice(0, most))}…`;
}

function usual(path: string): number {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return Object.hasOwn(USUAL, name) ? USUAL[name]! : Number.POSITIVE_INFINITY;
}
