import { readAnsiQuote } from './ansi-quote.ts';
import { bytesToText } from './bytes-as-text.ts';

/**
 * Reads what `export -p` prints: `declare -x A="b"` (bash), `export A='b'` (POSIX, dash), `export A=$'b'` and, for a
 * list that is also an array, `export -T PATH path=( /a /b )` (zsh).
 * Skips names without a value, which no program sees, and arrays, which an environment cannot hold.
 */
export function readExportListing(listing: Buffer): ReadonlyMap<string, string> {
  if (!last.listing.equals(listing)) last = { listing, variables: parseListing(listing) };
  return last.variables;
}

/** Most fences export nothing new, so most listings equal the previous one. */
let last: { listing: Buffer; variables: Map<string, string> } = {
  listing: Buffer.alloc(0),
  variables: new Map(),
};

function parseListing(listing: Buffer): Map<string, string> {
  const variables = new Map<string, string>();
  const reader: Reader = { text: bytesToText(listing), at: 0 };
  while (reader.at < reader.text.length) {
    const words = readCommand(reader);
    const isArray = words.some((word) => /^-[a-zA-Z]*[aA]/.test(word));
    const tied = words.indexOf('-T');
    if (tied > 0) variables.set(words[tied + 1]!, words.slice(tied + 3, -1).join(':'));
    const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(words.at(-1) ?? '');
    if (words.length > 1 && assignment && !isArray && tied < 0) variables.set(assignment[1]!, assignment[2]!);
  }
  return variables;
}

interface Reader {
  readonly text: string;
  at: number;
}

/** The words of one line, which continues over newlines while a quote is open. */
function readCommand(reader: Reader): string[] {
  const words: string[] = [];
  let word: string | undefined;
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at]!;
    if (character === '\n' || character === ' ') {
      reader.at += 1;
      if (word !== undefined) words.push(word);
      word = undefined;
      if (character === '\n') break;
    } else {
      word = (word ?? '') + readWordPart(reader);
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readWordPart(reader: Reader): string {
  const { text, at } = reader;
  if (text.startsWith("$'", at)) return readAnsi(reader);
  if (text[at] === "'") return readUntil(reader, at + 1, "'");
  if (text[at] === '"') return readDouble(reader);
  if (text[at] === '\\') {
    reader.at += 2;
    return text[at + 1] ?? '';
  }
  const plain = /[^\s'"\\$]+|\$/y;
  plain.lastIndex = at;
  const [part] = plain.exec(text) ?? [text[at]!];
  reader.at += part.length;
  return part;
}

function readUntil(reader: Reader, from: number, mark: string): string {
  const end = reader.text.indexOf(mark, from);
  reader.at = end < 0 ? reader.text.length : end + 1;
  return reader.text.slice(from, end < 0 ? undefined : end);
}

function readDouble(reader: Reader): string {
  let value = '';
  for (reader.at += 1; reader.at < reader.text.length && reader.text[reader.at] !== '"'; reader.at += 1) {
    if (reader.text[reader.at] === '\\') reader.at += 1;
    value += reader.text[reader.at] ?? '';
  }
  reader.at += 1;
  return value;
}

/** A backslash escapes the quote after it, and so does zsh's `\M-`. */
function readAnsi(reader: Reader): string {
  const quoted = /\$'((?:[^'\\]|\\M-\\C-.|\\M-.|\\.)*)'?/sy;
  quoted.lastIndex = reader.at;
  const [whole, body] = quoted.exec(reader.text)!;
  reader.at += whole.length;
  return readAnsiQuote(body!);
}
