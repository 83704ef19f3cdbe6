/** How programs encode a text. Deliberately independent of src/secrets: each with another library or by hand. */
export const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64, one byte ahead': (text) => Buffer.from(`:${text}`).toString('base64'),
  'base64, two bytes ahead': (text) => Buffer.from(`u:${text}`).toString('base64'),
  'base64, a line end behind': (text) => Buffer.from(`${text}\n`).toString('base64'),
  'base64, amid others': (text) => Buffer.from(`{"user":"x","pass":"${text}"}`).toString('base64'),
  'base64, wrapped at 76': (text) =>
    wrap(Buffer.from(`some words ahead: ${text}`).toString('base64'), 76, '\n'),
  'base64, wrapped at 64 with CRLF': (text) => wrap(Buffer.from(text).toString('base64'), 64, '\r\n'),
  base64url: (text) => Buffer.from(`é${text}é`).toString('base64url'),
  'base64 in a URL': (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
  'base64 in JSON with escaped slashes': (text) =>
    Buffer.from(text).toString('base64').replaceAll('/', '\\/'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'upper hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'hex with colons': (text) => pairs(text).join(':'),
  'hex with blanks': (text) => pairs(text).join(' '),
  encodeURIComponent: (text) => encodeURIComponent(text),
  encodeURI: (text) => encodeURI(text),
  'form fields': (text) => new URLSearchParams({ k: text }).toString(),
  'every byte percent-encoded': (text) =>
    pairs(text)
      .map((pair) => `%${pair}`)
      .join(''),
  'every byte percent-encoded, upper': (text) =>
    pairs(text)
      .map((pair) => `%${pair.toUpperCase()}`)
      .join(''),
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  JSON: (text) => JSON.stringify(text),
  'JSON, ASCII only': (text) => JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, unicode),
  'JSON for HTML': (text) =>
    JSON.stringify(text)
      .replaceAll(/[<>&']/g, unicode)
      .replaceAll('/', '\\/'),
  'JSON within JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'a quoted shell word': (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  'a quoted shell word, the other way': (text) => `'${text.replaceAll("'", `'"'"'`)}'`,
  'a double-quoted shell word': (text) => `"${text.replaceAll(/[\\$`"]/g, '\\$&')}"`,
  'an escaped shell word': (text) => text.replaceAll(/[^\w\n]/gu, (each) => `\\${each}`),
  'an ANSI C word': (text) =>
    `$'${text.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`,
  'octal bytes': (text) =>
    [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  'hex bytes': (text) =>
    pairs(text)
      .map((pair) => `\\x${pair}`)
      .join(''),
  'a quoted SQL or YAML string': (text) => `'${text.replaceAll("'", "''")}'`,
  'a CSV field': (text) => `"${text.replaceAll('"', '""')}"`,
  HTML: (text) => text.replaceAll(/[&<>"']/g, (each) => HTML[each] ?? each),
  'HTML, the Python way': (text) =>
    text.replaceAll(/[&<>"']/g, (each) => ({ ...HTML, "'": '&#x27;' })[each] ?? each),
  'HTML, the PHP way': (text) =>
    text.replaceAll(/[&<>"']/g, (each) => ({ ...HTML, "'": '&#039;' })[each] ?? each),
  'HTML, every character by number': (text) => [...text].map((each) => `&#${each.codePointAt(0)};`).join(''),
  'HTML, every character by hex number': (text) =>
    [...text].map((each) => `&#x${each.codePointAt(0)?.toString(16)};`).join(''),
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'CRLF in base64': (text) => Buffer.from(text.replaceAll('\n', '\r\n')).toString('base64'),
  'line ends lost': (text) => text.replaceAll('\n', ' '),
};

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function pairs(text: string): string[] {
  return Buffer.from(text).toString('hex').match(/../g) ?? [];
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function wrap(text: string, width: number, end: string): string {
  return (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end);
}
