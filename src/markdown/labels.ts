import { editDistance } from '../base/nearest.ts';
import { inlineText, readInline } from './commonmark/inline.ts';

/** The labels of a step, in their conventional order. */
export const LABELS = [
  'Why',
  'Needs',
  'When',
  'For',
  'Symptom',
  'Evidence',
  'Run',
  'Fix',
  'Verify',
  'Undo',
] as const;

export type LabelName = (typeof LABELS)[number];

/** A label and the text after it in its paragraph. */
export interface Label<Name extends string = LabelName> {
  readonly name: Name;
  /** Markdown after the label, trimmed; empty if the label is alone. */
  readonly rest: string;
}

/** Optional opening emphasis, a word, then a colon or closing emphasis. */
const SHAPE = /^([*_]{0,3})([A-Z][a-z]+)(?=[:*_]|$)/;

/**
 * Reads the label at the start of a paragraph: `Why:`, `*Why:*`, `**Why**:`, `__Why:__ …`, or bold alone, `**Why**`.
 * | @param text of the paragraph, lines joined by LF
 */
export function readLabel<Name extends string>(
  text: string,
  names: readonly Name[],
): Label<Name> | undefined {
  const [start = '', open = '', word = ''] = SHAPE.exec(text) ?? [];
  const name = names.find((each) => each === word);
  if (!name) return undefined;
  const close = [...open].reverse().join('');
  const behind = text.slice(start.length);
  if (behind.startsWith(`:${close}`)) return { name, rest: behind.slice(1 + close.length).trim() };
  if (behind.startsWith(`${close}:`)) return { name, rest: behind.slice(close.length + 1).trim() };
  if (open.length >= 2 && behind.trimEnd() === close) return { name, rest: '' };
  // `**Why: the whole text is bold**`
  const isOpen = close !== '' && behind.startsWith(':') && behind.includes(close);
  return isOpen ? { name, rest: behind.slice(1).replace(close, '').trim() } : undefined;
}

/**
 * The label that a misspelled word was meant to be: `Verfy:`, `Symptoms:`, `Whyy`. Other real words are left alone.
 * For short labels only a doubled letter or two swapped letters count, because `Then:`, `Who:` and `Form:` are similar
 * to labels but correct.
 */
export function misspeltLabel(text: string): LabelName | undefined {
  const [, , word = ''] = SHAPE.exec(text) ?? [];
  return readLabel(text, [word]) && meantBy(word);
}

/** The same for a heading below a step. */
export function misspeltHeading(text: string): LabelName | undefined {
  const [word = ''] = /^[A-Z][a-z]+(?=:|$)/.exec(inlineText(text).trim()) ?? [];
  return meantBy(word);
}

function meantBy(word: string): LabelName | undefined {
  return LABELS.find((label) => label !== word && label[0] === word[0] && isMisspelling(word, label));
}

function isMisspelling(word: string, label: LabelName): boolean {
  const distance = editDistance(word, label);
  if (label.length > 4) return distance <= (label.length > 5 ? 2 : 1);
  const letters = (text: string) => [...text].sort().join('');
  const isDoubled = word.replace(/(.)\1/, '$1') === label;
  return distance === 1 && (isDoubled || letters(word) === letters(label));
}

/**
 * The label that a heading below a step represents: the word alone, with or without a colon, or with text after the
 * colon.
 */
export function readHeadingLabel<Name extends string>(
  text: string,
  names: readonly Name[],
): Label<Name> | undefined {
  const [, word, rest = ''] = /^([A-Z][a-z]+)(?::\s*(.*))?$/s.exec(inlineText(text).trim()) ?? [];
  const name = names.find((each) => each === word);
  return name && { name, rest };
}

/** `What NAME did:` alone on the first line of a paragraph: agents write this above a fix. */
export function readActionLabel(text: string): Label<'Fix'> | undefined {
  const [line = ''] = text.split('\n', 1);
  if (!/^[*_]{0,3}What /.test(line) || !/^What \S.* did:$/.test(inlineText(line).trim())) return undefined;
  return { name: 'Fix', rest: text.slice(line.length).trim() };
}

/** A label on a later line of a paragraph, where it has no effect. `line` starts at 0. */
export function misplacedLabel(
  text: string,
): { readonly name: LabelName; readonly line: number } | undefined {
  if (!text.includes('\n')) return undefined;
  for (const [line, written] of text.split('\n').entries()) {
    const [, , word] = line > 0 ? (/^([*_]{0,3})([A-Z][a-z]+)(?::|\1:)/.exec(written) ?? []) : [];
    const name = LABELS.find((each) => each === word);
    if (name) return { name, line };
  }
  return undefined;
}

/** Whether a paragraph resembles a label but is not one: a single word or only bold text, ending in a colon. */
export function looksLikeLabel(text: string): boolean {
  if (!/:[*_]*\s*$/.test(text.slice(-8))) return false;
  const pieces = readInline(text.trim());
  const seen = pieces.map((piece) => piece.text).join('');
  if (!seen.endsWith(':') || pieces.some((piece) => piece.code)) return false;
  const isBold = pieces.every((piece) => piece.strong || /^[\s:]*$/.test(piece.text));
  return isBold || /^[\p{L}\p{N}_-]+:$/u.test(seen);
}
