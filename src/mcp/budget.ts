import { plainText } from '../model/plain-text.ts';
import { cutLargest } from './cut.ts';

/** Most entries of lists, and characters of texts, that results have in common. */
const USUAL: Readonly<Record<string, number>> = {
  checks: 20,
  findings: 5,
  known_fixes: 3,
  changed: 20,
  output_tail: 2_000,
};

/** How much of which field was left out: entries of a list, characters of a text. Keys are paths: `steps.3.checks`. */
export type More = Map<string, number>;

/**
 * A result that its reader can bear: plain text only, lists and texts no longer than is usual, and the largest of them cut
 * further until its JSON has at most `budget` characters. What was left out is counted in `more`. Texts keep their
 * beginning, those named `…tail` or `…log` their end.
 *
 * The whole is never made JSON before it is small: one text in it may be 100 MB.
 *
 * @throws RangeError where nothing is left to cut, which is a defect of the tool.
 */
export function fitToBudget(output: Record<string, unknown>, budget: number): Record<string, unknown> {
  const { more: counted = {}, ...fields } = output;
  const more: More = new Map(Object.entries(counted as Record<string, number>));
  const body = bearable(fields, '', budget, more).value as Record<string, unknown>;
  for (;;) {
    const fitted = more.size > 0 ? { ...body, more: Object.fromEntries(more) } : body;
    const excess = JSON.stringify(fitted).length - budget;
    if (excess <= 0) return fitted;
    if (!cutLargest(body, excess, more))
      throw new RangeError(`a result is ${excess} characters over its budget`);
  }
}

/** A plain copy, and about how many characters it is as JSON. */
interface Copy {
  readonly value: unknown;
  readonly size: number;
}

function bearable(value: unknown, path: string, budget: number, more: More): Copy {
  if (typeof value === 'string') {
    const clipped = clipText(value, path, usual(path) ?? budget, more);
    return { value: clipped, size: clipped.length + 2 };
  }
  if (Array.isArray(value)) return bearableList(value, path, budget, more);
  if (typeof value !== 'object' || value === null) return { value, size: 8 };
  const copy: Record<string, unknown> = {};
  let size = 2;
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue;
    const name = plainText(key);
    const inner = bearable(each, joinPath(path, name), budget, more);
    // Not by assignment: `__proto__` is a name like any other.
    Object.defineProperty(copy, name, {
      value: inner.value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    size += inner.size + name.length + 4;
  }
  return { value: copy, size };
}

/** Stops where the list is far beyond the budget already: what comes after could not stay. */
function bearableList(list: readonly unknown[], path: string, budget: number, more: More): Copy {
  const most = Math.min(list.length, usual(path) ?? budget);
  const copy: unknown[] = [];
  let size = 2;
  while (copy.length < most && size < 2 * budget) {
    const inner = bearable(list[copy.length], joinPath(path, copy.length), budget, more);
    copy.push(inner.value);
    size += inner.size + 1;
  }
  if (copy.length < list.length) count(more, path, list.length - copy.length);
  return { value: copy, size };
}

/** The beginning of a text, or the end of one whose end matters, with an ellipsis for the rest. */
function clipText(text: string, path: string, most: number, more: More): string {
  if (text.length <= most) return plainText(text);
  count(more, path, text.length - most);
  return /(tail|log)$/.test(path) ? `…${plainText(text.slice(-most))}` : `${plainText(text.slice(0, most))}…`;
}

function count(more: More, path: string, left: number): void {
  more.set(path, (more.get(path) ?? 0) + left);
}

const joinPath = (path: string, key: string | number) => (path === '' ? String(key) : `${path}.${key}`);

const usual = (path: string): number | undefined => {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return Object.hasOwn(USUAL, name) ? USUAL[name] : undefined;
};
