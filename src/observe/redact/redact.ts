/**
 * Removes secrets from command lines and log lines by their shape. Known values are additionally masked by secrets/.
 * Pure, and linear in the text's length.
 */

/** Replaces a secret. */
const MASK = '***';

/** Redacts log lines: strips control and bidi characters and masks secret-like values. */
export function redactText(text: string): string {
  return maskShapes(stripControl(text), looksRandom);
}

/**
 * Redacts a command line: like `redactText`, plus the values of secret-like flags in either form (`--token=x`, `--token
 * x`).
 */
export function redactArgv(argv: readonly string[]): string[] {
  return argv.map((word, index) => flagged(argv, index) ?? redactText(word).replaceAll('\n', ' '));
}

/**
 * Removes ANSI sequences, control characters (except tab and newline), bidi controls, zero-width and tag characters:
 * anything that could rewrite a terminal or hide text from a person that a model still reads (trojansource.codes,
 * Unicode TR36).
 */
function stripControl(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      .replace(/\u001b\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)/g, '')
      .replace(/\u001b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|[@-Z\\-_])/g, '')
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
      .replace(/[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g, '')
      .replace(/[\u2028\u2029]/g, ' ')
      // Tag characters: invisible copies of ASCII.
      .replace(/[\u{e0000}-\u{e007f}]/gu, '')
  );
}

const secretName =
  'passw(?:or)?d|passphrase|passwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|authorization';

/** Patterns that identify a secret; `$1` and `$3` are kept. The widest come first. */
const shapes: readonly [pattern: RegExp, replacement: string][] = [
  [/-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g, '*** (PEM)'],
  [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)*/g, MASK],
  [/([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"]{0,100}:)([^\s/@'"]{1,300})(@)/gi, `$1${MASK}$3`],
  [/([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/:@'"]{16,300})(@)/gi, `$1${MASK}$3`],
  [/\b((?:bearer|basic|digest)\s+)([\w.~+/=-]{8,})/gi, `$1${MASK}`],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|npm_|sk-|hf_|dop_v1_|AKIA|ASIA|AIza)[\w-]{12,}/g, MASK],
  [new RegExp(`(--?[\\w-]{0,40}(?:${secretName})[\\w-]{0,20}[ \\t]+)(?!-)([^\\s"']+)`, 'gi'), `$1${MASK}`],
];

/** `name=value`, `name: value`, `"name": "value"`. */
const assignment = new RegExp(
  `((?:${secretName})[\\w.-]{0,40}["']?[ \\t]{0,4}[=:][ \\t]{0,4})("[^"\\n]*"|'[^'\\n]*'|["']?[^\\s"',;&)}\\]]+)`,
  'gi',
);

/** Values that say whether a secret is set, not what it is: `(using password: YES)`. */
const harmless =
  /^["']?(?:yes|no|true|false|null|none|nil|undefined|on|off|required|missing|bearer|basic|\*+|\$\w+|\$\{\w+\})["']?$/i;

/** How error messages go on after a name: `fetch anonymous token: unexpected status`, `/etc/passwd: Operation not permitted`. */
const beginsMessage =
  /^(?:unexpected|failed|failure|invalid|expired|error|not|cannot|could|unable|unauthorized|denied|refused|unknown|permission|operation|read-only|is)$/i;

/** Masks everything that matches a secret's pattern; `isRandom` decides for long words. */
export function maskShapes(text: string, isRandom: (word: string) => boolean): string {
  let masked = text;
  for (const [pattern, replacement] of shapes) masked = masked.replace(pattern, replacement);
  masked = masked.replace(assignment, (whole, name: string, value: string) =>
    harmless.test(value) || (/:[ \t]+$/.test(name) && beginsMessage.test(value)) ? whole : `${name}${MASK}`,
  );
  return masked.replace(
    /(\b(?:sha(?:256|384|512)|SHA(?:256|384|512))[:-])?[A-Za-z0-9+/_=-]{24,}/g,
    (word, digest?: string) => (digest === undefined && isRandom(word) ? MASK : word),
  );
}

/**
 * Whether a long word is random rather than written: a stretch of 20 or more letters and digits that switches between
 * lower case, upper case and digits at least every fourth character on average. Paths, identifiers, UUIDs and pod names
 * do not.
 */
export function looksRandom(word: string): boolean {
  return word.split(/[/_=-]/).some((part) => {
    if (part.length < 20 || !/\d/.test(part) || !/[A-Za-z]/.test(part)) return false;
    let turns = 0;
    for (let index = 1; index < part.length; index++) {
      if (classOf(part.charCodeAt(index)) !== classOf(part.charCodeAt(index - 1))) turns++;
    }
    return turns * 4 >= part.length;
  });
}

function classOf(code: number): 'digit' | 'upper' | 'lower' | 'other' {
  if (code >= 48 && code <= 57) return 'digit';
  if (code >= 65 && code <= 90) return 'upper';
  if (code >= 97 && code <= 122) return 'lower';
  return 'other';
}

const secretFlag = new RegExp(`^--?[\\w-]*(?:${secretName})[\\w-]*$`, 'i');

/** Short flags that take a secret, as the next word or attached. `user`: only the part after the colon. */
const shortFlags: readonly { program: RegExp; flag: RegExp; form: 'next' | 'attached' | 'user' }[] = [
  { program: /^curl$/, flag: /^(?:-u|-U|--user|--proxy-user)$/, form: 'user' },
  { program: /^sshpass$/, flag: /^-p$/, form: 'next' },
  { program: /^sshpass$/, flag: /^-p./, form: 'attached' },
  { program: /^(?:mysql|mariadb)/, flag: /^-p./, form: 'attached' },
  { program: /^redis-cli$/, flag: /^(?:-a|--pass)$/, form: 'next' },
  { program: /^ldap(?:search|add|modify)$/, flag: /^-w$/, form: 'next' },
  { program: /^(?:docker|podman|helm|buildah|skopeo) (?:.* )?login$/, flag: /^-p$/, form: 'next' },
];

/** The masked word, if the flag before it (or in it) marks it as a secret. */
function flagged(argv: readonly string[], index: number): string | undefined {
  const word = argv[index] ?? '';
  const before = index > 0 ? (argv[index - 1] ?? '') : '';
  if (index > 1 && secretFlag.test(before) && !word.startsWith('-')) return MASK;
  const program = argv[0]?.split('/').at(-1) ?? '';
  const login = argv.includes('login') ? `${program} login` : program;
  for (const { program: name, flag, form } of shortFlags) {
    if (!name.test(program) && !name.test(login)) continue;
    if (form === 'attached' && flag.test(word)) return `${word.slice(0, 2)}${MASK}`;
    if (form === 'next' && flag.test(before)) return MASK;
    if (form === 'user' && flag.test(before)) return word.replace(/:[\s\S]*$/, `:${MASK}`);
  }
  return undefined;
}
