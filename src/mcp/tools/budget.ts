import { plainText } from '../../base/plain-text.ts';

/** Maximum entries of lists and characters of texts that results have in common. */
const MAX_BY_NAME: Readonly<Record<string, number>> = {
  checks: 20,
  findings: 5,
  known_fixes: 3,
  changed: 20,
  output_tail: 2_000,
};

/** Shorter texts are kept whole, because part of a sentence is useless. */
const SHORT_TEXT = 200;

/**
 * An object of a schema keeps its fields. With more keys than this it is a record of names to values, which may lose
 * some.
 */
const RECORD_KEYS = 40;

/** How much of each field was omitted: entries of a list, characters of a text. Keys are paths: `steps.3.checks`. */
type More = Map<string, number>;

/**
 * Shortens a result to plain text of at most `budget` characters as JSON, with lists and texts of limited length. If
 * it is larger, every text and list gets the same share, so that the largest shrink and short ones stay. Omitted parts
 * are counted in `more`. Texts keep their start, those named `…tail` or `…log` their end. The whole is never
 * serialized before it is small, because one text may be 100 MB.
 *
 * @throws RangeError if fields and short texts alone are too large, which is a bug in the tool.
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

/** A plain copy, and its length as JSON. */
interface Copy {
  readonly value: unknown;
  readonly size: number;
}

/** Copies a value so that no text or list exceeds its share of characters. */
function shared(value: unknown, path: string, share: number, more: More): Copy {
  if (typeof value === 'string') {
    const text = clipped(value, path, Math.min(maxAt(path), Math.max(share, SHORT_TEXT)), more);
    return { value: text, size: JSON.stringify(text).length };
  }
  if (Array.isArray(value)) {
    const entries = value.slice(0, maxAt(path)).entries();
    const kept = sharedEntries(entries, value.length, path, share, more);
    return { value: kept.entries.map(([, each]) => each), size: kept.size };
  }
  if (typeof value !== 'object' || value === null) return { value, size: String(value).length };
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const most = entries.length > RECORD_KEYS ? share : Number.POSITIVE_INFINITY;
  const kept = sharedEntries(entries, entries.length, path, share, more, most);
  return { value: Object.fromEntries(kept.entries), size: kept.size };
}

/** The first entries that fit in `most` characters; the others are counted. */
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
    // The first entry is kept as long as possible, because an empty list is less useful.
    if (grown > most && (kept.length > 0 || share < SHORT_TEXT)) break;
    kept.push([name, copy.value]);
    size = grown;
    for (const [inner, left] of inside) more.set(inner, (more.get(inner) ?? 0) + left);
  }
  if (kept.length < length) more.set(path, (more.get(path) ?? 0) + length - kept.length);
  return { entries: kept, size };
}

/** The start of a text, or its end if the end matters, with an ellipsis for the rest. */
function clipped(text: string, path: string, most: number, more: More): string {
  if (text.length <= most) return plainText(text);
  more.set(path, text.length - most);
  return /(tail|log)$/.test(path) ? `…${plainText(text.slice(-most))}` : `${plainText(text.slice(0, most))}…`;
}

function maxAt(path: string): number {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return Object.hasOwn(MAX_BY_NAME, name) ? MAX_BY_NAME[name]! : Number.POSITIVE_INFINITY;
}
