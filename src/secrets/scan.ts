import type { Form } from './forms.ts';

/** Where a secret stands, in UTF-16 units. */
export interface Found {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What one look at a text gives. */
export interface Scan {
  /** In order, none touching another's inside. */
  readonly found: readonly Found[];
  /** Up to here nothing can change by what follows; the text's length where nothing follows. */
  readonly settled: number;
}

/** Looks for all forms at once. `before` is the character ahead of the text; `last`: nothing follows it. */
export type Scanner = (text: string, options: { readonly before: string; readonly last: boolean }) => Scan;

/** How many neighbouring characters decide whether a form is looked for, and the size of the table that says so, in bits. */
const PREFIX = 4;
const TABLE_BITS = 18;

/**
 * A scanner for forms.
 *
 * A table tells from four neighbouring characters whether any form may begin there, which is almost never so; only
 * then are the forms that begin so followed, spelling by spelling. Neither one big regular expression nor a table of
 * all states would do: with 40 spellings a character the first is beyond what V8 compiles, the second beyond the
 * memory we may use, and neither says how much of a text's end to hold back.
 */
export function createScanner(forms: readonly Form[]): Scanner {
  const { table, byPrefix, byFirst, tiny } = createIndex(forms);
  return (text, { before, last }) => {
    const found: Found[] = [];
    let settled = text.length;

    const look = (at: number, candidates: readonly Form[] = []) => {
      for (const form of candidates) {
        const { end, partial } = match(form, text, at, before, last);
        if (end > at) add(found, { name: form.name, start: at, end });
        if (partial && at < settled) settled = at;
      }
    };

    const whole = text.length - PREFIX;
    const anyTiny = tiny.size > 0;
    let key = keyOf(text.slice(0, PREFIX - 1));
    for (let at = 0; at < text.length; at++) {
      key = (key << 8) ^ text.charCodeAt(at + PREFIX - 1);
      if (at > whole) look(at, byFirst.get(text.charCodeAt(at)));
      else if (table[slot(key)] === 1) look(at, byPrefix.get(key));
      if (anyTiny) look(at, tiny.get(text.charCodeAt(at)));
    }
    const holding = found.find((each) => each.start < settled && each.end > settled);
    return { found, settled: last ? text.length : (holding?.start ?? settled) };
  };
}

/** Overlapping finds become one: what two secrets share must not be left over from either. */
function add(found: Found[], next: Found): void {
  const previous = found.at(-1);
  if (!previous || next.start >= previous.end) found.push(next);
  else if (next.end > previous.end) found[found.length - 1] = { ...previous, end: next.end };
}

interface Match {
  /** Where the longest reading ends; -1: the form does not stand there. */
  readonly end: number;
  /** The text ended before it could be told. */
  readonly partial: boolean;
}

const NONE: Match = { end: -1, partial: false };

/** Reads a form from `start`. Several readings may go on side by side, where one spelling begins like another. */
function match(form: Form, text: string, start: number, before: string, last: boolean): Match {
  if (form.word && isWordCharacter(start === 0 ? before : text.charAt(start - 1))) return NONE;
  let ends = [start];
  let partial = false;
  for (const spellings of form.characters) {
    const next: number[] = [];
    for (const at of ends) {
      for (const spelling of spellings) {
        const end = at + spelling.length;
        if (end > text.length) partial ||= !last && spelling.startsWith(text.slice(at));
        else if (text.startsWith(spelling, at) && !next.includes(end)) next.push(end);
      }
    }
    if (next.length === 0) return { end: -1, partial };
    ends = next;
  }
  if (!form.word) return { end: Math.max(...ends), partial };
  partial ||= !last && ends.includes(text.length);
  return { end: Math.max(-1, ...ends.filter((end) => !isWordCharacter(text.charAt(end)))), partial };
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}

interface Index {
  /** 1 in the slots of all prefixes. */
  readonly table: Uint8Array;
  readonly byPrefix: ReadonlyMap<number, readonly Form[]>;
  /** By the first character alone, for the last places of a text. */
  readonly byFirst: ReadonlyMap<number, readonly Form[]>;
  /** Forms that may be shorter than a prefix, by their first character. */
  readonly tiny: ReadonlyMap<number, readonly Form[]>;
}

function createIndex(forms: readonly Form[]): Index {
  const byPrefix = new Map<number, Form[]>();
  const byFirst = new Map<number, Form[]>();
  const tiny = new Map<number, Form[]>();
  for (const form of forms) {
    const prefixes = [...prefixesOf(form.characters, 0, PREFIX)];
    const short = prefixes.some((prefix) => prefix.length < PREFIX);
    for (const first of new Set(prefixes.map((prefix) => prefix.charCodeAt(0))))
      gather(short ? tiny : byFirst, first, form);
    if (!short) for (const key of new Set(prefixes.map(keyOf))) gather(byPrefix, key, form);
  }
  const table = new Uint8Array(1 << TABLE_BITS);
  for (const key of byPrefix.keys()) table[slot(key)] = 1;
  return { table, byPrefix, byFirst, tiny };
}

/** The first characters of all readings of a form from its `index`-th character on. */
function prefixesOf(characters: Form['characters'], index: number, length: number): Set<string> {
  const spellings = characters[index];
  if (!spellings || length === 0) return new Set(['']);
  const prefixes = new Set<string>();
  for (const spelling of spellings) {
    const head = spelling.slice(0, length);
    if (head.length === length) prefixes.add(head);
    else
      for (const tail of prefixesOf(characters, index + 1, length - head.length)) prefixes.add(head + tail);
  }
  return prefixes;
}

function gather(map: Map<number, Form[]>, key: number, form: Form): void {
  const forms = map.get(key);
  if (forms) forms.push(form);
  else map.set(key, [form]);
}

/** The same 32 bits as the scanner's running key, which forgets what is four characters behind. */
function keyOf(prefix: string): number {
  let key = 0;
  for (let at = 0; at < prefix.length; at++) key = (key << 8) ^ prefix.charCodeAt(at);
  return key;
}

/** Multiplicative hashing (Knuth, TAOCP 6.4): the high bits of the product depend on all of the key. */
function slot(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - TABLE_BITS);
}
