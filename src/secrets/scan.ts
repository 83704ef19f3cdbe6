import type { SecretForm } from './forms.ts';
import type { Spellings } from './spellings.ts';

/** The position of a secret in UTF-16 units. */
export interface SecretMatch {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The result of scanning a text. */
interface Scan {
  /** In order, without overlaps. */
  readonly found: readonly SecretMatch[];
  /** Matches before this position are final, whatever follows. The text's length if nothing follows. */
  readonly settled: number;
}

/** Finds all forms at once. `before` is the character that precedes the text; `last` says that nothing follows it. */
export type SecretScanner = (
  text: string,
  options: { readonly before: string; readonly last: boolean },
) => Scan;

/**
 * Number of characters that are looked up to decide whether a form can start, and the size of the lookup table in
 * bits.
 */
const PREFIX = 4;
const TABLE_BITS = 18;

/**
 * Creates a scanner for forms. A hash table of four-character prefixes says whether any form may start at a position,
 * which is rare; only then are the matching forms compared, spelling by spelling. One large regular expression would
 * exceed V8's limits (40 spellings per character), a full automaton would need too much memory, and neither says how
 * much of a text's end to hold back.
 */
export function createSecretScanner(forms: readonly SecretForm[]): SecretScanner {
  const { table, byPrefix, byFirst, tiny } = createIndex(forms);
  return (text, { before, last }) => {
    const found: SecretMatch[] = [];
    let settled = text.length;

    const look = (at: number, candidates: readonly Readable[] = []) => {
      for (const form of candidates) {
        const { end, partial } = match(form, text, at, before, last);
        if (end > at) add(found, { name: form.name, start: at, end });
        if (partial && at < settled) settled = at;
      }
    };

    const whole = text.length - PREFIX;
    for (let at = 0; at < text.length; at++) {
      if (tiny.size === 0) at = skip(text, at, table);
      const first = text.charCodeAt(at);
      look(at, at > whole ? byFirst.get(first) : byPrefix.get(keyAt(text, at)));
      look(at, tiny.get(first));
    }
    const holding = found.find((each) => each.start < settled && each.end > settled);
    return { found, settled: last ? text.length : (holding?.start ?? settled) };
  };
}

/** Merges overlapping matches, so that no part of either secret remains. */
function add(found: SecretMatch[], next: SecretMatch): void {
  const previous = found.at(-1);
  if (!previous || next.start >= previous.end) found.push(next);
  else if (next.end > previous.end) found[found.length - 1] = { ...previous, end: next.end };
}

interface Match {
  /** End of the longest match; -1 if the form does not match. */
  readonly end: number;
  /** The text ended before the match could be decided. */
  readonly partial: boolean;
}

const NONE: Match = { end: -1, partial: false };

/** Matches a form at `start`. Follows several readings in parallel when one spelling is a prefix of another. */
function match(form: Readable, text: string, start: number, before: string, last: boolean): Match {
  if (form.word && isWordCharacter(start === 0 ? before : text.charAt(start - 1))) return NONE;
  let ends = [start];
  let partial = false;
  for (const { optional, byFirst } of form.characters) {
    const next: number[] = [];
    for (const at of ends) {
      if (optional) reach(next, at);
      if (at === text.length) partial ||= !last;
      for (const spelling of byFirst.get(text.charCodeAt(at)) ?? []) {
        const end = at + spelling.length;
        if (end > text.length) partial ||= !last && spelling.startsWith(text.slice(at));
        else if (text.startsWith(spelling, at)) reach(next, end);
      }
    }
    if (next.length === 0) return { end: -1, partial };
    ends = next;
  }
  if (!form.word) return { end: Math.max(...ends), partial };
  partial ||= !last && ends.includes(text.length);
  return { end: Math.max(-1, ...ends.filter((end) => !isWordCharacter(text.charAt(end)))), partial };
}

function reach(ends: number[], end: number): void {
  if (!ends.includes(end)) ends.push(end);
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}

/** A form prepared for matching. */
interface Readable {
  readonly name: string;
  readonly word: boolean;
  readonly characters: readonly Character[];
}

/** The spellings of one character, indexed by their first character, which leaves one or two to compare. */
interface Character {
  readonly optional: boolean;
  readonly byFirst: ReadonlyMap<number, readonly string[]>;
}

interface Index {
  /** 1 in the slot of every prefix. */
  readonly table: Uint8Array;
  readonly byPrefix: ReadonlyMap<number, readonly Readable[]>;
  /** By first character only, for the last positions of a text. */
  readonly byFirst: ReadonlyMap<number, readonly Readable[]>;
  /** Forms that may be shorter than a prefix, by first character. */
  readonly tiny: ReadonlyMap<number, readonly Readable[]>;
}

function createIndex(forms: readonly SecretForm[]): Index {
  const byPrefix = new Map<number, Readable[]>();
  const byFirst = new Map<number, Readable[]>();
  const tiny = new Map<number, Readable[]>();
  const prepared = new Map<Spellings, Character>();
  for (const { name, word, characters } of forms) {
    const form = { name, word, characters: characters.map((spellings) => prepare(spellings, prepared)) };
    const prefixes = [...prefixesOf(characters, 0, PREFIX)];
    const short = prefixes.some((prefix) => prefix.length < PREFIX);
    for (const first of new Set(prefixes.map((prefix) => prefix.charCodeAt(0))))
      gather(short ? tiny : byFirst, first, form);
    if (!short)
      for (const key of new Set(prefixes.map((prefix) => keyAt(prefix, 0)))) gather(byPrefix, key, form);
  }
  const table = new Uint8Array(1 << TABLE_BITS);
  for (const key of byPrefix.keys()) table[slot(key)] = 1;
  return { table, byPrefix, byFirst, tiny };
}

/** Characters repeat and share their spellings, so the prepared tables are cached. */
function prepare(spellings: Spellings, prepared: Map<Spellings, Character>): Character {
  const known = prepared.get(spellings);
  if (known) return known;
  const byFirst = new Map<number, string[]>();
  for (const spelling of spellings) if (spelling !== '') gather(byFirst, spelling.charCodeAt(0), spelling);
  const character = { optional: spellings.includes(''), byFirst };
  prepared.set(spellings, character);
  return character;
}

/** The prefixes of all readings of a form, starting at its `index`-th character. */
function prefixesOf(characters: SecretForm['characters'], index: number, length: number): Set<string> {
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

function gather<T>(map: Map<number, T[]>, key: number, item: T): void {
  const items = map.get(key);
  if (items) items.push(item);
  else map.set(key, [item]);
}

/** Packs four characters into 32 bits. Characters above 8 bits may collide, which costs only an extra comparison. */
function keyAt(text: string, at: number): number {
  let key = 0;
  for (let next = at; next < at + PREFIX; next++) key = (key << 8) ^ text.charCodeAt(next);
  return key;
}

/** The first position from `at` on where a form may start, or the first that is too close to the end to decide. */
function skip(text: string, at: number, table: Uint8Array): number {
  let key = keyAt(text, at - 1);
  for (let end = at + PREFIX - 1; end < text.length; end++) {
    key = (key << 8) ^ text.charCodeAt(end);
    if (table[slot(key)] === 1) return end - PREFIX + 1;
  }
  return Math.max(at, text.length - PREFIX + 1);
}

/** Multiplicative hashing (Knuth, TAOCP 6.4): the high bits of the product depend on every bit of the key. */
function slot(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - TABLE_BITS);
}
