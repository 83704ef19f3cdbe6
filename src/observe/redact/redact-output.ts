import { looksRandom, maskShapes } from './redact.ts';

/** Bytes of a line that are held back until its end comes; a longer one is settled as it is. */
const LONGEST_LINE = 64 * 1024;

/**
 * Takes what looks like a secret out of what a job says, as out of command lines, but leaves what jobs print all day: git ids,
 * digests of files and images, fingerprints of keys. Control characters stay, since a carriage return may be the finding.
 */
export function redactOutput(text: string): string {
  const redactor = outputRedactor();
  return redactor.push(text) + redactor.end();
}

/** The same for output as it comes. */
export interface OutputRedactor {
  /** Answers what is settled by now: whole lines. */
  push(text: string): string;
  /** Answers what was held back. */
  end(): string;
}

/** Output is judged line by line, but for keys in PEM, which are longer. */
export function outputRedactor(): OutputRedactor {
  let held = '';
  let inKey = false;

  const line = (text: string): string => {
    if (inKey) {
      if (END.test(text)) {
        inKey = false;
        return text.replace(END, '');
      }
      // A line that is no part of a key: this was not one, or it was cut off.
      if (KEY_LINE.test(text)) return '';
      inKey = false;
    }
    if (!BEGIN.test(text) || WHOLE.test(text)) return judged(text);
    inKey = true;
    return `${judged(text.replace(BEGIN, ''))}*** (PEM)\n`;
  };
  /** Most lines hold nothing that could be one: they are passed over at once. */
  const settle = (text: string): string => {
    if (!inKey && !isSuspect(text)) return text;
    return text
      .split(/(?<=\n)/)
      .map(line)
      .join('');
  };
  return {
    push: (text) => {
      const whole = held + text;
      // A progress bar ends its lines with a carriage return alone.
      const end = Math.max(whole.lastIndexOf('\n'), whole.lastIndexOf('\r', whole.length - 2)) + 1;
      const settled = whole.length - end > LONGEST_LINE ? whole.length : end;
      held = whole.slice(settled);
      return settled === 0 ? '' : settle(whole.slice(0, settled));
    },
    end: () => {
      const rest = held;
      held = '';
      return rest === '' ? '' : settle(rest);
    },
  };
}

const BEGIN = /-----BEGIN [A-Z0-9 ]{1,40}-----[^\n]*\n?/;
const END = /^.{0,200}?-----END [A-Z0-9 ]{1,40}-----/;
const WHOLE = /-----BEGIN [A-Z0-9 ]{1,40}-----.*-----END /;
const KEY_LINE = /^(?:[\s>|]*[A-Za-z0-9+/=]{1,100}|[\w-]{1,30}: [\w,. -]{1,100}|\s*)\s*$/;

/** Whether a text can hold a secret at all; much cheaper than looking for it, since most of what jobs say holds none. */
function isSuspect(text: string): boolean {
  return NAMED.test(text) || holdsDrawn(text);
}

/** What every shape in observe/redact has in it, but for a long word that was drawn. Without the flag `i`, which costs double. */
const NAMED =
  /[Pp][Aa][Ss][Ss]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[IiSsEe][-_]?[Kk][Ee][Yy]|[Cc][Rr][Ee][Dd][Ee]|[Aa][Uu][Tt][Hh][Oo][Rr]|[Bb][Ee][Aa][Rr][Ee]|[Bb][Aa][Ss][Ii][Cc]|[Dd][Ii][Gg][Ee][Ss]|@|eyJ|-----BEGIN|gh[pousr]_|github_pat|glpat|xox|npm_|sk-|hf_|dop_|AKIA|ASIA|AIza/;

/** One pass over the characters: an expression would begin anew at each letter of each word. */
function holdsDrawn(text: string): boolean {
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    if (code < 128 && IN_WORD[code] === 1) continue;
    if (at - from >= 20 && isDrawn(text.slice(from, at))) return true;
    from = at + 1;
  }
  return false;
}

/** Letters, digits and `+` by their code. */
const IN_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Marks of known secrets stay: their names are no secrets, and help. */
function judged(line: string): string {
  if (!isSuspect(line)) return line;
  return line
    .split(/(\[secret:[^\]\s]{1,200}\])/)
    .map((part, at) => (at % 2 === 1 ? part : maskShapes(part, isDrawn)))
    .join('');
}

/** Drawn, and no hash of something: their lengths are known, and hexadecimal digits alone tell of no secret. */
function isDrawn(word: string): boolean {
  if (word.includes('nix/store/')) return false;
  return word.split(/[/_=-]/).some((part) => !isHash(part) && looksRandom(part));
}

/** MD5, git and SHA-1, SHA-224 to SHA-512 and what is cut from them to 48; ULIDs. */
function isHash(part: string): boolean {
  return /^(?:[0-9a-f]{20,128}|[0-9A-F]{20,128})$/.test(part) || /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(part);
}
