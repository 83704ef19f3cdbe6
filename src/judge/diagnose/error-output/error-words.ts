/** Whether a line cannot be the reason for a failure, whatever words it contains. */
export function isNoise(line: string): boolean {
  return NOISE.some((pattern) => pattern.test(line.trim()));
}

/** How certainly a line is an error of a program; 0: it is not. */
export function errorScore(line: string): number {
  const text = line.trim().slice(0, LONGEST);
  if (text === '' || text.length < 4 || isNoise(text)) return 0;
  const score = Math.max(0, ...SHAPES.map(([points, pattern]) => (pattern.test(text) ? points : 0)));
  return SUMMARIES.some((pattern) => pattern.test(text)) ? Math.min(score, SUMMARY) : score;
}

/** A line that only repeats that something failed, or points to where the reason is. */
export const SUMMARY = 3;

/** What a program says of a failure in passing, or only as a warning. */
export const WARNING = 4;

/** What is wrong is said at the start of a line. */
const LONGEST = 300;

const ERROR_WORD =
  "\\b(?:err(?:or)?s?|fail(?:s|ed|ure|ing)?|fatal|panic|exception|cannot|can['’]?t|can not|could ?n[o'’]t|unable|denied|forbidden|unauthori[sz]ed|refus(?:ed|es)|reject(?:ed|s)|reset by|no such|not (?:an? |in |a )?(?:found|permitted|allowed|exist|supported|valid|recogni[sz]ed|installed|defined|writable|readable|executable|available|known|set|owned|running|empty|match(?:ing)?)|does ?n[o'’]t|did ?n[o'’]t|invalid|illegal|unknown|unrecogni[sz]ed|unexpected|unsupported|undefined|unbound|unresolved|unclosed|missing|no \\w+ found|time[ds]?[ -]?out|already|exceed(?:ed|s)?|killed|aborted?|corrupt(?:ed)?|malformed|mismatch(?:ed)?|conflicts?|too (?:many|long|large|old|open|few|small|big)|out of|not a\\b|must (?:be|have|not)|requires?|required|expected|bad|broken|stale|locked|expired|insecure|overflow|violat\\w+|dubious|incompatible|interrupted|differs?|unsatisfi\\w+|nothing)\\b";

const HAS_ERROR_WORD = new RegExp(ERROR_WORD, 'i');

/** Whether a line has words of trouble, at whatever level it was logged. */
export function hasErrorWord(line: string): boolean {
  return HAS_ERROR_WORD.test(line.slice(0, LONGEST)) && !/\b(?:0|no) (?:errors?|failures?)\b/i.test(line);
}

/** The most telling first; the points order kinds of lines. */
const SHAPES: readonly (readonly [points: number, pattern: RegExp])[] = [
  // The ends of traces: Python, Java, Node, Ruby, Go, Rust, PHP, Perl, Lua.
  [
    9,
    /^(?:Exception in thread "[^"]*" |Caused by: |Uncaught )?(?:[\w$]+[.:]{1,2})*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Failure)\b(?: \[\w+\])?(?::|$)/,
  ],
  [9, /^(?:panic: |thread '[^']*' (?:\(\d+\) )?panicked at|fatal error: (?!.*\bcompilation terminated))/],
  [9, /^PHP (?:Fatal|Parse) error:|^(?:Fatal|Parse) error: /],
  [9, /\((?:[A-Z]\w*::)*[A-Z]\w*(?:Error|Exception)\)$/],
  [8, / at \S+ line \d+\.?(?: <\w+> line \d+\.)?$/],
  // Compilers, and others that name a place in a file.
  [8, /^(?:\S{1,200}:\d+(?::\d+)?:? )(?:fatal )?error\b/i],
  [8, /^error(?:\[E\d+\])?: /],
  // A level at the start, after at most a time and a name.
  [
    8,
    /^[^"'=]{0,60}?(?:^|[\s[<|(:])(?:emerg|emergency|alert|crit|critical|fatal|panic|severe|error|err)[\])>|:]/i,
  ],
  [8, /^(?:E|ERROR|FATAL|PANIC|SEVERE|CRITICAL)(?::| {1,3}\S)/],
  [
    8,
    /^(?:npm ERR!|npm error|ERR_PNPM_\w+| ERR_\w+|E: |ERROR \d+ \(\w+\)|-?(?:ERR|NOAUTH|WRONGPASS|MISCONF|READONLY|DENIED|OOM|WRONGTYPE|LOADING|NOPERM) )/,
  ],
  [8, /^[│╷|]? ?(?:Error|✘|✗|×)[: ]/],
  [7, /"(?:level|severity)":"(?:error|fatal|panic|critical)"|\blevel=(?:error|fatal|panic)\b|"msg": "/],
  // `prog: what is wrong`, `file:12: what is wrong`.
  [7, new RegExp(`^(?:[\\w./+@~()[\\]-]{1,200}): .*${ERROR_WORD}`, 'i')],
  [6, new RegExp(`^.{0,100}?:\\d+(?::\\d+)?: .*${ERROR_WORD}`, 'i')],
  [5, HAS_ERROR_WORD],
  [WARNING, /\bwarn(?:ing)?\b/i],
];

/** True, but not the reason. */
const SUMMARIES: readonly RegExp[] = [
  /\baborting due to|could not compile|command failed|exited? (?:with )?(?:status|code|non-zero)|exit status \d|returned (?:a )?non-zero|ld returned|compilation terminated/i,
  /^make(?:\[\d+\])?: \*\*\* .*(?:Error \d+|Stop)|^(?:error: )?subprocess-exited|^Traceback|^During handling of|^The above exception/i,
  /configuration (?:file )?(?:\S+ )?test (?:failed|is)|contains errors|errors? (?:found|occurred)|^errors? in \S+ file|Fatal errors? found/i,
  /see (?:the |also |above|https?:)|for more (?:information|details|help)|complete log|full log|re-run maven|use '?-+help|try '.*--help|^usage:|^\[help|this is likely not a problem|note: this/i,
  /failed to start|failed!$|did not start|stopped waiting|could not start server|examine the log|(?:shutting|shut) down|^(?:\S+ )?exiting\b|^\[ERROR\] *$|build failure|terminated by signal/i,
  /^curl: \((?:7|22|28|35|52|56)\)|^wget: |^ERROR: (?:Failed building|Could not build)|^npm (?:error|ERR!) (?:code \S+|errno \S+|syscall \S+|path \S+|command .*)$/i,
  /: line \d+: +\d+ [A-Z][a-z]+(?: \w+)* /,
  /encountered problems during initiali[sz]ation/i,
  /^rsync error: .*\(code \d+\) at /,
  /^Exception ignored|^Worker \(pid|^\[ERROR\] Worker|worker failed to boot/i,
];

/** No errors, whatever words they contain. */
const NOISE: readonly RegExp[] = [
  /^(?:Its Verify does not hold|The fence ended with|[Tt]he step (?:was|ended))/,
  /^\++ /,
  /\b(?:0|no) (?:errors?|failures?|warnings?)\b|\b(?:errors?|failed|failures|unreachable)[=:] ?0\b|without errors?\b/i,
  /^[^"']{0,60}?(?:\[|\b)(?:info|debug|notice|trace|note)(?:\]|:|\b)/i,
  /^\s*(?:at |File "|from |\.{3} ?\d+ more|\^|~|#\d+ |\[C\]: )/,
  /^\s*no (?:field|file) (?:package\.|')/,
  /^stack traceback:/,
  /^\s*(?:[|+`-]+|\d+ \|)/,
  /error_log|errorlog|errors?\.log['"]?$|\bstderr\b(?!.*:)/i,
  /^\*+$|^-+$|^=+$/,
];
