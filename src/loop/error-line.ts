/**
 * The part of an error message that stays the same across runs: the last line that mentions an error, with volatile
 * parts replaced. Ports, HTTP statuses and exit codes are kept.
 */
export function normalErrorLine(output: string): string {
  return normalText(lastErrorLine(output).slice(0, LONGEST));
}

/** Only the start of a line counts: that is where a message says what the error is. */
const LONGEST = 500;

const SPEAKS_OF_ERROR =
  /\berr(or)?s?\b|fail|fatal|panic|exception|cannot|can't|could ?n[o']t|unable|denied|forbidden|unauthori[sz]ed|refused|reset|no such|not (found|permitted|allowed)|invalid|unknown|missing|timed? ?out|already|exceeded|killed|^E:/i;

/** The last line that mentions an error, else the last line that is not blank; empty if missing. */
export function lastErrorLine(output: string): string {
  return lastLineOfError(output) ?? linesOf(output).at(-1) ?? '';
}

/** The last line that speaks of an error. */
export function lastLineOfError(output: string): string | undefined {
  return linesOf(output).findLast((line) => SPEAKS_OF_ERROR.test(line));
}

function linesOf(output: string): string[] {
  return withoutControls(output)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function withoutControls(text: string): string {
  return text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '');
}

/** The alphabet of the random suffixes of Kubernetes names (k8s.io/apimachinery/pkg/util/rand). */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';

/** The order matters: earlier patterns consume their text before later ones see it. `$1` is kept. */
const VOLATILE: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/(?:\/private)?(?:\/var)?\/tmp\/[^\s"'`,;:)\]}]+/g, '<temp>'],
  [/\/var\/folders\/[^\s"'`,;:)\]}]+/g, '<temp>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?)?\b/g, '<time>'],
  [/\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+/g, '<time>'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d{1,2} [A-Z][a-z]{2} \d{4}\b/g, '<time>'],
  [/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2}\b/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<hex>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [new RegExp(`-${RANDOM}{6,10}-${RANDOM}{5}\\b`, 'g'), '-<pod>'],
  [new RegExp(`-(?=${RANDOM}*\\d)${RANDOM}{5}\\b`, 'g'), '-<pod>'],
  [/\b\d+(?:\.\d+)?(?:ns|µs|us|ms|s|m|h)(?:\d+(?:\.\d+)?(?:ms|s|m))*\b/g, '<duration>'],
  [/(\.(?:bash|sh|py|js|mjs|ts|rb|go|pl|c|rs|ya?ml|json|toml|conf)):\d+(?::\d+)?/g, '$1:<n>'],
];

const REASON =
  '(?:Continue|OK|Created|Accepted|No Content|Moved|Found|Not Modified|Temporary Redirect|Permanent Redirect|Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not Allowed|Not Acceptable|Proxy Authentication|Request Timeout|Conflict|Gone|Unprocessable|Too Many Requests|Internal Server Error|Not Implemented|Bad Gateway|Service Unavailable|Gateway Time-?out)';

/** Numbers that distinguish one failure from another. */
const KEPT = new RegExp(
  [
    // Ports.
    '(?<=[\\w.*\\])>}]):\\d{1,5}(?![\\d.])',
    '(?<![\\w:]):\\d{1,5}(?![\\d.])',
    '\\bports?\\W{0,3}(?:\\d{1,5}\\b[ ,]*)+',
    'ports: \\[\\{[\\d ]+\\}\\]',
    '\\b\\d{1,5}/(?:tcp|udp)\\b',
    // HTTP statuses.
    '\\bHTTP(?:/[\\d.]+)?\\W{1,3}[1-5]\\d\\d\\b',
    '\\bstatus(?: ?code)?\\W{0,3}[1-5]\\d\\d\\b',
    'returned error: [1-5]\\d\\d\\b',
    `\\b[1-5]\\d\\d (?=${REASON})`,
    // Exit codes.
    '\\b(?:exit(?:ed)?|return(?:ed)?|error)(?: (?:with|code|status))*\\W{0,3}\\d{1,3}\\b',
    '\\b(?:code|status|rc|errno)\\W{0,3}\\d{1,3}\\b',
    '\\bcurl: \\(\\d+\\)',
    '\\bsignal\\W{0,3}\\d{1,2}\\b',
  ].join('|'),
  'gi',
);

const ADDRESS = /\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d{1,3}(?:\.\d{1,3}){3}\b/g;

/** Replaces UUIDs, long hexadecimal numbers, pod suffixes, times, temporary paths, addresses and other digits. */
export function normalText(text: string): string {
  let normal = text;
  for (const [pattern, replacement] of VOLATILE) normal = normal.replace(pattern, replacement);
  normal = normal.replace(ADDRESS, '<address>');
  return withoutDigits(normal).replace(/\s+/g, ' ').trim();
}

/** Keeps loopback addresses, which show where a service listens, and digits inside a word (`x509`, `sha256`). */
const LOOSE_DIGITS = /127\.0\.0\.1|0\.0\.0\.0|(?<![A-Za-z_\d])\d+/g;

function withoutDigits(text: string): string {
  const replaced = (part: string): string =>
    part.replace(LOOSE_DIGITS, (found) => (found.includes('.') ? found : '<n>'));
  let normal = '';
  let at = 0;
  for (const kept of text.matchAll(KEPT)) {
    normal += replaced(text.slice(at, kept.index)) + kept[0];
    at = kept.index + kept[0].length;
  }
  return normal + replaced(text.slice(at));
}
