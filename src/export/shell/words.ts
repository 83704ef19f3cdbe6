import { endMark, shellQuote } from '../../base/shell-quote.ts';
import { REFERENCE } from '../../base/substitute.ts';

/** Whether `${NAME}` is replaced in fences and checks; otherwise it is literal text. */
export type IsReference = (name: string) => boolean;

/** One word of a POSIX shell: the text with the values of its references, however they look. */
export function word(text: string, isReference: IsReference): string {
  const inside = expandable(text, isReference);
  return inside === undefined
    ? shellQuote(text.replaceAll(REFERENCE, literal))
    : `"${inside.replaceAll('"', '\\"')}"`;
}

/** A here-document with the values of the references. The text ends with a line break, or is empty. */
export function hereText(text: string, isReference: IsReference): string {
  const inside = expandable(text, isReference);
  const mark = endMark(text);
  return inside === undefined
    ? quotedText(text.replaceAll(REFERENCE, literal))
    : `<<${mark}\n${inside}${mark}`;
}

/** A here-document of exactly this text; `rest` of its line follows the operator. */
export function quotedText(text: string, rest = ''): string {
  const mark = endMark(text);
  return `<<'${mark}'${rest}\n${text}${mark}`;
}

/** For double quotes and here-documents; undefined without a reference. */
function expandable(text: string, isReference: IsReference): string | undefined {
  const escaped = (part: string) => part.replaceAll(/[\\`$]/g, '\\$&');
  let [inside, end, found] = ['', 0, false];
  for (const match of text.matchAll(REFERENCE)) {
    const isValue = !match[0].startsWith('$$') && isReference(match[1]!);
    inside += escaped(text.slice(end, match.index));
    inside += isValue ? `\${${match[1]!}}` : escaped(literal(match[0]));
    found ||= isValue;
    end = match.index + match[0].length;
  }
  return found ? inside + escaped(text.slice(end)) : undefined;
}

/** `$${NAME}` is a literal `${NAME}`. */
export const literal = (reference: string): string =>
  reference.startsWith('$$') ? reference.slice(1) : reference;
