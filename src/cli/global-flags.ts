/** Switches that every verb accepts, before or after its name. */
export const globalFlags = [
  { name: 'json', summary: 'data instead of text, on stdout: docs/events.md' },
  { name: 'quiet', summary: 'only failures and the last line' },
  { name: 'verbose', summary: 'every line of output, and every check with its result' },
  { name: 'no-color', summary: 'no colors (also with NO_COLOR or TERM=dumb; FORCE_COLOR forces them)' },
  { name: 'help', summary: 'what a verb does, its flags, examples and exit codes' },
  { name: 'version', summary: 'the version of runbook' },
] as const;

type GlobalFlag = (typeof globalFlags)[number]['name'];

/** A command line, parsed without knowing the operation. */
export interface Call {
  readonly verb: string | undefined;
  /** The words after the verb, without global switches. */
  readonly rest: readonly string[];
  readonly on: ReadonlySet<GlobalFlag>;
  /** An unknown flag before the verb. */
  readonly stray?: string;
}

/**
 * Splits `runbook --json replay FILE --from x` into verb, rest and global switches. Words after `--` are never
 * switches.
 */
export function readCall(argv: readonly string[]): Call {
  const on = new Set<GlobalFlag>();
  const rest: string[] = [];
  let verb: string | undefined;
  let stray: string | undefined;
  let literal = false;
  for (const arg of argv) {
    const known = literal ? undefined : globalFlag(arg);
    literal ||= arg === '--';
    if (known) on.add(known);
    else if (verb !== undefined) rest.push(arg);
    else if (arg.startsWith('-') && arg !== '--') stray ??= arg;
    else if (arg !== '--') verb = arg;
  }
  return { verb, rest, on, ...(stray === undefined ? {} : { stray }) };
}

function globalFlag(arg: string): GlobalFlag | undefined {
  if (arg === '-h') return 'help';
  return globalFlags.find((flag) => `--${flag.name}` === arg)?.name;
}
