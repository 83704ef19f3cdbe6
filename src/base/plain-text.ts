/**
 * Removes everything that can rewrite a terminal, or hide text from a person but not from a model: ANSI sequences,
 * control characters except tab and line feed, bidi controls, zero-width and tag characters, lone surrogates. Sources:
 * trojansource.codes, Unicode TR36.
 */
export function plainText(text: string): string {
  if (!suspicious.test(text)) return text;
  return (
    text
      .replace(/\r\n?/g, '\n')
      // Bounded, so that an unterminated sequence cannot swallow the text or take quadratic time.
      .replace(/\u001b\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)/g, '')
      .replace(/\u001b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|[@-Z\\-_])/g, '')
      .replace(controls, '')
      .replace(hidden, '')
      .replace(lineSeparators, '\n')
      // Tag characters are invisible copies of ASCII.
      .replace(tags, '')
      .replace(surrogates, '\ufffd')
  );
}

const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const hidden = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const lineSeparators = /[\u2028\u2029]/g;
const tags = /[\u{e0000}-\u{e007f}]/gu;
const surrogates = /\p{Surrogate}/gu;

const suspicious =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/;

/**
 * The text with everything that `plainText` would remove written as an escape instead. A person who approves a script
 * must see all of it, because a shell does run those characters.
 */
export function visibleText(text: string): string {
  if (!suspicious.test(text)) return text;
  return [controls, hidden, lineSeparators, tags, surrogates].reduce(
    (shown, kind) => shown.replace(kind, escaped),
    text,
  );
}

const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;
