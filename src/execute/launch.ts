import { hereDocument, quoteOnOneLine, shellQuote } from '../base/shell-quote.ts';
import type { ShellRequest, ShellState } from '../model/shell.ts';
import { reportFailedLine } from './shell/failed-line.ts';
import { reportCommand, reportOnExit } from './shell/report.ts';
import { applyState, enterFolder, refuse } from './state/apply-state.ts';

/** A fence that needs its own process: another interpreter, another user, a terminal, or its own session. */
export interface LaunchedFence extends Pick<ShellRequest, 'code' | 'user' | 'capture'> {
  /** With a user, it includes the variables that sudo would drop. */
  readonly state: ShellState;
  readonly cwd: string | undefined;
  /**
   * A folder that does not exist yet, for the script file of an interpreter that cannot read its program from an
   * argument.
   */
  readonly scratch: string;
  /** Whether the fence's descriptors 0, 1 and 2 are the terminal. */
  readonly terminal: boolean;
}

/** Command of a launched shell. The fence arrives on standard input, never in an argument list. */
const READ_PROGRAM = 'eval "$(cat)"';

/**
 * POSIX shell text that applies the state and replaces itself with the fence's interpreter. Descriptor 1 starts as the
 * control pipe and 2 as the output; the same holds for the program that it executes.
 */
export function launchText(fence: LaunchedFence): string {
  const { interpreter } = fence.code.value;
  const [name = '', ...options] = interpreter;
  const shell = shellName(interpreter);
  const argv = shell ? [name, ...options, '-c', READ_PROGRAM, shell] : ['sh', '-c', READ_PROGRAM, 'sh'];
  const program = shell ? shellProgram(fence, shell) : fileProgram(fence);
  const { operator, body } = hereDocument(program);
  return [
    ...(fence.user === undefined ? applyState(fence.state, shellQuote) : []),
    ...(fence.cwd === undefined ? [] : [enterFolder(fence.cwd, shellQuote, 1)]),
    requireCommand(name),
    ...switchUser(fence.user),
    `exec "$@" ${argv.map(shellQuote).join(' ')} ${operator}\n${body}`,
  ].join('\n');
}

/** The shells that carry state, at any path. */
function shellName(interpreter: readonly string[]): 'bash' | 'sh' | 'zsh' | undefined {
  const name = interpreter[0]?.split('/').at(-1);
  return name === 'bash' || name === 'sh' || name === 'zsh' ? name : undefined;
}

function requireCommand(name: string): string {
  const reason = shellQuote(`${name} is not installed on this box`);
  return `command -v ${shellQuote(name)} >/dev/null 2>&1 || ${refuse(reason, 1)}`;
}

/**
 * Sets `$@` to the command prefix that switches user. Prefers sudo. Root may use runuser, which keeps the environment.
 */
function switchUser(user: string | undefined): string[] {
  if (user === undefined) return ['set --'];
  const name = shellQuote(user);
  if (!/^[A-Za-z_][\w.-]*\$?$/.test(user)) return [refuse(shellQuote(`${user} is not a valid user name`), 1)];
  return [
    `if command -v sudo >/dev/null 2>&1; then set -- sudo -n -u ${name} --`,
    'elif test "$(id -u)" = 0 && command -v runuser >/dev/null 2>&1',
    `then export HOME=~${user} USER=${name} LOGNAME=${name}; set -- runuser -u ${name} --`,
    `else ${refuse(shellQuote('running it as another user needs sudo, which is not installed on this box'), 1)}; fi`,
  ];
}

/**
 * Reports that the program has started (`s`), then gives the fence its descriptors; `control` stays the control pipe.
 */
const REPORT_START = `printf '\\0s\\0'`;
const descriptors = (terminal: boolean, control: number): string =>
  `exec ${control}>&1 ${terminal ? '</dev/tty >/dev/tty 2>&1' : '</dev/null >&2'}`;

/**
 * A descriptor that the fence does not use. A fence with `exec 9>lock; flock 9` would otherwise receive the state
 * report in its lock file. One digit, because sh supports no others.
 */
function freeDescriptor(text: string): number {
  const isNamed = (each: number) => new RegExp(`(?<![\\w$])${each}[<>]|[<>]&${each}(?!\\d)`).test(text);
  return [9, 8, 7, 6, 5, 4, 3].find((each) => !isNamed(each)) ?? 9;
}

/**
 * In sh and zsh, a fence's own EXIT trap replaces ours. The state is then reported at the end of the text, and not
 * after an early exit.
 */
function shellProgram(fence: LaunchedFence, shell: 'bash' | 'sh' | 'zsh'): string {
  const { text } = fence.code.value;
  const fd = freeDescriptor(text);
  const reporting = { prefix: shell === 'sh' ? 'command' : 'builtin', fd, level: 0 } as const;
  const quote = shell === 'sh' ? shellQuote : quoteOnOneLine;
  /** sudo and zsh set exports of their own, so the exports at the start differ from the baseline. */
  const ownExports = fence.user !== undefined || shell === 'zsh';
  const lostTrap = fence.capture && shell !== 'bash' && /\btrap\b/.test(text);
  return [
    REPORT_START,
    ...(fence.user === undefined ? [] : applyState(fence.state, quote)),
    ...(ownExports && fence.capture ? [`printf b; export -p; printf '\\0'`] : []),
    descriptors(fence.terminal, fd),
    ...(fence.capture ? reportOnExit(reporting, shell === 'bash' ? text : '') : [`exec ${fd}>&-`]),
    ...(fence.capture && shell === 'bash' ? reportFailedLine(text, reporting) : []),
    shell === 'bash' ? 'set -e -o pipefail' : 'set -e',
    `eval ${quote(text)}`,
    ...(lostTrap ? [`runbook_status=$?; ${reportCommand(reporting)}; exit $runbook_status`] : []),
  ].join('; ');
}

/**
 * Writes the text to a file, so that error messages name lines, standard input stays free, and no argument list shows
 * it.
 */
function fileProgram({ code, user, state, scratch, terminal }: LaunchedFence): string {
  const { interpreter, text } = code.value;
  const folder = shellQuote(scratch);
  const file = shellQuote(`${scratch}/fence`);
  return [
    REPORT_START,
    ...(user === undefined ? [] : applyState(state, shellQuote)),
    descriptors(terminal, 9),
    'exec 9>&-',
    `(umask 077; mkdir -- ${folder} && printf %s ${shellQuote(text)} >${file}) || exit 126`,
    `trap 'rm -rf -- '${shellQuote(folder)} EXIT`,
    `${interpreter.map(shellQuote).join(' ')} ${file}`,
  ].join('\n');
}
