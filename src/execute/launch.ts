import { hereDocument, quoteOnOneLine, shellQuote } from '../base/shell-quote.ts';
import type { ShellRequest, ShellState } from '../model/shell.ts';
import { reportCommand, reportOnExit } from './shell/report.ts';
import { applyState, enterFolder, refuse } from './state/apply-state.ts';

/** A fence that gets a process of its own: another interpreter than the host, another user, a terminal, a session. */
export interface LaunchedFence extends Pick<ShellRequest, 'interpreter' | 'text' | 'user' | 'capture'> {
  /** For a user: with what sudo would withhold. */
  readonly state: ShellState;
  readonly cwd: string | undefined;
  /** A folder that does not exist yet, for the text of an interpreter that wants a file. */
  readonly scratch: string;
  /** Where the fence's own descriptors 0, 1 and 2 go. */
  readonly terminal: boolean;
}

/** What a launched shell runs; the fence itself comes on its standard input, never in an argument list. */
const READ_PROGRAM = 'eval "$(cat)"';

/**
 * POSIX shell text that applies the state and becomes the fence's interpreter. To begin with 1 is the control pipe and
 * 2 takes output; the same holds for the program that it hands over.
 */
export function launchText(fence: LaunchedFence): string {
  const [name = '', ...options] = fence.interpreter;
  const shell = shellName(fence.interpreter);
  const argv = shell ? [name, ...options, '-c', READ_PROGRAM, shell] : ['sh', '-c', READ_PROGRAM, 'sh'];
  const program = shell ? shellProgram(fence, shell) : fileProgram(fence);
  const { operator, body } = hereDocument(program);
  return [
    ...(fence.user === undefined ? applyState(fence.state, shellQuote) : []),
    ...(fence.cwd === undefined ? [] : [enterFolder(fence.cwd, shellQuote, 1)]),
    missing(name),
    ...become(fence.user),
    `exec "$@" ${argv.map(shellQuote).join(' ')} ${operator}\n${body}`,
  ].join('\n');
}

/** bash, sh or zsh, wherever it lies: these carry state. */
function shellName(interpreter: readonly string[]): 'bash' | 'sh' | 'zsh' | undefined {
  const name = interpreter[0]?.split('/').at(-1);
  return name === 'bash' || name === 'sh' || name === 'zsh' ? name : undefined;
}

function missing(name: string): string {
  const reason = shellQuote(`this box has no ${name}`);
  return `command -v ${shellQuote(name)} >/dev/null 2>&1 || ${refuse(reason, 1)}`;
}

/** Leaves in `$@` what runs a command as that user. sudo first; root needs none, and runuser keeps the environment. */
function become(user: string | undefined): string[] {
  if (user === undefined) return ['set --'];
  const name = shellQuote(user);
  if (!/^[A-Za-z_][\w.-]*\$?$/.test(user)) return [refuse(shellQuote(`${user} is no user name`), 1)];
  return [
    `if command -v sudo >/dev/null 2>&1; then set -- sudo -n -u ${name} --`,
    'elif test "$(id -u)" = 0 && command -v runuser >/dev/null 2>&1',
    `then export HOME=~${user} USER=${name} LOGNAME=${name}; set -- runuser -u ${name} --`,
    `else ${refuse(shellQuote('this box has no sudo to run it as another user'), 1)}; fi`,
  ];
}

/** Says that the program has begun (`s`), then gives the fence its descriptors; `control` stays the control pipe. */
const BEGIN = `printf '\\0s\\0'`;
const descriptors = (terminal: boolean, control: number): string =>
  `exec ${control}>&1 ${terminal ? '</dev/tty >/dev/tty 2>&1' : '</dev/null >&2'}`;

/**
 * A descriptor that the fence does not name: `exec 9>lock; flock 9` is how locks are taken, and the report of its state would
 * go into that file. One digit, since sh knows no others.
 */
function freeDescriptor(text: string): number {
  const isNamed = (each: number) => new RegExp(`(?<![\\w$])${each}[<>]|[<>]&${each}(?!\\d)`).test(text);
  return [9, 8, 7, 6, 5, 4, 3].find((each) => !isNamed(each)) ?? 9;
}

/** In sh and zsh an EXIT trap of the fence's own replaces the report; then the end reports, and an early exit does not. */
function shellProgram(fence: LaunchedFence, shell: 'bash' | 'sh' | 'zsh'): string {
  const fd = freeDescriptor(fence.text);
  const reporting = { prefix: shell === 'sh' ? 'command' : 'builtin', fd, level: 0 } as const;
  const quote = shell === 'sh' ? shellQuote : quoteOnOneLine;
  /** Its exports are not the baseline's to begin with: sudo sets some, and zsh does. */
  const ownExports = fence.user !== undefined || shell === 'zsh';
  const lostTrap = fence.capture && shell !== 'bash' && /\btrap\b/.test(fence.text);
  return [
    BEGIN,
    ...(fence.user === undefined ? [] : applyState(fence.state, quote)),
    ...(ownExports && fence.capture ? [`printf b; export -p; printf '\\0'`] : []),
    descriptors(fence.terminal, fd),
    ...(fence.capture ? reportOnExit(reporting, shell === 'bash' ? fence.text : '') : [`exec ${fd}>&-`]),
    shell === 'bash' ? 'set -e -o pipefail' : 'set -e',
    `eval ${quote(fence.text)}`,
    ...(lostTrap ? [`runbook_status=$?; ${reportCommand(reporting)}; exit $runbook_status`] : []),
  ].join('; ');
}

/** The text in a file of its own, so that errors name lines, standard input is free and no argument list shows it. */
function fileProgram({ interpreter, text, user, state, scratch, terminal }: LaunchedFence): string {
  const folder = shellQuote(scratch);
  const file = shellQuote(`${scratch}/fence`);
  return [
    BEGIN,
    ...(user === undefined ? [] : applyState(state, shellQuote)),
    descriptors(terminal, 9),
    'exec 9>&-',
    `(umask 077; mkdir -- ${folder} && printf %s ${shellQuote(text)} >${file}) || exit 126`,
    `trap 'rm -rf -- '${shellQuote(folder)} EXIT`,
    `${interpreter.map(shellQuote).join(' ')} ${file}`,
  ].join('\n');
}
