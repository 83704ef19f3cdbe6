/** A program that starts the program in its arguments. */
interface Wrapper {
  /** Its options that take the next word as their value. */
  readonly valued: RegExp;
  /** How many arguments of its own precede the program. */
  readonly own?: number;
  /** It decides when, how often or from where the program runs, so the form of an attempt keeps it. */
  readonly decides?: true;
}

/** Matches no option. */
const NONE = /(?!)/;

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ['sudo', { valued: /^-[ugpChDRTUrc]$|^--(?:user|group|prompt|chdir|host)$/ }],
  ['doas', { valued: /^-[uC]$/ }],
  ['env', { valued: /^-[uC]$|^--(?:unset|chdir)$/ }],
  ['nohup', { valued: NONE }],
  ['time', { valued: /^-[fo]$/ }],
  ['command', { valued: NONE }],
  ['builtin', { valued: NONE }],
  ['exec', { valued: /^-a$/ }],
  ['nice', { valued: /^-n$|^--adjustment$/ }],
  ['ionice', { valued: /^-[cnpPu]$/ }],
  ['chrt', { valued: /^-[TPD]$/, own: 1 }],
  ['stdbuf', { valued: /^-[ioe]$/ }],
  ['setsid', { valued: NONE }],
  ['timeout', { valued: /^-[sk]$|^--(?:signal|kill-after)$/, own: 1, decides: true }],
  ['flock', { valued: /^-[wE]$|^--(?:timeout|conflict-exit-code)$/, own: 1, decides: true }],
  // `-i`, `-l` and `-e` take a value only in the same word.
  ['xargs', { valued: /^-[aEILnPsd]$|^--(?:arg-file|delimiter|max-args|max-procs)$/, decides: true }],
  ['watch', { valued: /^-n$|^--interval$/, decides: true }],
  ['busybox', { valued: NONE, decides: true }],
  ['npx', { valued: /^-p$|^--package$/, decides: true }],
  ['pnpx', { valued: NONE, decides: true }],
  ['bunx', { valued: NONE, decides: true }],
]);

/** Wrappers of wrappers deeper than this are not read. */
const MAX_LAYERS = 8;

/**
 * Index of the program that the words start, after assignments and wrappers such as `sudo -n -u app`. `all`: also after
 * wrappers that decide when, how often or from where it runs.
 */
export function afterWrappers(words: readonly string[], { all }: { readonly all: boolean }): number {
  let at = 0;
  for (let layer = 0; layer < MAX_LAYERS; layer += 1) {
    while (isAssignment(words[at])) at += 1;
    const name = (words[at] ?? '').replace(/^.*\//, '');
    const wrapper = WRAPPERS.get(name);
    if (!wrapper || (wrapper.decides && !all)) return at;
    // `command -v NAME` starts nothing.
    if (name === 'command' && /^-\w*[vV]/.test(words[at + 1] ?? '')) return at;
    at = afterOptions(words, at + 1, wrapper.valued) + (wrapper.own ?? 0);
  }
  return at;
}

function afterOptions(words: readonly string[], start: number, valued: RegExp): number {
  let at = start;
  while (/^-/.test(words[at] ?? '') || isAssignment(words[at])) {
    if (words[at] === '--') return at + 1;
    at += valued.test(words[at]!) ? 2 : 1;
  }
  return at;
}

const isAssignment = (word = '') => /^[A-Za-z_]\w*\+?=/.test(word);
