/**
 * Text without anything that rewrites a terminal or hides words from a person that a model still reads: ANSI sequences,
 * control characters (but not tab and line feed), bidi controls, zero-width and tag characters, lone surrogates.
 * Rules: trojansource.codes, Unicode TR36.
 */
export function plainText(text: string): string {
  if (!suspicious.test(text)) return text;
  return (
    text
      .replace(/\r\n?/g, '\n')
      // Bounded: a sequence that never ends may not swallow the text, nor the time.
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
 * The same text with what `plainText` would take out written as an escape: a person who is asked whether it may run has to
 * see all of it, and a terminal sequence is nothing to a shell but more characters.
 */
export function visibleText(text: string): string {
  if (!suspicious.test(text)) return text;
  return [controls, hidden, lineSeparators, tags, surrogates].reduce(
    (shown, kind) => shown.replace(kind, escaped),
    text,
  );
}

const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;
