import type { ShellState } from '../model/shell.ts';
import { textToBytes } from './bytes-as-text.ts';
import { shellQuote } from './shell-quote.ts';
import { carriesName } from './shell-state.ts';

/** What a frame needs to know of a fence. */
export interface FencedText {
  /** Counts the frames of a host, so that an announced group is known to be this one's. */
  readonly number: number;
  readonly text: string;
  readonly state: ShellState;
  /** Where it runs; undefined: where the host stands. */
  readonly cwd: string | undefined;
  readonly capture: boolean;
}

/**
 * A bash fence in a subshell of the host: nothing of it can reach the host, and fork without exec is cheap.
 * `$1` is the host's folder; its own variables are hidden before the fence begins.
 */
export function forkFrame(fence: FencedText): Buffer {
  const before = [...prologue(fence), 'set +m -e', ...(fence.capture ? reporting(fence.text) : [])];
  return textToBytes(`( ${before.join('; ')}; eval ${onOneLine(fence.text)}; ) 2>"$1/output" >&2`);
}

/** Lines of a plain fence (execute/plain-fence), run by the host itself: no fork beside those of its programs. */
export function plainFrame(lines: readonly string[]): Buffer {
  return textToBytes(`hash -r; eval ${onOneLine(lines.join(' &&\n'))} 2>"$1/output" >&2`);
}

/** Announces the group, hides the host, applies the state. */
export function prologue({ number, state, cwd }: FencedText): string[] {
  return [
    `builtin printf '%s\\n' "${number} $BASHPID" 1<>"$1/group"`,
    'set --',
    'unset -v runbook_size runbook_frame',
    'SECONDS=0',
    ...applyState(state),
    ...(cwd === undefined ? [] : [enter(cwd)]),
  ];
}

/** Shell text that sets and unsets what a state says. What cannot be set (a readonly variable) stays as it is. */
export function applyState(state: ShellState): string[] {
  const carried = [...state.variables].filter(([name]) => carriesName(name));
  const set = carried.flatMap(([name, value]) => (value === null ? [] : [`${name}=${onOneLine(value)}`]));
  const unset = carried.flatMap(([name, value]) => (value === null ? [name] : []));
  return [
    ...(set.length === 0 ? [] : [`export ${set.join(' ')} 2>/dev/null`]),
    ...(unset.length === 0 ? [] : [`unset -v ${unset.join(' ')} 2>/dev/null`]),
  ];
}

/** Quoted for bash without a line break, so that the fence's own lines are counted from 1. */
const onOneLine = (text: string): string =>
  `$'${text.replace(/[\\'\n]/g, (each) => (each === '\n' ? '\\n' : `\\${each}`))}'`;

function enter(cwd: string): string {
  const reason = onOneLine(`the folder ${cwd} cannot be entered`);
  return `cd -- ${onOneLine(cwd)} 2>/dev/null || { builtin printf 'u%s\\0' ${reason} >&11; exit 126; }`;
}

/** Directory, then exports, as records of the control pipe. */
const REPORT = `{ builtin printf d; builtin pwd; builtin printf '\\0v'; builtin export -p; builtin printf '\\0'; } 2>/dev/null >&11`;

/**
 * Makes the shell report on its way out, however it goes. A fence that sets an EXIT trap of its own would replace ours:
 * only in a fence that names both words, \`trap\` becomes a function that puts the report before the fence's own code.
 * (Before, since that code may call exit; what it exports is therefore not carried.)
 */
function reporting(text: string): string[] {
  const report = `trap ${shellQuote(`${REPORT} || :`)} EXIT`;
  return /\btrap\b/.test(text) && /\b(EXIT|0)\b/i.test(text) ? [...TRAP_FUNCTION, report] : [report];
}

const TRAP_FUNCTION = [
  `runbook_report() { local status=$?; ${REPORT}; return $status; }`,
  `trap() { ${[
    'builtin trap "$@" || return',
    '[[ $BASH_SUBSHELL == 1 && $# -gt 0 && $1 != -[lp]* ]] || return 0',
    'local own; own=$(builtin trap -p EXIT)',
    `[[ $own == *'builtin export -p'* ]] && return`,
    `eval "own=(\${own:-trap -- '' EXIT})"`,
    `builtin trap "runbook_report && :"$'\\n'"\${own[2]}" EXIT`,
  ].join('; ')}; }`,
];
