import type { Assignment, Word, WordPart } from 'unbash';

/** A part of a word: text without its quotes, or a script whose output takes its place. */
type Piece = string | { readonly script: string };

/** One word of POSIX sh or bash. */
export interface ShellWord {
  readonly pieces: readonly Piece[];
  /** Some of it was quoted. */
  readonly quoted: boolean;
  /** The content of a here-document, where this word is its delimiter. */
  readonly heredoc?: string;
}

/** A word's text; scripts inside appear as `$(…)`. */
export function wordText(word: ShellWord): string {
  return word.pieces.map((piece) => (typeof piece === 'string' ? piece : `$(${piece.script})`)).join('');
}

/** A word that is only text. */
export function textWord(text: string): ShellWord {
  return { pieces: [text], quoted: false };
}

/** Reads a word of the syntax tree. */
export function shellWord({ parts, value, text }: Word): ShellWord {
  if (!parts) return { pieces: [value], quoted: text !== value };
  const quoted = parts.some(({ type }) => QUOTES.has(type)) || text.includes('\\');
  return { pieces: joined(parts.flatMap(pieces)), quoted };
}

/** Reads `NAME=value` as one word. */
export function assignmentWord({ text, value }: Assignment): ShellWord {
  if (value?.type !== 'Word') return textWord(text);
  const word = shellWord(value);
  const name = text.slice(0, text.length - value.text.length);
  return { ...word, pieces: joined([name, ...word.pieces]) };
}

const QUOTES: ReadonlySet<WordPart['type']> = new Set([
  'SingleQuoted',
  'DoubleQuoted',
  'AnsiCQuoted',
  'LocaleString',
]);

function pieces(part: WordPart): readonly Piece[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [part.value];
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.flatMap(pieces);
    case 'CommandExpansion':
      return [{ script: part.text.startsWith('`') ? part.text.slice(1, -1) : part.text.slice(2, -1) }];
    case 'ProcessSubstitution':
      return [{ script: part.text.slice(2, -1) }];
    // `${NAME}` and `$NAME` are the same.
    case 'ParameterExpansion':
      return [part.text.replace(/^\$\{(\w+)\}$/, '$$$1')];
    default:
      return [part.text];
  }
}

function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') result[result.length - 1] = last + piece;
    else result.push(piece);
  }
  return result;
}
