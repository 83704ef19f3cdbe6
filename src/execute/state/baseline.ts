/**
 * Variables that would change what bash does before or while a fence runs, or that belong to the Node process alone,
 * such as its channel to a parent. All other variables reach every fence, as in any script.
 */
const NOT_FOR_FENCES = new Set([
  'BASH_ENV',
  'ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'BASH_XTRACEFD',
  'POSIXLY_CORRECT',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'OLDPWD',
  '_',
]);

/** The environment that every fence starts from. `PWD` is the folder as written, so that a symlink in it is kept. */
export function baselineOf(
  process: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>>,
  folder: string,
): Readonly<Record<string, string>> {
  const kept = Object.entries({ ...process, ...own }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !NOT_FOR_FENCES.has(entry[0]),
  );
  return { ...Object.fromEntries(kept), PWD: folder };
}

/**
 * Variables for fences that have no terminal: a program that would open an editor or ask a question fails or takes its default
 * instead of waiting for a person (git(1) GIT_TERMINAL_PROMPT and GIT_EDITOR, debconf(7) DEBIAN_FRONTEND).
 */
export const UNATTENDED: Readonly<Record<string, string>> = {
  DEBIAN_FRONTEND: 'noninteractive',
  EDITOR: 'false',
  GIT_EDITOR: 'false',
  GIT_TERMINAL_PROMPT: '0',
  PAGER: 'cat',
  VISUAL: 'false',
};
