/** Character references (CommonMark 0.31, section 2.5). */

/** The named references that are common in practice. The two thousand others of HTML are left as they are. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  copy: '©',
  hellip: '…',
  ndash: '–',
  mdash: '—',
};

const ENTITY = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z]{2,8}));/;
const ENTITY_HERE = new RegExp(ENTITY, 'y');
const ESCAPES_AND_ENTITIES = new RegExp(`\\\\([!-/:-@[-\`{-~])|${ENTITY.source}`, 'g');

/** Decodes the reference at an offset; returns its character and the offset after it. */
export function readEntity(
  text: string,
  at: number,
): { readonly character: string; readonly end: number } | undefined {
  ENTITY_HERE.lastIndex = at;
  const found = ENTITY_HERE.exec(text);
  const character = found ? characterOf(found[1], found[2], found[3]) : undefined;
  return character === undefined ? undefined : { character, end: ENTITY_HERE.lastIndex };
}

/** Decodes backslash escapes and references, as in destinations and info strings. */
export function decodeText(text: string): string {
  return text.replace(ESCAPES_AND_ENTITIES, (whole, escaped, decimal, hex, name) => {
    return escaped ?? characterOf(decimal, hex, name) ?? whole;
  });
}

/** Undefined: an unknown name. */
function characterOf(decimal?: string, hex?: string, name?: string): string | undefined {
  if (name !== undefined) return NAMED[name];
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : '\uFFFD';
}
