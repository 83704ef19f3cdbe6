import { looksRandom, maskShapes } from './redact.ts';

/** Bytes of an incomplete line that are held back; a longer line is processed in parts. */
const LONGEST_LINE = 64 * 1024;

/**
 * Redacts what looks like a secret in the output of a job, as in command lines, but keeps what jobs print routinely:
 * git ids, digests of files and images, key fingerprints. Control characters stay, because a carriage return may be the
 * finding.
 */
export function redactOutput(text: string): string {
  const redactor = outputRedactor();
  return redactor.push(text) + redactor.end();
}

/** The same for streamed output. */
export interface OutputRedactor {
  /** Returns the lines that are complete by now, redacted. */
  push(text: string): string;
  /** Returns the rest, redacted. */
  end(): string;
}

/** Works line by line, except for PEM keys, which span lines. */
export function outputRedactor(): OutputRedactor {
  let held = '';
  let inKey = false;

  const line = (text: string): string => {
    if (inKey) {
      if (END.test(text)) {
        inKey = false;
        return text.replace(END, '');
      }
      // Not part of a key: it was not a key, or it was truncated.
      if (KEY_LINE.test(text)) return '';
      inKey = false;
    }
    if (!BEGIN.test(text) || WHOLE.test(text)) return redactLine(text);
    inKey = true;
    return `${redactLine(text.replace(BEGIN, ''))}*** (PEM)\n`;
  };
  /** Most lines cannot contain a secret and are passed on at once. */
  const redactLines = (text: string): string => {
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
      const complete = whole.length - end > LONGEST_LINE ? whole.length : end;
      held = whole.slice(complete);
      return complete === 0 ? '' : redactLines(whole.slice(0, complete));
    },
    end: () => {
      const rest = held;
      held = '';
      return rest === '' ? '' : redactLines(rest);
    },
  };
}

const BEGIN = /-----BEGIN [A-Z0-9 ]{1,40}-----[^\n]*\n?/;
const END = /^.{0,200}?-----END [A-Z0-9 ]{1,40}-----/;
const WHOLE = /-----BEGIN [A-Z0-9 ]{1,40}-----.*-----END /;
const KEY_LINE = /^(?:[\s>|]*[A-Za-z0-9+/=]{1,100}|[\w-]{1,30}: [\w,. -]{1,100}|\s*)\s*$/;

/** Whether a text can contain a secret at all. Much cheaper than searching for one, and most output contains none. */
function isSuspect(text: string): boolean {
  return NAMED.test(text) || containsRandomSecret(text);
}

/**
 * Substrings, one of which every pattern in observe/redact contains, except random words. Without the flag `i`, which
 * costs double.
 */
const NAMED =
  /[Pp][Aa][Ss][Ss]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[IiSsEe][-_]?[Kk][Ee][Yy]|[Cc][Rr][Ee][Dd][Ee]|[Aa][Uu][Tt][Hh][Oo][Rr]|[Bb][Ee][Aa][Rr][Ee]|[Bb][Aa][Ss][Ii][Cc]|[Dd][Ii][Gg][Ee][Ss]|@|eyJ|-----BEGIN|gh[pousr]_|github_pat|glpat|xox|npm_|sk-|hf_|dop_|AKIA|ASIA|AIza/;

/** A single pass over the characters; a regular expression would restart at each letter of each word. */
function containsRandomSecret(text: string): boolean {
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    if (code < 128 && IN_WORD[code] === 1) continue;
    if (at - from >= 20 && isRandomSecret(text.slice(from, at))) return true;
    from = at + 1;
  }
  return false;
}

/** Letters, digits and `+`, by character code. */
const IN_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Placeholders of known secrets stay: the names are not secret, and they help the reader. */
function redactLine(line: string): string {
  if (!isSuspect(line)) return line;
  return line
    .split(/(\[secret:[^\]\s]{1,200}\])/)
    .map((part, at) => (at % 2 === 1 ? part : maskShapes(part, isRandomSecret)))
    .join('');
}

/** Random, but not a hash: hashes have known lengths, and hexadecimal digits alone do not indicate a secret. */
function isRandomSecret(word: string): boolean {
  if (word.includes('nix/store/')) return false;
  return word.split(/[/_=-]/).some((part) => !isHash(part) && looksRandom(part));
}

/** MD5, git and SHA-1, SHA-224 to SHA-512 and their prefixes of up to 48 digits; ULIDs. */
function isHash(part: string): boolean {
  return /^(?:[0-9a-f]{20,128}|[0-9A-F]{20,128})$/.test(part) || /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(part);
}
